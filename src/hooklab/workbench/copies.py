"""One delivery as a command or as a check, to be copied."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

from hooklab.grading.advice.clues import ENDPOINT
from hooklab.workbench.acts import Send

_FACTORIES = {
    "user.created": "user_created()",
    "user.deleted": "user_deleted(lab.clerk.user_created())",
    "user.updated": "user_updated(lab.clerk.user_created(), first_name={first_name!r})",
    "session.created": "session_created(lab.clerk.user_created())",
    "session.pending": "session_pending(lab.clerk.user_created())",
    "email.created": "email_created(lab.clerk.user_created())",
}


def as_curl(data: dict[str, Any], address: str) -> str:
    """The very request, for a shell: the signature holds for five minutes of the app's clock."""
    fields = [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in data["headers"].items()]
    body = f"--data-raw {shlex.quote(data['body'])}"
    url = shlex.quote(f"{address}{data['path']}")
    return " \\\n  ".join([f"curl -X POST {url}", *fields, body])


def as_command(data: dict[str, Any], address: str) -> str:
    """A `hooklab send` that sends the same kind of thing, in the same way."""
    act = Send(**data["act"])
    # Where fields are changed, the type may be one of them.
    type_ = act.event if act.changes else data["type"]
    parts = ["hooklab send", shlex.quote(type_), *_options(act)]
    if act.body:
        parts = ["hooklab send --file event.json", *_options(act)]
    return " ".join([*parts, f"--to {shlex.quote(address + ENDPOINT)}"])


def _options(act: Send) -> Iterator[str]:
    if act.tamper:
        yield f"--tamper {act.tamper}"
    if act.age:
        yield f"--delay {act.age:g}"
    if act.repeat > 1:
        yield f"--repeat {act.repeat}"
    if act.burst > 1:
        yield f"--burst {act.burst}"
    if act.reorder:
        yield "--reorder"
    for line in act.changes.splitlines():
        if line.strip():
            yield f"--set {shlex.quote(line.strip())}"


def as_check(data: dict[str, Any]) -> str:
    """A check that delivers the same kind of thing, for a grader of one's own."""
    act = Send(**data["act"])
    lines = ["def test_it(lab):", f"    event = lab.clerk.{_factory(data, act)}"]
    options = "".join(f", {each}" for each in _arguments(act))
    wanted = "4xx" if options else "2xx"
    deliver = f'    lab.deliver(event{options}).expect("{wanted}")'
    if act.burst > 1:
        deliver = f"    lab.deliver.together([event] * {act.burst})"
    lines += [deliver] * act.repeat
    return "\n".join([*_imports(act), *lines])


def _imports(act: Send) -> list[str]:
    return ["from datetime import timedelta", "", ""] if act.age else []


def _factory(data: dict[str, Any], act: Send) -> str:
    known = _FACTORIES.get(data["type"])
    payload = json.loads(data["signed"]) if _is_json(data["signed"]) else {}
    inside = payload.get("data", {}) if isinstance(payload, dict) else {}
    inside = inside if isinstance(inside, dict) else {}
    if known and not act.changes and not act.body:
        return known.format(first_name=inside.get("first_name"))
    return f"other({data['type']!r}, {inside!r})"


def _arguments(act: Send) -> Iterator[str]:
    match act.tamper:
        case "body":
            yield 'body=event.body.encode() + b" "'
        case "signature":
            yield 'secrets=["whsec_" + "A" * 32]'
        case "timestamp":
            yield 'change={"svix-timestamp": "1"}'
        case "id":
            yield 'change={"svix-id": "msg_another"}'
    if act.age:
        yield f"age=timedelta(minutes={act.age:g})"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
