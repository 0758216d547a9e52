"""Redis' protocol as a client speaks it: which commands there are in what it sent."""

from collections.abc import Sequence

# What a client may send at most before a command is whole.
LONGEST = 16 << 20


class NotRedis(Exception):
    """What was sent is no command of the protocol."""


def split(sent: bytes) -> tuple[list[tuple[bytes, ...]], int]:
    """The whole commands at the beginning of `sent`, and how many bytes they take.

    A command is an array of bulk strings, or one line of words as people type it (redis.io,
    "Redis serialization protocol specification"). Anything else raises NotRedis.
    """
    commands: list[tuple[bytes, ...]] = []
    used = 0
    while (found := _command(sent, used)) is not None:
        words, used = found
        if words:
            commands.append(words)
    return commands, used


def encode(words: Sequence[bytes | str | int]) -> bytes:
    """A command as a client sends it."""
    encoded = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    head = b"*%d\r\n" % len(encoded)
    return head + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)


def _command(sent: bytes, start: int) -> tuple[tuple[bytes, ...], int] | None:
    """The command at `start` and where it ends; None while it is not whole."""
    line = _line(sent, start)
    if line is None:
        return None
    text, place = line
    if not text.startswith(b"*"):
        return tuple(text.split()), place
    words = []
    for _number in range(_count(text, b"*")):
        line = _line(sent, place)
        if line is None:
            return None
        text, place = line
        end = place + _count(text, b"$")
        if len(sent) < end + 2:
            return None
        words.append(sent[place:end])
        place = end + 2
    return tuple(words), place


def _line(sent: bytes, start: int) -> tuple[bytes, int] | None:
    end = sent.find(b"\n", start)
    return None if end < 0 else (sent[start:end].removesuffix(b"\r"), end + 1)


def _count(text: bytes, kind: bytes) -> int:
    number = text.removeprefix(kind)
    if not text.startswith(kind) or not number.isdigit() or int(number[:9]) > LONGEST:
        raise NotRedis(text[:40])
    return int(number[:9])
