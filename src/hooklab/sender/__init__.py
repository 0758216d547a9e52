"""Clerk and Svix, simulated: what they send, how it is signed and when it is tried again."""

from hooklab.sender.clerk import Clerk
from hooklab.sender.events import Event
from hooklab.sender.signing import headers, new_secret, sign

__all__ = ["Clerk", "Event", "headers", "new_secret", "sign"]
