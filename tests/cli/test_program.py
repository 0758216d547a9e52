"""Commands in texts run when they are copied, and no line end breaks them."""

import io
import os
import sys

import pytest
from rich.console import Console

from hooklab import program
from hooklab.cli.commands import _commands
from hooklab.reports.folding import write_to_copy


@pytest.fixture(autouse=True)
def _as_before():
    yield
    program.use("hooklab-is-not-on-the-path")


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A folder with a virtual environment that nobody has activated."""
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for name in ("hooklab", "activate"):
        (tmp_path / ".venv/bin" / name).touch(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.devnull)
    return tmp_path


def test_every_command_is_known():
    assert list(program.COMMANDS) == list(_commands())


@pytest.mark.skipif(os.name != "posix", reason="Windows has other paths")
@pytest.mark.parametrize("started", [".venv/bin/hooklab", "{clone}/.venv/bin/hooklab"])
def test_who_activates_nothing_copies_the_path(clone, started):
    program.use(started.format(clone=clone))
    assert program.as_typed("run hooklab lab, or: hooklab grade") == (
        "run .venv/bin/hooklab lab, or: .venv/bin/hooklab grade"
    )
    assert program.as_typed("hooklab needs hooklab.py") == "hooklab needs hooklab.py"
    assert program.to_shorten() == "source .venv/bin/activate"


@pytest.mark.skipif(os.name != "posix", reason="Windows has other paths")
def test_what_the_shell_finds_is_named_alone(clone, monkeypatch):
    monkeypatch.setenv("PATH", str(clone / ".venv/bin"))
    program.use(f"{clone}/.venv/bin/hooklab")
    assert program.as_typed("hooklab grade") == "hooklab grade"
    assert program.to_shorten() == ""


def test_another_program_changes_no_text():
    program.use(sys.argv[0])
    assert program.as_typed("hooklab grade") == "hooklab grade"


def test_a_refusal_and_a_hint_can_be_copied_in_a_fresh_clone(course, hooklab, monkeypatch):
    monkeypatch.setattr("sys.argv", [str(course / ".venv/bin/hooklab")])
    assert "see: .venv/bin/hooklab grade --help" in hooklab("grade", "--qqq")[2]
    assert "For the next one: .venv/bin/hooklab hint knock\n" in hooklab("hint", "knock")[1]


def folded(text: str) -> list[str]:
    file = io.StringIO()
    console = Console(file=file, width=40, force_terminal=True, no_color=True)
    write_to_copy(console, text)
    return file.getvalue().splitlines()


@pytest.mark.parametrize("language", ["take it back, with: ", "reprenez-la\N{NO-BREAK SPACE}: "])
def test_a_command_that_has_no_room_has_a_line_of_its_own(language):
    command = ".venv/bin/hooklab reset knock --from exercises/knock.20260101-000000"
    lines = folded(f"It is kept beside the folder. {language}{command}")
    assert lines[-1] == f"  {command}"
    assert all(len(line) <= 40 for line in lines[:-1])


def test_a_sentence_breaks_between_words_and_leaves_a_command_together():
    lines = folded("start your app in another window (hooklab run SLUG), or name another")
    assert any("(hooklab run SLUG)," in line for line in lines)
    assert folded("hooklab grade") == ["hooklab grade"]
    path = "exercises/a_very_long_name_of_an_exercise/signature.py:33"
    assert path in folded(f"Open {path} and go on")
