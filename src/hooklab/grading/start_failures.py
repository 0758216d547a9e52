"""Telling a beginner why the app did not start."""

import re
import signal

from hooklab.grading.failure import AppNotStarted
from hooklab.grading.places import place
from hooklab.grading.printed import without_library_frames
from hooklab.texts import _
from hooklab.worker.loading import PACKAGE
from hooklab.worker.process import START_SECONDS, StartFailure


def not_running(failure: StartFailure, wanted: str = "") -> AppNotStarted:
    """The failure of a check that has no app, or no second process of it, for `failure`."""
    return AppNotStarted(wanted or _("an app that starts"), explain(failure), _place(failure))


def explain(failure: StartFailure) -> str:
    """What went wrong, with file and line where there is one."""
    match failure.stage:
        case "hang":
            return _(
                "the app did not start within {seconds:g} s: something at import, in create_app() "
                "or in its lifespan waits or loops{place}"
            ).format(seconds=START_SECONDS, place=_at(failure))
        case "exit":
            return _("the process ended by itself while it started ({status})").format(
                status=describe_status(failure.status)
            )
        case "result" if failure.error.get("message", "").endswith(" coroutine"):
            return _("{message}, which is no app: write `def create_app`, without `async`").format(
                message=failure.error["message"]
            )
        case "result":
            return _("{message}, which is no app: let it end with `return app`").format(
                message=failure.error.get("message", "?")
            )
        case "nonsense":
            return _("what the app's process said about its start makes no sense")
        case _:
            return _explain_error(failure)


def _explain_error(failure: StartFailure) -> str:
    error = failure.error
    kind, message = error.get("type", "?"), error.get("message", "")
    where = _at(failure)
    if kind == "AttributeError" and "create_app" in message and failure.stage == "create_app":
        return _("app.py has no create_app: write `def create_app(settings: Settings) -> FastAPI`")
    own = re.search(rf"'{PACKAGE}\.([\w.]+)'", message)
    if kind == "ModuleNotFoundError" and own and own[1] == "app":
        return _("there is no app.py: the app begins with create_app() in it")
    if kind == "ModuleNotFoundError" and own:
        return _("there is no {file}, imported{place}: check how the name is spelled").format(
            file=own[1].replace(".", "/") + ".py", place=where
        )
    if kind == "ModuleNotFoundError" and failure.stage == "import":
        return _("{message}{place}: install it, or check how the name is spelled").format(
            message=message, place=where
        )
    stages = {
        "import": _("app.py could not be imported"),
        "create_app": _("create_app() raised an exception"),
        "startup": _("the app's start-up failed"),
    }
    what = stages.get(failure.stage, failure.stage)
    raised = f"{kind}: {message}" if message else kind
    frames = "\n".join(without_library_frames(error.get("traceback", "").splitlines()))
    return f"{what}{_(': ')}{raised}{where}\n{frames}".rstrip()


def _at(failure: StartFailure) -> str:
    found = _place(failure)
    return _(" at {place}").format(place=found) if found else ""


def _place(failure: StartFailure) -> str:
    """The line of the answer that raised the exception, or stands still; else nothing."""
    file, line = (_harmless(failure.error.get(key, "")) for key in ("file", "line"))
    return place(file, line) if file else ""


def _harmless(told: object) -> str:
    # It comes from the answer's process, which may say anything, and stands outside the message.
    return "".join(letter for letter in str(told)[-200:] if letter.isprintable())


def describe_status(status: int | None) -> str:
    """An exit status in words; -N stands for signal N."""
    if status is None:
        return "?"
    # Not on Windows.
    if status == -getattr(signal, "SIGXCPU", status + 1):
        return _("killed, because it used more processor time than it may")
    if status < 0:
        return _("killed by signal {number}").format(number=-status)
    return _("exit status {number}").format(number=status)
