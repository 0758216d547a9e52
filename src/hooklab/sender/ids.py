"""Identifiers, chance and milliseconds: the small facts that every payload is made of."""

from datetime import UTC, datetime, timedelta
from random import Random

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KSUID_EPOCH_SECONDS = 1_400_000_000


def seeded(seed: int | str, stream: str) -> Random:
    """Return a source of chance of its own for one purpose.

    Separate streams keep runs comparable: one more e-mail does not change the next name.
    """
    return Random(f"{seed}/{stream}")  # noqa: S311 - repeatable test data, nothing secret


def word(random: Random, length: int) -> str:
    """Return a word in small letters that can be pronounced, and that no language has."""
    return "".join(random.choice("aeiou" if n % 2 else "bdfgklmnprstvz") for n in range(length))


def milliseconds(moment: datetime) -> int:
    """Return Clerk's unit of time, whole milliseconds since 1970, rounded down.

    Raises ValueError for a naive datetime: its zone would be a guess.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone; use datetime.now(UTC) or an aware value")
    return (moment - _UNIX_EPOCH) // timedelta(milliseconds=1)


def ksuid(random: Random, at: datetime) -> str:
    """Return 27 base62 characters that sort by time.

    Four bytes of seconds and sixteen of chance, the form that Clerk's and Svix's ids have.
    """
    seconds = max(0, milliseconds(at) // 1000 - _KSUID_EPOCH_SECONDS)
    number = int.from_bytes(seconds.to_bytes(4, "big") + random.randbytes(16), "big")
    digits = ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits.rjust(27, _ALPHABET[0])
