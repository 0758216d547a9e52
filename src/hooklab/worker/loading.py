"""Importing a submission wherever it lies, and saying what is wrong with it in plain data."""

import importlib
import sys
import traceback
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from hooklab.worker import course_settings

PACKAGE = "submission"
LONGEST_TEXT = 12_000


def load_app_module(folder: Path) -> ModuleType:
    """Import `folder/app.py` as `submission.app`, so that relative imports work inside it.

    The folder itself never enters `sys.path`: a `json.py` beside the app shadows nothing.
    """
    spec = ModuleSpec(PACKAGE, None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    sys.modules[PACKAGE] = module_from_spec(spec)
    # Building the same class twice would take a millisecond.
    if twin := course_settings.loaded_twin(folder / f"{course_settings.NAME}.py"):
        sys.modules[twin.__name__] = twin
    return importlib.import_module(f"{PACKAGE}.app")


def describe(error: BaseException, folder: Path) -> dict[str, Any]:
    """`error` as plain data: type, message, the traceback's text, and the submission's line in it.

    The text of an exception is the submission's: getting it may fail, loop or be huge.
    """
    file, line = _place(error, folder)
    return {
        "type": type(error).__name__,
        "message": _bounded(lambda: str(error)),
        "file": file,
        "line": line,
        "traceback": _bounded(lambda: "".join(_own_traceback(error, folder))),
    }


def _own_traceback(error: BaseException, folder: Path) -> list[str]:
    """The traceback from the submission's first frame on: a beginner does not need ours."""
    frames = error.__traceback__
    while frames and not _inside(frames.tb_frame.f_code.co_filename, folder):
        frames = frames.tb_next
    return traceback.format_exception(type(error), error, frames or None, limit=30)


def _place(error: BaseException, folder: Path) -> tuple[str, int]:
    if isinstance(error, SyntaxError) and _inside(error.filename or "", folder):
        return error.filename or "", error.lineno or 0
    own = [
        (frame.filename, frame.lineno or 0)
        for frame in traceback.extract_tb(error.__traceback__)
        if _inside(frame.filename, folder)
    ]
    return own[-1] if own else ("", 0)


def _inside(filename: str, folder: Path) -> bool:
    return filename.startswith(str(folder))


def _bounded(text: Any) -> str:
    try:
        return str(text())[:LONGEST_TEXT]
    except BaseException as error:
        return f"({type(error).__name__} while reading the error)"
