"""What a person meets around the commands: help, version, completion, the list of exercises."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import hooklab as package
from hooklab.cli import completion
from hooklab.cli.commands import _commands

COMMANDS = list(_commands())
ROOT = Path(__file__).parents[2]


def test_the_version_is_told(course, hooklab):
    assert hooklab("--version") == (0, f"hooklab {package.__version__}\n", "")


@pytest.mark.parametrize("command", [(), *((each,) for each in COMMANDS), ("mistake", "new")])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_help_names_no_python_type_and_speaks_one_language(course, hooklab, command, lang):
    code, out, err = hooklab("--lang", lang, *command, "--help")
    assert code == 0
    for word in ("<bool>", "<str>", "list[", "<int", "<float>"):
        assert word not in out + err
    assert ("Afficher cette" in out) == (lang == "fr")
    assert ("Show this message" in out) == (lang == "en")


def test_the_language_may_be_named_before_the_command(course, hooklab):
    assert "Exercice" in hooklab("--lang", "fr", "list")[1]


@pytest.fixture
def real_course(monkeypatch, tmp_path):
    """The catalogue of the real course, whose slugs are longer than a toy's."""
    (tmp_path / "graders").mkdir()
    shutil.copy(ROOT / "graders/course.toml", tmp_path / "graders")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_list_cuts_no_slug_and_explains_its_signs(real_course, hooklab, lang):
    out = hooklab("list", "--lang", lang)[1]
    words = out.split()
    for slug in (path.name for path in (ROOT / "graders").glob("*/")):
        if (ROOT / "graders" / slug / "rubric.toml").is_file():
            assert slug in words
    assert "…" not in out
    assert all(len(line) <= 80 for line in out.splitlines())
    star, dash = out.splitlines()[-2:]
    assert "★" in star
    assert len(star.split()) > 3
    assert "-/" in dash


def test_a_narrow_list_has_its_titles_below(real_course, hooklab, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    lines = hooklab("list")[1].splitlines()
    at = next(number for number, line in enumerate(lines) if " clerk_endpoint " in line)
    assert lines[at + 1].split()[:3] == ["A", "complete", "endpoint"]
    assert all(len(line) <= 60 for line in lines)


def test_a_language_alone_shows_the_help_in_it(course, hooklab):
    out = hooklab("--lang", "fr")[1]
    assert "Utilisation\N{NO-BREAK SPACE}: hooklab" in out
    assert "Noter vos réponses" in out


def complete(*words: str, shell: str = "zsh", **environment: str) -> str:
    """What a shell is told for a command line of these words, the last one not finished."""
    line = " ".join(("hooklab", *words))
    return subprocess.run(
        [sys.executable, "-m", "hooklab"],
        env={
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "_HOOKLAB_COMPLETE": f"complete_{shell}",
            "_TYPER_COMPLETE_ARGS": line,
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words)),
            **environment,
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("gra",), "grade"),
        (("grade", "le"), "ledger"),
        (("hint", "kn"), "knock"),
        (("hint", "knock", "nob"), "nobody_is_refused"),
        (("--lang", "fr", "statement", "l"), "ledger"),
    ],
)
def test_a_shell_completes_commands_slugs_and_checks(course, words, found):
    assert complete(*words, shell="bash").split() == [found]


def test_a_completion_says_what_a_slug_stands_for(course):
    assert "Keep a ledger" in complete("grade", "le")


def test_outside_a_course_there_is_nothing_to_complete(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "knock" not in complete("grade", "k", shell="bash")


def test_completion_is_installed_for_the_shell_in_use(course, hooklab, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(completion, "_get_shell_name", lambda: "bash")
    code, out, _err = hooklab("--install-completion")
    script = Path(out.rpartition(": ")[2].strip())
    assert (code, script.is_relative_to(tmp_path)) == (0, True)
    assert "_HOOKLAB_COMPLETE=complete_bash" in script.read_text()
    assert str(script) in (tmp_path / ".bashrc").read_text()


def test_a_shell_without_completion_is_a_sentence(course, hooklab, monkeypatch):
    monkeypatch.setattr(completion, "_get_shell_name", lambda: None)
    code, out, err = hooklab("--install-completion")
    assert (code, out) == (2, "")
    assert "no completion for this shell" in err
