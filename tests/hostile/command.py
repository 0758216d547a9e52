"""Grading by the command line, where a report is written to a file."""

import json
import os
import subprocess
import sys
import time
from functools import cache
from typing import Any

from .arena import GRADING_SECONDS, Arena, environment
from .users import as_user, give


def by_command(arena: Arena, *options: str) -> dict[str, Any]:
    """Grade the arena's answer to `knock` by the command line, into a file; what it holds.

    Whatever was started is gone two seconds later, and the file is still what was written.
    """
    result = arena.folder / "out" / "result.json"
    result.parent.mkdir(exist_ok=True)
    give(arena.folder, arena.uid)
    # Own answers may be graded unconfined; those of others need a word where the tier is weak.
    weak = [] if _has_no_such_option() else ["--allow-unconfined"]
    ended = subprocess.run(
        [
            *as_user(arena.uid),
            *(sys.executable, "-m", "hooklab", "grade", "knock", "--lang", "en", *weak, *options),
            *("--submission", str(arena.answer), "--format", "json", "--output", str(result)),
        ],
        cwd=arena.course,
        env=environment(arena.folder, arena.canary("environment")),
        capture_output=True,
        text=True,
        timeout=GRADING_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    written = result.read_bytes()
    survivors = arena.survivors()
    time.sleep(0.2)
    assert result.read_bytes() == written, "the report was changed after the end"
    assert survivors == []
    card: dict[str, Any] = json.loads(written)
    return card


@cache
def _has_no_such_option() -> bool:
    shown = subprocess.run(
        [sys.executable, "-m", "hooklab", "grade", "--help"],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    return "--allow-unconfined" not in shown.stdout
