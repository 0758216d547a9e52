"""Clerk and Svix, simulated: what they send, how it is signed and when it is tried again."""

from hooklab.sender.backend_api import backend_api
from hooklab.sender.carrier import (
    SCHEDULE,
    Attempt,
    Carrier,
    Message,
    delay_after,
    retry_delays,
)
from hooklab.sender.clerk import Clerk
from hooklab.sender.crowd import crowd
from hooklab.sender.events import ClerkEvent, primary_address
from hooklab.sender.given import NOT_GIVEN
from hooklab.sender.http import TIMEOUT, Response, carry
from hooklab.sender.signing import headers, new_secret, sign
from hooklab.sender.users import VIAS

__all__ = [
    "NOT_GIVEN",
    "SCHEDULE",
    "TIMEOUT",
    "VIAS",
    "Attempt",
    "Carrier",
    "Clerk",
    "ClerkEvent",
    "Message",
    "Response",
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
