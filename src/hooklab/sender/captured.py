"""`--file captured.json`: events that were seen somewhere, in whatever wrapping they were kept."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from typing import Any

from hooklab.errors import HooklabError
from hooklab.sender.clerk import Clerk
from hooklab.sender.events import ClerkEvent
from hooklab.strange_json import read_json
from hooklab.texts import _

# What can stand in a header.
_MESSAGE_ID = re.compile(r"msg_[!-~]+")


def read_captured(file: Path, named: str | None) -> list[ClerkEvent]:
    """The events in `file`: one, one a line, or a list as Svix's API gives it.

    Each is a Clerk event (`type`, `data`), a message as Svix's API and dashboard show it
    (`eventType`, `payload`), an attempt with such a message in it, or what `--print` writes
    (`headers`, `body`). What is a text already is sent to the letter, under the message id that
    it had.

    Args:
        file: JSON.
        named: the type of event. Anything else in the file is taken for the data of such an event.

    Raises:
        HooklabError: the file cannot be read, holds no event, or one of another type than `named`.
    """
    events = read_events(_text(file), named, str(file))
    for event in events:
        if named and event.type != named:
            raise HooklabError(
                _("{path} holds the event “{found}”, not “{named}”").format(
                    path=file, found=event.type, named=named
                ),
                _("leave the name of the event out: the file says it"),
            )
    return events


def read_events(text: str, named: str | None, called: str) -> list[ClerkEvent]:
    """The events in `text`, see `read_captured`; `called` is what messages call it."""
    return [_event(called, value, source, named) for value, source in _values(called, text)]


def _text(file: Path) -> str:
    try:
        # Some editors begin a file with a mark of its encoding, which is no JSON.
        return file.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError:
        raise HooklabError(
            _("{path} is not UTF-8 text").format(path=file), _("save it again as UTF-8")
        ) from None
    except FileNotFoundError:
        raise HooklabError(
            _("{path} does not exist").format(path=file), _("create it, or check the folder")
        ) from None
    except OSError as error:
        raise HooklabError(
            _("{file} cannot be read: {reason}").format(file=file, reason=error.strerror),
            _("name a file with --file"),
        ) from None


def _values(called: str, text: str) -> list[tuple[Any, str | None]]:
    """Every JSON value in `text`, with the text that it was unless it stood among others."""
    lines = text.splitlines()
    try:
        match read_json(text):
            case ([_, *_] as several) | {"data": [_, *_] as several}:
                return [(each, None) for each in several]
            case value:
                return [(value, text)]
    except ValueError as error:
        # `--print` writes a line for each event; a value over several lines is not meant so.
        if len(lines) > 1 and _is_json(lines[0]):
            return [(_line(called, line), line) for line in lines if line.strip()]
        raise _no_json(called, error) from None


def _is_json(text: str) -> bool:
    try:
        return isinstance(read_json(text), dict)
    except ValueError:
        return False


def _line(called: str, line: str) -> Any:
    try:
        return read_json(line)
    except ValueError as error:
        raise _no_json(called, error) from None


def _no_json(called: str, error: ValueError) -> HooklabError:
    at = (
        _("line {line}, column {column}").format(line=error.lineno, column=error.colno)
        if isinstance(error, json.JSONDecodeError)
        else str(error)
    )
    return HooklabError(_("{path} is no JSON ({at})").format(path=called, at=at), _shapes())


def _shapes() -> str:
    return _(
        "a Clerk event is {clerk}, a Svix message {svix}, and --print writes {printed}"
    ).format(
        clerk='{"type": …, "data": …}',
        svix='{"eventType": …, "payload": …}',
        printed='{"headers": …, "body": …}',
    )


def _event(called: str, value: Any, source: str | None, named: str | None) -> ClerkEvent:
    match value:
        case {"headers": dict(headers), "body": str(body)}:
            names = {str(name).lower(): found for name, found in headers.items()}
            message_id = names.get("svix-id") or names.get("webhook-id")
            return _wrapped(called, body, message_id, named)
        case {"msg": dict(message)}:
            return _event(called, message, source, named)
        case {"payload": dict() | str() as payload}:
            type_ = value.get("eventType") or value.get("event_type") or named
            return _wrapped(called, payload, value.get("id"), type_)
        case {"type": str(), "data": dict()}:
            return _made(value, source, None, named)
        case dict() if named:
            return _clerk().other(named, value)
        case dict():
            raise HooklabError(
                _("{path} holds no event: it has {names}").format(
                    path=called, names=", ".join(list(value)[:8]) or "{}"
                ),
                _(
                    "if it is the data of one, name it: hooklab send user.created --file {path}"
                ).format(path=called),
            )
    raise HooklabError(_("{path} holds no JSON object").format(path=called), _shapes())


def _wrapped(
    called: str, body: str | dict[str, Any], message_id: object, type_: object
) -> ClerkEvent:
    """The event whose `body` stood in some wrapping, as an object or as its exact text."""
    if isinstance(body, dict):
        return _made(body, None, message_id, type_)
    try:
        body.encode()
        payload = read_json(body)
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        raise HooklabError(_("the body in {path} is no JSON object").format(path=called), _shapes())
    return _made(payload, body, message_id, type_)


def _made(
    payload: Mapping[str, Any], text: str | None, message_id: object, type_: object
) -> ClerkEvent:
    fresh = _clerk().other(str(payload.get("type") or type_ or "-"), {})
    known = isinstance(message_id, str) and _MESSAGE_ID.fullmatch(message_id)
    return ClerkEvent(
        str(message_id) if known else fresh.message_id,
        fresh.type,
        dict(payload),
        fresh.occurred_at,
        text,
    )


def _clerk() -> Clerk:
    return Clerk(SystemRandom().randrange(2**32), lambda: datetime.now(UTC))
