"""What a delivery has that the sender did not sign, told in one line."""

from collections.abc import Mapping
from datetime import timedelta

from hooklab.sender.signing import SIGNED_HEADERS
from hooklab.texts import _, number, plural

# With what stands before it in the story, a line of a terminal of 80 columns.
LONGEST = 62
LONGEST_VALUE = 18
TOLERANCE = timedelta(minutes=5)


def tell_changes(
    signed: tuple[Mapping[str, str], bytes], sent: tuple[Mapping[str, str], bytes]
) -> str:
    """How the headers and the body that were sent differ from those that were signed.

    Args:
        signed: headers and body, as the sender made them.
        sent: headers and body that go to the app.
    """
    changed = [name for name in SIGNED_HEADERS if sent[0].get(name) != signed[0][name]]
    bodies = () if signed[1] == sent[1] else (signed[1], sent[1])
    # Two share the line.
    room = LONGEST_VALUE if len(changed) + bool(bodies) < 2 else LONGEST_VALUE // 2
    parts = [
        f"{name}: {_value(signed[0][name], room)} → {_value(sent[0].get(name), room)}"
        for name in changed
    ]
    if bodies:
        parts.append(_body_change(_text(bodies[0]), _text(bodies[1]), room))
    told = "; ".join(parts)
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 2]} …"


def tell_signing(*, is_foreign: bool, age: timedelta) -> str:
    """That a delivery is signed with another secret, or for another time; else nothing."""
    told = [_("signed with a secret that is not yours")] if is_foreign else []
    if age:
        minutes = number(abs(age) / timedelta(minutes=1), 0)
        ago, ahead = _("signed {minutes} min ago"), _("signed {minutes} min ahead of time")
        told.append((ago if age > timedelta(0) else ahead).format(minutes=minutes))
    return "; ".join(told)


def _value(value: str | None, room: int) -> str:
    if value is None:
        return _("left out")
    return _short(value, room) if value else "“”"


def _short(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _text(body: bytes) -> str:
    return body.decode("utf-8", "backslashreplace").replace("\n", "\\n")


def _body_change(before: str, after: str, room: int) -> str:
    """The first difference; where a text of the JSON differs, the whole text: “Ada” → “Eve”."""
    start = _common(before, after)
    if start == len(before):
        return _("body: “{text}” added at its end").format(text=_short(after[start:], room))
    if start == len(after):
        return plural(
            "body: cut off after {count} byte",
            "body: cut off after {count} bytes",
            len(after.encode()),
        )
    return _("body: {before} → {after}").format(
        before=_around(before, start, room), after=_around(after, start, room)
    )


def _around(text: str, start: int, room: int) -> str:
    """What stands at `start`: the text in quotation marks there, or what follows."""
    inside = text.count('"', 0, start) % 2 == 1
    left = text.rfind('"', 0, start) if inside else start
    end = text.find('"', start) + 1 if inside else 0
    if start - left < room // 2:
        return _short(text[left : end or None], room)
    return f"…{_short(text[start : end or None], room)}"


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
