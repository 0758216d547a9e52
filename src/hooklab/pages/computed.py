"""Markdown that a function of the course computes, for a marker on a page."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from inspect import getmembers, isfunction, signature
from pathlib import Path
from types import ModuleType
from typing import Any

from hooklab.errors import HooklabError
from hooklab.texts import _

_CALL = re.compile(r"(?P<file>\w[\w/]*)\.py:(?P<function>\w+)(?P<arguments>( +\S+)*)")
_PACKAGE = "hooklab_course"


def computed(root: Path, call: str) -> str:
    """What the function named by `call` returns: Markdown in the language in use.

    Args:
        root: the course's folder.
        call: a file below `root`, a public function in it and texts as its arguments, such as
            `graders/tables.py:figures north south`.

    Raises:
        HooklabError: there is no such function, it takes other arguments, or it fails.
    """
    found = _CALL.fullmatch(call)
    if not found:
        raise HooklabError(
            _("“{call}” names no function of the course").format(call=call),
            _("write a file, a function and its arguments: folder/file.py:function argument"),
        )
    file, arguments = f"{found['file']}.py", found["arguments"].split()
    function = _function(_module(root, file), file, found["function"])
    try:
        signature(function).bind(*arguments)
    except TypeError as error:
        raise HooklabError(
            f"{call}{_(': ')}{error}",
            _("the function is {function}").format(
                function=f"{function.__name__}{signature(function)}"
            ),
        ) from None
    with _blaming(file, call):
        text = function(*arguments)
        if not isinstance(text, str):
            raise TypeError(_("{value!r} is no text").format(value=text))
    return text


def _module(root: Path, file: str) -> ModuleType:
    if not (root / file).is_file():
        raise HooklabError(
            _("{path} does not exist").format(path=file), _("create it, or check the folder")
        )
    # A package of its own, in which a file may import its neighbours; made anew for each call,
    # because `mkdocs serve` shows what has been changed.
    for name in [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]:
        del sys.modules[name]
    package = sys.modules[_PACKAGE] = ModuleType(_PACKAGE)
    package.__path__ = [str(root)]
    invalidate_caches()
    with _blaming(file, file):
        return import_module(".".join((_PACKAGE, *Path(file).with_suffix("").parts)))


def _function(module: ModuleType, file: str, name: str) -> Callable[..., Any]:
    own = {
        known: function
        for known, function in getmembers(module, isfunction)
        if function.__module__ == module.__name__ and not known.startswith("_")
    }
    if name not in own:
        raise HooklabError(
            _("{file} has no function “{name}”").format(file=file, name=name),
            _("choose one of: {ids}").format(ids=", ".join(own)),
        )
    return own[name]


@contextmanager
def _blaming(file: str, what: str) -> Iterator[None]:
    """Tell an exception as a fault of `file` in `what`; a HooklabError tells its own."""
    try:
        yield
    except HooklabError:
        raise
    except Exception as error:
        raise HooklabError(
            f"{what}{_(': ')}{type(error).__name__}{_(': ')}{error}",
            _("correct {file}").format(file=file),
        ) from error
