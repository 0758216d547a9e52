"""One signed request, as it leaves or as somebody on the way has changed it."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from random import SystemRandom
from typing import Literal

from hooklab.sender.events import ClerkEvent
from hooklab.sender.signing import headers, new_secret

Tamper = Literal["body", "signature", "timestamp", "id"]


@dataclass(frozen=True)
class SignedRequest:
    """What goes over the wire.

    Attributes:
        headers: names in lower case.
        body: the exact text.
    """

    headers: dict[str, str]
    body: str

    def to_json(self) -> str:
        """One line of JSON with both."""
        return json.dumps({"headers": self.headers, "body": self.body})


def sign_event(
    event: ClerkEvent, secret: str, at: datetime, tamper: Tamper | None
) -> SignedRequest:
    """The request that carries `event`, with one part of it changed after it was signed.

    Args:
        at: the time of the attempt, which is signed too.
        tamper: the part to change; None for an honest request.
    """
    request = SignedRequest(headers(event, event.body, secret, at), event.body)
    sent = request.headers
    match tamper:
        case "body":
            # Still the same JSON for a parser: only whoever verifies the bytes can tell.
            return replace(request, body=f"{request.body} ")
        case "signature":
            other = headers(event, event.body, new_secret(SystemRandom()), at)
            return replace(request, headers=other)
        case "timestamp":
            later = str(int(sent["svix-timestamp"]) + 1)
            return replace(request, headers={**sent, "svix-timestamp": later})
        case "id":
            return replace(request, headers={**sent, "svix-id": event.new_message_id()})
    return request
