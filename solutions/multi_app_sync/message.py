"""What leaves the house, and its signature: TODO 2 and 3."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook

from hooklab.webhooks import Event

from .clerk_user import ClerkUser, DeletedUser


def envelope(event: Event) -> str:
    """The body of the message that tells of `event`: JSON with `id`, `type`, `version`, `data`.

    `data` holds what the receivers need, and nothing else of what Clerk has sent. A deletion has
    the version null, and an id as its only datum.
    """
    # answer 2: name every key yourself, then json.dumps().
    # Field by field: what Clerk adds tomorrow does not leave by itself.
    data: dict[str, Any]
    if event.type == "user.deleted":
        version, data = None, {"id": DeletedUser.model_validate(event.data).id}
    else:
        user = ClerkUser.model_validate(event.data)
        version = user.updated_at
        data = {
            "id": user.id,
            "email": user.primary_email,
            "first_name": user.first_name,
            "last_name": user.last_name,
        }
    message = {"id": event.message_id, "type": event.type, "version": version, "data": data}
    return json.dumps(message)


def signed_headers(
    secrets: Sequence[str], message_id: str, body: str, now: datetime
) -> dict[str, str]:
    """The headers of one attempt, as Standard Webhooks wants them: id, time stamp, signatures.

    Args:
        secrets: one signature is made with each.
        body: exactly what will be sent.
        now: the time of this attempt, aware.
    """
    # answer 3: three headers, and the content type.
    #: # Webhook(secret).sign(…) of standardwebhooks helps.
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(message_id, now, body) for secret in secrets
        ),
    }
