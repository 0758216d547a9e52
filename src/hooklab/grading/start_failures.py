"""Telling a beginner why the app did not start."""

import re
from pathlib import Path

from hooklab.texts import _
from hooklab.worker.loading import PACKAGE
from hooklab.worker.process import START_SECONDS, StartFailure


def explain(failure: StartFailure) -> str:
    """What went wrong, with file and line where there is one."""
    match failure.stage:
        case "hang":
            return _(
                "the app did not start within {seconds:g} s: something at import, in create_app() "
                "or in its lifespan waits or loops"
            ).format(seconds=START_SECONDS)
        case "exit":
            return _("the process ended by itself while it started ({status})").format(
                status=describe_status(failure.status)
            )
        case "result":
            return _("{message}, which is no app: let it end with `return app`").format(
                message=failure.error.get("message")
            )
        case _:
            return _explain_error(failure)


def _explain_error(failure: StartFailure) -> str:
    error = {name: str(value) for name, value in failure.error.items()}
    kind, message = error.get("type", "?"), error.get("message", "")
    where = _(" at line {line} of {file}").format(
        line=error.get("line"), file=_short(error.get("file", ""))
    )
    place = where if error.get("file") else ""
    if kind == "AttributeError" and "create_app" in message and failure.stage == "create_app":
        return _("app.py has no create_app: write `def create_app(settings: Settings) -> FastAPI`")
    own = re.search(rf"'{PACKAGE}\.([\w.]+)'", message)
    if kind == "ModuleNotFoundError" and own and own[1] == "app":
        return _("there is no app.py: the app begins with create_app() in it")
    if kind == "ModuleNotFoundError" and own:
        return _("there is no {file}, imported{place}: check how the name is spelled").format(
            file=own[1].replace(".", "/") + ".py", place=place
        )
    if kind == "ModuleNotFoundError" and failure.stage == "import":
        return _("{message}{place}: install it, or check how the name is spelled").format(
            message=message, place=place
        )
    stages = {
        "import": _("app.py could not be imported"),
        "create_app": _("create_app() raised an exception"),
        "startup": _("the app's start-up failed"),
    }
    what = stages.get(failure.stage, failure.stage)
    return f"{what}: {kind}: {message}{place}\n{error.get('traceback', '')}".rstrip()


def describe_status(status: int | None) -> str:
    """An exit status in words; -N stands for signal N."""
    if status is None:
        return "?"
    if status < 0:
        return _("killed by signal {number}").format(number=-status)
    return _("exit status {number}").format(number=status)


def _short(file: str) -> str:
    """The path as a learner knows it: exercise folder and file."""
    path = Path(file)
    return "/".join(path.parts[-3:]) if "exercises" in path.parts else "/".join(path.parts[-2:])
