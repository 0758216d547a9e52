"""Clerk and Svix, simulated: what they send, how it is signed and when it is tried again.

What `__all__` lists is public: notebooks and lessons build on it, and it changes with a notice in
CHANGELOG.md only. The modules behind it are the kit's own.
"""

from hooklab.sender.backend_api import backend_api
from hooklab.sender.carrier import (
    SCHEDULE,
    Attempt,
    Carrier,
    Message,
    delay_after,
    retry_delays,
)
from hooklab.sender.clerk import SAMPLES, Clerk
from hooklab.sender.crowd import crowd
from hooklab.sender.events import ClerkEvent, primary_address
from hooklab.sender.examples import EXAMPLE_DAY, as_example
from hooklab.sender.given import NOT_GIVEN
from hooklab.sender.http import TIMEOUT, Response, carry
from hooklab.sender.signing import headers, new_secret, sign
from hooklab.sender.users import VIAS

__all__ = [
    "EXAMPLE_DAY",
    "NOT_GIVEN",
    "SAMPLES",
    "SCHEDULE",
    "TIMEOUT",
    "VIAS",
    "Attempt",
    "Carrier",
    "Clerk",
    "ClerkEvent",
    "Message",
    "Response",
    "as_example",
    "backend_api",
    "carry",
    "crowd",
    "delay_after",
    "headers",
    "new_secret",
    "primary_address",
    "retry_delays",
    "sign",
]
