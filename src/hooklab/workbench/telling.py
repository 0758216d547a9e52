"""What an entry says in a line, in the language of whoever looks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hooklab.grading.services import tell_fault
from hooklab.sender import Response
from hooklab.texts import _, number, plural
from hooklab.workbench.timeline import Entry

MINUTE = 60


def kind_names() -> dict[str, str]:
    """What the kinds of entries are called."""
    return {
        "delivery": _("webhook"),
        "request": _("request"),
        "log": _("log"),
        "mail": _("e-mail"),
        "call": _("call"),
        "redis": "Redis",
        "note": _("note"),
    }


def service_names() -> dict[str, str]:
    """What the services are called, in the order of the page."""
    return {
        "mail": _("Mail"),
        "slack": "Slack",
        "stripe": "Stripe",
        "newsletter": "Mailchimp",
        "support": "Intercom",
        "analytics": "Segment",
        "push": "Expo",
        "mobile": _("Mobile app"),
        "admin": _("Admin app"),
        "billing": _("Billing app"),
        "clerk_api": _("Clerk's API"),
        "redis": "Redis",
    }


def way_names() -> dict[str, str]:
    """How a service can be from now on."""
    return {
        "works": _("works"),
        "refuse": _("refuses connections"),
        "drop": _("hangs up first"),
        "lost_answer": _("loses its answer"),
        "slow": _("is slow"),
        "status": _("answers with a status"),
    }


def line(entry: Entry) -> str:
    """What happened, in a line."""
    data = entry.data
    match entry.kind:
        case "delivery":
            return " · ".join(filter(None, (data["type"], data["person"])))
        case "request":
            return f"{data['method']} {data['path']}"
        case "log":
            return str(data["text"])
        case "mail":
            return f"{', '.join(data['to'])} · {data['subject']}"
        case "call":
            return f"{service_names()[data['service']]}{_(': ')}{data['method']} {data['path']}"
        case "redis":
            return " ".join(data["words"])
    return _note(data)


def asker(entry: Entry) -> str:
    """Who sent a request that is not Svix's."""
    return _("the cron") if entry.data["asks"] == "cron" else _("a visitor")


def outcome(entry: Entry) -> tuple[str, str]:
    """How it ended: "good", "bad" or "", and that in words."""
    data = entry.data
    match entry.kind:
        case "delivery" | "request":
            return _answered(data)
        case "mail" | "redis":
            return ("good", _("accepted")) if data["accepted"] else ("bad", _("not accepted"))
        case "call":
            if data["status"] is None:
                return "bad", _("no answer")
            return ("good" if data["status"] < 400 else "bad"), str(data["status"])
    return ("bad" if data.get("what") in _BAD else ""), ""


def problem(data: dict[str, Any]) -> str:
    """Why a request had no answer."""
    match data.get("problem"):
        case "timeout":
            return _("no answer within 15 s")
        case "refused":
            return _("nothing listens there")
        case "dropped":
            return _("the connection broke")
    return ""


def remark(data: dict[str, Any]) -> str:
    """What there is to say of an answer besides its status."""
    return Response(int(data.get("status") or 0)).remark


def waits(seconds: float) -> str:
    """A length of time as people say it."""
    whole = timedelta(seconds=round(seconds))
    days, rest = whole.days, whole.seconds
    parts = [
        (days, _("{n} d")),
        (rest // 3600, _("{n} h")),
        (rest % 3600 // MINUTE, _("{n} min")),
        (rest % MINUTE, _("{n} s")),
    ]
    said = [text.format(n=count) for count, text in parts if count]
    return " ".join(said) or _("{n} s").format(n=0)


def _answered(data: dict[str, Any]) -> tuple[str, str]:
    if "seconds" not in data:
        return "", _("under way")
    status = data["status"]
    if data["problem"]:
        return "bad", problem(data)
    is_good = 200 <= status <= 299
    if data.get("lost"):
        return "bad", _("{status}, and the answer was lost").format(status=status)
    return ("good" if is_good else "bad"), str(status)


_BAD = ("start_failed", "died", "killed", "database_away")

_Told = Callable[[dict[str, Any]], str]


def _note(data: dict[str, Any]) -> str:
    return _notes()[data["what"]](data)


def _notes() -> dict[str, _Told]:
    return {
        "started": lambda _data: _("the app is started"),
        "start_failed": lambda data: _("the app does not start: {why}").format(why=data["why"]),
        "killed": lambda _data: _("the app is killed (kill -9)"),
        "died": lambda data: _("the app's process has ended: {status}").format(status=data["why"]),
        "another": lambda _data: _("a second process of the app is started on the same database"),
        "database_away": lambda _data: _("the database goes away"),
        "database_back": lambda _data: _("the database is back"),
        "moved": lambda data: _("the clock moves forward by {step}").format(
            step=waits(data["seconds"])
        ),
        "scheduled": lambda data: _("{event} is due in {wait}").format(
            event=data["type"], wait=waits(data["seconds"])
        ),
        "known": lambda data: plural(
            "Clerk knows {count} user", "Clerk knows {count} users", data["count"]
        ),
        "left_out": lambda data: _("this cannot be done again here: {what}").format(
            what=data["why"]
        ),
        "fault": _fault,
    }


def _fault(data: dict[str, Any]) -> str:
    service, way = service_names()[data["service"]], data["way"]
    match way:
        case "works":
            return _("{service} works again").format(service=service)
        case "slow":
            return _("{service} takes {seconds} s over each call").format(
                service=service, seconds=number(data["seconds"])
            )
        case "status":
            how = {"status": data["status"], "retry_after": data["retry_after"]}
        case _:
            how = {way: True}
    told, times = tell_fault(service, **how), data["times"]
    return f"{told} (x{times})" if times else told
