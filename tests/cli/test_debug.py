"""`grade --debug` in a real terminal: a breakpoint in the app stops, and the grade goes on."""

import os
import pty
import select
import subprocess
import sys

import pytest


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_a_breakpoint_stops_in_the_terminal(course, solve):
    solve("knock")
    greeting = course / "exercises/knock/greeting.py"
    text = greeting.read_text(encoding="utf-8")
    greeting.write_text(text.replace("    return ", "    breakpoint()\n    return ", 1))
    grader, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "hooklab", "grade", "knock", "--debug"],
        cwd=course,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", "TERM": "dumb", "COLUMNS": "80"},
    )
    os.close(terminal)
    said = ""
    while "does not count" not in said:
        assert select.select([grader], [], [], 30)[0], said
        new = os.read(grader, 4096).decode("utf-8", "replace")
        said += new
        if "(Pdb)" in new:
            os.write(grader, b"p 'name is', name\nc\n" if "name is" not in said else b"c\n")
    assert process.wait(20) == 0
    os.close(grader)
    assert "('name is', 'Ada')" in said
    assert "2.5/4" in said
    assert "Debugging: this grade does not count." in said
