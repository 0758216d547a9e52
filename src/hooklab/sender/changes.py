"""`data.first_name=Ada`: fields of an event's body, changed before it is signed."""

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from hooklab.errors import HooklabError
from hooklab.sender.events import ClerkEvent
from hooklab.strange_json import read_json
from hooklab.texts import _


@dataclass(frozen=True)
class Change:
    """One field and what it becomes.

    Attributes:
        path: names of objects' keys and positions in lists, from the whole body on.
        value: any JSON value.
    """

    path: tuple[str, ...]
    value: Any


def read_changes(texts: Sequence[str]) -> list[Change]:
    """What the texts `data.name=value` say; a value that is no JSON is a text.

    HooklabError for one without a path or without `=`.
    """
    return [_change(text) for text in texts]


def _change(text: str) -> Change:
    path, equals, value = text.partition("=")
    names = tuple(path.strip().split("."))
    if not equals or not all(names):
        raise HooklabError(
            _("“{text}” names no field").format(text=text),
            _("write it like data.first_name=Ada or data.email_addresses=[]"),
        )
    try:
        meant = read_json(value)
        # Python would read NaN, which is no JSON.
        json.dumps(meant, allow_nan=False)
    except ValueError:
        meant = value
    return Change(names, meant)


def changed(
    event: ClerkEvent, changes: Sequence[Change], tell: Callable[[str], object]
) -> ClerkEvent:
    """`event` with the fields changed, which makes it another message.

    Args:
        tell: told of each field that is new, since it may be a slip.

    Raises:
        HooklabError: a field has no place: nothing on the way to it may be missing.
    """
    if not changes:
        return event
    payload = copy.deepcopy(event.payload)
    for change in changes:
        _put(payload, change, tell)
    type_ = str(payload.get("type", event.type))
    # Under its old id, an app that has seen it before would rightly look no further.
    return replace(event, payload=payload, type=type_, text=None).again()


def _put(payload: dict[str, Any], change: Change, tell: Callable[[str], object]) -> None:
    *way, last = change.path
    place: Any = payload
    for depth, name in enumerate(way):
        place = place[_key(place, name, change.path[:depth])]
    if isinstance(place, dict) and last not in place:
        tell(_new(place, change.path))
        place[last] = change.value
    else:
        place[_key(place, last, tuple(way))] = change.value


def _key(place: Any, name: str, way: tuple[str, ...]) -> str | int:
    """What `name` is in `place`, a part of the body that stands at `way`."""
    if isinstance(place, list) and name.isdecimal() and int(name) < len(place):
        return int(name)
    if isinstance(place, dict) and name in place:
        return name
    where = ".".join(way) or _("the body")
    raise HooklabError(
        _("there is no “{name}” in {where}").format(name=name, where=where),
        _meant(name, place, way) or _offer(place),
    )


def _offer(place: Any) -> str:
    match place:
        case dict() if place:
            return _("it has: {names}").format(names=", ".join(sorted(place)))
        case list() if place:
            return _("it is a list of length {count}, counted from 0").format(count=len(place))
        case dict() | list():
            return _("it is empty; set the whole of it, with a value in JSON")
    return _("it is {value}; set the whole of it, with a value in JSON").format(
        value=json.dumps(place, ensure_ascii=False)
    )


def _new(place: dict[str, Any], path: tuple[str, ...]) -> str:
    told = _("{field} is new in this event").format(field=".".join(path))
    if meant := _meant(path[-1], place, path[:-1]):
        told = f"{told} ({meant})"
    return told


def _meant(name: str, place: Any, way: tuple[str, ...]) -> str:
    """The nearest field in `place`, as a question; "" when none is near.

    What is told of a user or a session stands in `data`, which is easily forgotten.
    """
    near = _nearest(name, place)
    if not way and name not in near and (inside := _nearest(name, place.get("data"))):
        way, near = ("data",), inside
    return _("did you mean {names}?").format(names=".".join((*way, *near))) if near else ""


def _nearest(name: str, place: Any) -> list[str]:
    return get_close_matches(name, place, n=1, cutoff=0.5) if isinstance(place, dict) else []
