"""What the button "Send Example" of Clerk's dashboard sends: an event of nobody's.

It has the shape of the official examples: one made-up id for everything, a primary address that is
in no list, a time that is long past, and a `timestamp` in seconds where real events count in
milliseconds.
"""

import re
from datetime import UTC, datetime
from typing import Any

from hooklab.sender.events import ClerkEvent

EXAMPLE_DAY = datetime(2024, 5, 28, 8, tzinfo=UTC)
"""When the examples pretend to happen."""

# Clerk's ids, also inside the address of a picture.
_ID = re.compile(r"\b([a-z]+(?:_[a-z]+)*_)[0-9A-Za-z]{27}\b")
_NOBODY = r"\g<1>2hookLabExample000000000001"
_ATTRIBUTES = {
    "http_request": {
        "client_ip": "192.168.1.100",
        "user_agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 "
        "(KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
    }
}


def as_example(event: ClerkEvent) -> ClerkEvent:
    """Return the example of the event's type, under a message id of its own.

    Args:
        event: as it would be sent; make it on EXAMPLE_DAY.
    """
    payload = _anonymous(event.payload)
    payload |= {"event_attributes": _ATTRIBUTES, "timestamp": int(event.occurred_at.timestamp())}
    # Without the event's own source of message ids, so that each example has a new one.
    return ClerkEvent(event.message_id, event.type, payload, event.occurred_at).again()


def _anonymous(value: Any) -> Any:
    match value:
        case str():
            return _ID.sub(_NOBODY, value)
        case list():
            return [_anonymous(each) for each in value]
        case dict():
            changed = {key: _anonymous(each) for key, each in value.items()}
            if "email_addresses" in changed:
                changed |= {"email_addresses": [], "first_name": "John", "last_name": "Doe"}
            return changed
    return value
