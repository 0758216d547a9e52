"""How `hooklab` was typed, so that the commands in its texts run when they are copied.

In a fresh clone it is in `.venv/bin`; a shell finds it by its name alone once that is activated.
"""

import os
import re
import shlex
import shutil
from pathlib import Path

NAME = "hooklab"

COMMANDS = (
    "list",
    "statement",
    "grade",
    "watch",
    "hint",
    "compare",
    "quiz",
    "reset",
    "run",
    "send",
    "doctor",
    "lab",
    "new",
    "update",
    "review",
    "class",
    "cut",
    "promises",
    "mistake",
    "settings",
    "check",
)

_COMMAND = re.compile(rf"(?<![\w./\\-]){NAME} (?=(?:{'|'.join(COMMANDS)})\b|--)")

_typed = NAME


def use(program: str) -> None:
    """Name the program in commands as it was started: `program` is the first word that ran."""
    global _typed
    path = Path(program)
    found = shutil.which(NAME)
    # Braces would be taken for a place in a text.
    if path.stem != NAME or "{" in program or (found and _is_same(path, Path(found))):
        _typed = NAME
        return
    here = Path.cwd()
    short = path.relative_to(here) if path.is_relative_to(here) else path
    _typed = shlex.quote(str(short)) if os.name == "posix" else str(short.with_suffix(""))


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def typed() -> str:
    """What a person types to start the program."""
    return _typed


def as_typed(text: str) -> str:
    """`text` with the commands in it as the program was typed."""
    return text if _typed == NAME else _COMMAND.sub(lambda _match: f"{_typed} ", text)


def to_shorten() -> str:
    """What lets the shell find the program by its name alone; empty when it does already."""
    folder = Path(_typed).parent
    if _typed == NAME:
        return ""
    if os.name == "posix":
        return f"source {folder / 'activate'}" if (folder / "activate").is_file() else ""
    return str(folder / "Activate.ps1")
