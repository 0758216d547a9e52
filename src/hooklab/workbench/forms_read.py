"""What somebody typed into a form, as an act; and what a form shows again."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from hooklab.errors import HooklabError
from hooklab.texts import _
from hooklab.workbench.acts import ACT, LONGEST_BODY, Act, Ask, Send

# What the form for moving the clock begins with.
MINUTES = "30"

# The boxes to tick in each form.
_BOXES = {"send": ("reorder", "drop"), "again": ("same_id",), "move": ("cron",)}


def read_act(typed: Mapping[str, str]) -> Act:
    """The act of a form; HooklabError for what it cannot be, in the words of the form."""
    values: dict[str, Any] = {name: text for name, text in typed.items() if text.strip()}
    # A box that is not ticked is not sent.
    values |= {name: name in typed for name in _BOXES.get(typed.get("do", ""), ())}
    for name in ("age", "delay", "minutes", "seconds"):
        if name in values:
            # French has a comma there.
            values[name] = typed[name].strip().replace(",", ".")
    if any(len(typed.get(name, "")) > LONGEST_BODY for name in ("body", "changes")):
        raise body_too_long()
    try:
        return ACT.validate_python(values)
    except ValidationError as error:
        fault = error.errors()[0]
        field = str(fault["loc"][-1]) if fault["loc"] else ""
        raise HooklabError(
            _("“{value}” cannot be used for “{field}”").format(
                value=str(fault["input"])[:200], field=field_names().get(field, field)
            ),
            _("correct it, and press the button again"),
        ) from None


def body_too_long() -> HooklabError:
    """What is said of a body over the limit."""
    return HooklabError(
        _("the body is longer than {size} KiB").format(size=LONGEST_BODY >> 10),
        _("send a shorter one: Svix takes no such message either"),
    )


def field_names() -> dict[str, str]:
    """What the fields of the forms are called."""
    return {
        "method": _("Method"),
        "path": _("Path"),
        "bearer": _("Who asks"),
        "content": _("Body"),
        "event": _("Event"),
        "person": _("About"),
        "changes": _("Changed fields"),
        "body": _("JSON instead"),
        "tamper": _("Changed on the way"),
        "age": _("Signed so many minutes ago"),
        "repeat": _("One after the other"),
        "burst": _("At once"),
        "reorder": _("The whole life, last event first"),
        "delay": _("First attempt after so many minutes"),
        "drop": _("Lose the answer on its way to Svix"),
        "process": _("Process"),
        "minutes": _("Minutes"),
        "seconds": _("Seconds"),
        "status": _("Status"),
        "retry_after": "Retry-After",
        "times": _("Times"),
        "service": _("Service"),
        "way": _("How"),
    }


def asked_of(story: Sequence[Act], typed: Mapping[str, str]) -> dict[str, Any]:
    """What the form for another request shows: what was typed and refused, or was asked last."""
    if typed.get("do") == "ask":
        return {**Ask().model_dump(), **typed}
    last = next((act for act in reversed(story) if isinstance(act, Ask)), Ask())
    return last.model_dump()


def draft_of(story: Sequence[Act], typed: Mapping[str, str]) -> dict[str, Any]:
    """What the form for sending shows: what was typed and refused, or what was sent last."""
    if typed.get("do") == "send":
        unticked = {name: name in typed for name in ("reorder", "drop")}
        return {**Send().model_dump(), **typed, **unticked}
    last = next((act for act in reversed(story) if isinstance(act, Send)), Send())
    # What was written is sent once; somebody new is somebody else each time.
    return last.model_dump() | {
        "body": "",
        "person": 0 if last.event == "user.created" else last.person,
    }
