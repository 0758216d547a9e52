"""What leaves the house, and its signature: TODO 2 and 3."""

from collections.abc import Sequence
from datetime import datetime

from hooklab.webhooks import Event


def envelope(event: Event) -> str:
    """The body of the message that tells of `event`: JSON with `id`, `type`, `version`, `data`.

    `data` holds what the receivers need, and nothing else of what Clerk has sent. A deletion has
    the version null, and an id as its only datum.
    """
    # TODO 2: name every key yourself, then json.dumps().
    raise NotImplementedError("envelope(): TODO 2 is still open, in message.py")


def signed_headers(
    secrets: Sequence[str], message_id: str, body: str, now: datetime
) -> dict[str, str]:
    """The headers of one attempt, as Standard Webhooks wants them: id, time stamp, signatures.

    Args:
        secrets: one signature is made with each.
        body: exactly what will be sent.
        now: the time of this attempt, aware.
    """
    # TODO 3: three headers, and the content type.
    # Webhook(secret).sign(…) of standardwebhooks helps.
    raise NotImplementedError("signed_headers(): TODO 3 is still open, in message.py")
