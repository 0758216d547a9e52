"""Mistakes that leave an app waiting: a coroutine that nobody awaits, a breakpoint, a loop."""

import ast
import re

from hooklab.grading.advice.code import Code, called_name
from hooklab.texts import _

# Python says it in these words; a name of the answer's own, such as `read_body` or `App.save`.
_NEVER_AWAITED = re.compile(r"coroutine '(?P<name>[\w.<>]{1,80})' was never awaited")
_LIBRARY = {"body", "json", "form", "run_in_threadpool", "verify_webhook"}
# What takes a coroutine and sees to it.
_TAKERS = {"create_task", "ensure_future", "gather", "run", "wait_for", "wait", "shield"}


def find_forgotten_await(code: Code, printed: str) -> str:
    """Where a coroutine is made that nobody awaits, when `printed` tells of one; in words."""
    if "coroutine" not in printed:
        return ""
    told = {match["name"].rpartition(".")[2] for match in _NEVER_AWAITED.finditer(printed)}
    names = told or {*_LIBRARY, *(each.name for each in code.find(ast.AsyncFunctionDef))}
    for call in code.calls(*names):
        user = code.parent(call)
        if not isinstance(user, ast.Await) and called_name(user) not in _TAKERS:
            return _(
                "{place}: {name}() is a coroutine, which does nothing until it is awaited. "
                "Write: await {name}(…)."
            ).format(place=code.place(call), name=called_name(call))
    return ""


def find_breakpoint(code: Code, printed: str, slug: str) -> str:
    """Where a debugger is called, when `printed` tells of one that quit; in words, or nothing."""
    if "BdbQuit" not in printed and "(Pdb)" not in printed:
        return ""
    for call in code.calls("breakpoint", "set_trace"):
        return _(
            "{place}: {name}() stops the app, and nobody sits at its terminal. Remove it, or "
            "run: hooklab grade {slug} --debug."
        ).format(place=code.place(call), name=called_name(call), slug=slug)
    return ""


def read_stand(code: Code, frames: str) -> str:
    """The line of the answer at which the app stands, as `path:line`; nothing when there is none.

    Args:
        frames: what the app's process wrote down, thread by thread, see `faulthandler`.
    """
    for match in _FRAME.finditer(frames):
        if found := code.place_of(match["file"], int(match["line"])):
            return found
    return ""


_FRAME = re.compile(r'^  File "(?P<file>[^"\n]{1,500})", line (?P<line>\d{1,6}) in ', re.MULTILINE)
