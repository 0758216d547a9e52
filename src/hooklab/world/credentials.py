"""How the services of the world make their secrets, and how clients show them."""

import base64
import binascii
import random
import string

from hooklab.world.calls import Call

HEXADECIMAL = "0123456789abcdef"
LETTERS = string.ascii_letters + string.digits


def chance(service: str, seed: int) -> random.Random:
    """Where `service` takes what is random from; the same seed gives the same again."""
    return random.Random(f"{service}/{seed}")  # noqa: S311 - these secrets open nothing real


def word(chance: random.Random, length: int, alphabet: str = LETTERS) -> str:
    """A random word, for keys and ids."""
    return "".join(chance.choices(alphabet, k=length))


def bearer(call: Call) -> str:
    """The token of `Authorization: Bearer …`; empty when there is none."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def basic(call: Call) -> tuple[str, str]:
    """User and password of `Authorization: Basic …`; both empty when there are none."""
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
