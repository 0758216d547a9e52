"""What skeletons raise where a TODO is open: in English there, told in the language in use."""

import re

from hooklab.texts import _

# As an exception is told. The line of the source that raised it is quoted as it stands there.
_TOLD = re.compile(
    r"(?P<kind>NotImplementedError: )"
    r"(?P<function>\w+)\(\): TODO (?P<number>\d+) is still open, in (?P<file>[\w/]+\.py)"
)


def raised(function: str, number: int, file: str) -> str:
    """What `function` of a skeleton raises until its TODO is done; skeletons are in English."""
    return f"{function}(): TODO {number} is still open, in {file}"


def open_todo(told: str) -> int | None:
    """The number of the TODO, when `told` is what a skeleton raises; else None."""
    found = _TOLD.search(told)
    return int(found["number"]) if found else None


def translated(told: str) -> str:
    """`told`, a message, with what skeletons raise in the language in use."""
    return _TOLD.sub(_translated, told)


def _translated(match: re.Match[str]) -> str:
    said = _("{function}(): TODO {number} is still open, in {file}")
    return match["kind"] + said.format(
        function=match["function"], number=match["number"], file=match["file"]
    )
