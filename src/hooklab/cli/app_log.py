"""What the server says of an app that it serves: an exception of the app is one line."""

import logging
import re
import traceback
from pathlib import Path

from hooklab.grading.places import place
from hooklab.reports.clean import clean
from hooklab.texts import _

_TRACEBACK = "Traceback (most recent call last)"
_FRAME = re.compile(r'^ *File "(?P<file>.+)", line (?P<line>\d+)', re.MULTILINE)
# Told again by the command itself, in the language in use.
_START_FAILED = "Application startup failed"


def shorten(folder: Path, *, whole: bool) -> None:
    """Let the server's log tell exceptions of the app in `folder` with their place, or `whole`."""
    for handler in logging.getLogger("uvicorn").handlers:
        handler.setFormatter(_Brief(folder, whole=whole))
        handler.addFilter(lambda record: not record.getMessage().startswith(_START_FAILED))


class _Brief(logging.Formatter):
    def __init__(self, folder: Path, *, whole: bool) -> None:
        super().__init__()
        self._folder = folder
        self._whole = whole

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage().rstrip()
        if record.exc_info:
            text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
        if _TRACEBACK in text and not self._whole:
            text = in_short(text, self._folder)
        return f"{record.levelname}: {clean(text)}"


def in_short(told: str, folder: Path) -> str:
    """The exception at the end of a traceback and its last line in `folder`, on one line.

    A traceback that never comes through `folder` stays as it is.
    """
    own = [found for found in _FRAME.finditer(told) if Path(found["file"]).is_relative_to(folder)]
    if not own:
        return told
    # An exception's text may have several lines; it begins after the last line of the source.
    after = told[own[-1].end() :].splitlines()[1:]
    raised = [line for line in after if line[:1].strip()]
    where = _(" at {place}").format(place=place(own[-1]["file"], own[-1]["line"]))
    told_whole = _("the whole traceback: --verbose")
    return f"{raised[0] if raised else _TRACEBACK}{where} ({told_whole})"
