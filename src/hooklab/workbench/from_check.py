"""What a check did as a story of the lab: with the same people, ids and secrets, step by step."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from hooklab.errors import HooklabError
from hooklab.grading.advice.clues import ENDPOINT
from hooklab.grading.cron import ROUTE
from hooklab.grading.deeds import Deed, Done
from hooklab.sender import headers
from hooklab.sender.captured import read_events
from hooklab.sender.stories import STORIES
from hooklab.texts import _
from hooklab.workbench.acts import ACT, LONGEST_MOVE, Act, MoveClock, RunCron, Send

# The app's first process, and a second one.
PROCESSES = 2
# So often Clerk's directory may change in a story.
MOST_DIRECTORIES = 20


@dataclass(frozen=True)
class CheckStory:
    """A check's story.

    Attributes:
        acts: what the lab can do again.
        left_out: what it cannot, in words.
        world_name: what the world of the check was called.
    """

    acts: list[Act]
    left_out: list[str]
    world_name: str


def choose(cases: Sequence[Done], check: str) -> Done | None:
    """Of a check's cases, the first that was lost, or else the first; None when none has run."""
    own = [each for each in cases if each.check == check]
    return next((each for each in own if each.lost), own[0] if own else None)


def story_of(done: Done) -> CheckStory:
    """What was done in a case, as acts."""
    acts, left_out = list[Act](), list[str]()
    processes = 1
    for deed in _with_needed_users(done.deeds):
        if deed.values.get("act") == "another":
            processes += 1
        try:
            if deed.what == "left_out" or processes > PROCESSES:
                raise ValueError(deed.what)
            acts += _acts(deed, done.settings)
        except (ValueError, ValidationError):
            if told := deed.values.get("text") or deed.values.get("called"):
                left_out.append(told)
    return CheckStory(acts, list(dict.fromkeys(left_out)), done.world_name)


def _with_needed_users(deeds: Sequence[Deed]) -> list[Deed]:
    """Without whom Clerk knew in between, unless an app may have asked: that makes a story long."""
    known = [deed for deed in deeds if deed.what == "know"]
    if len(known) > MOST_DIRECTORIES:
        known = known[-1:]
    return [deed for deed in deeds if deed.what != "know" or deed in known]


def _acts(deed: Deed, settings: Mapping[str, str]) -> Iterator[Act]:
    """The acts that do the same; ValueError where there are none."""
    values = deed.values
    match deed.what:
        case "request":
            yield _request(values, settings)
        case "move":
            left = values["seconds"] / 60
            while left > 0:
                # The check itself delivers again what it wants to be delivered again.
                yield MoveClock(minutes=min(left, LONGEST_MOVE), cron=False, svix=False)
                left -= LONGEST_MOVE
        case "break":
            yield ACT.validate_python({"do": "break", "what": values["act"]})
        case "know":
            yield ACT.validate_python({"do": "know", "users": values["users"]})
        case "fault":
            yield ACT.validate_python({"do": "fault", **_fault(values)})


def _fault(values: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"service": values["service"]}
    if "slow" in values:
        return told | {"way": "slow", "seconds": values["slow"]}
    fault = {name: value for name, value in values.get("fault", {}).items() if value}
    if not fault:
        return told | {"way": "works"}
    ways = [name for name in ("refuse", "drop", "lost_answer") if fault.pop(name, False)]
    return told | {"way": ways[0] if ways else "status", "times": values["times"], **fault}


def _request(values: Mapping[str, Any], settings: Mapping[str, str]) -> Act:
    body: str = values["body"].decode()
    where = values["method"], values["path"]
    is_svix_s = where == ("POST", ENDPOINT) and _is_genuine(values, body, settings)
    if is_svix_s and (delivery := _delivery(values, body)):
        return delivery
    bearer = f"Bearer {settings['CRON_SECRET']}"
    is_cron = where == ("POST", ROUTE) and values["headers"].get("authorization") == bearer
    if is_cron and not body and not values["process"]:
        return RunCron()
    asked = {name: values[name] for name in ("method", "path", "headers", "process")}
    return ACT.validate_python({"do": "ask", "body": body, **asked})


def _is_genuine(values: Mapping[str, Any], body: str, settings: Mapping[str, str]) -> bool:
    sent = values["headers"]
    secret = settings["CLERK_WEBHOOK_SIGNING_SECRET"]
    return bool(sent == headers(sent.get("svix-id", ""), body, secret, values["at"]))


def _delivery(values: Mapping[str, Any], body: str) -> Send | None:
    """The same as a message of Svix's; None for a body that is no event."""
    message = json.dumps({"headers": {"svix-id": values["headers"]["svix-id"]}, "body": body})
    try:
        [event] = read_events(message, None, _("what you wrote"))
    except HooklabError:
        return None
    if event.body != body or event.message_id != values["headers"]["svix-id"]:
        return None
    named = event.type if event.type in STORIES else Send().event
    return Send(event=named, body=message, process=values["process"])
