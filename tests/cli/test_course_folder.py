"""`hooklab new` and `hooklab update`: folders for people who install the package."""

import shlex
import shutil
from pathlib import Path

import pytest

import hooklab as package
from hooklab import course_folder

from .conftest import TOY

ROOT = Path(__file__).parents[2]


@pytest.fixture
def carried(tmp_path, monkeypatch) -> Path:
    """What the installed package carries: the toy course, with a notebook."""
    folder = tmp_path / "installed"
    shutil.copytree(
        TOY, folder, ignore=shutil.ignore_patterns("__pycache__", ".hooklab", "mistakes")
    )
    (folder / "notebooks").mkdir()
    (folder / "notebooks/look.ipynb").write_text("{}")
    monkeypatch.setattr(course_folder, "packaged", lambda: folder)
    monkeypatch.setattr("hooklab.authoring.history.packaged", lambda: folder)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def mine(carried, hooklab, monkeypatch) -> Path:
    """A folder that `hooklab new` has made, to work in."""
    assert hooklab("new", "mine")[0] == 0
    monkeypatch.chdir("mine")
    return Path.cwd()


@pytest.fixture
def newer(monkeypatch):
    monkeypatch.setattr(package, "__version__", "9.8.7")


def test_a_new_folder_can_be_worked_in_as_told(carried, hooklab, monkeypatch):
    code, out, _err = hooklab("new", "my course")
    assert code == 0
    assert "The course is in my course: 2 exercises." in out
    move, statement, grade = (shlex.split(line) for line in out.splitlines()[-3:])
    assert move[0] == "cd"
    monkeypatch.chdir(move[1])
    assert "knock" in hooklab(*statement[1:])[1]
    assert "0/4" in hooklab(*grade[1:])[1]
    assert "SMTP_PORT=1025" in Path(".env.example").read_text()
    assert hooklab("list")[2] == "", "the versions are equal, so nothing is told"


def test_a_statement_names_the_installed_command(carried, hooklab, monkeypatch):
    page = carried / "course/en/exercises/knock.md"
    page.write_text("# Knock\n\n```console\n$ .venv/bin/hooklab grade knock\n```\n")
    hooklab("new", "mine")
    monkeypatch.chdir("mine")
    out = hooklab("statement", "knock")[1]
    assert "$ hooklab grade knock" in out


@pytest.mark.parametrize("what", ["folder", "file"])
def test_nothing_is_written_over(carried, hooklab, tmp_path, what):
    taken = tmp_path / "taken"
    if what == "folder":
        taken.mkdir()
        taken = taken / "letter.txt"
    taken.write_text("mine")
    code, out, err = hooklab("new", "taken")
    assert (code, out) == (2, "")
    assert "taken is not empty" in err
    assert taken.read_text() == "mine"
    assert not (tmp_path / "taken/graders").exists()


def test_an_empty_folder_will_do_and_so_will_the_current_one(carried, hooklab, monkeypatch):
    Path("empty").mkdir()
    monkeypatch.chdir("empty")
    code, out, _err = hooklab("new", ".")
    assert code == 0
    assert f"The course is in {Path.cwd()}: " in out
    assert "cd " not in out
    assert hooklab("list")[0] == 0


def test_a_folder_that_cannot_be_written_is_a_sentence(carried, hooklab):
    Path("a_file").write_text("")
    code, _out, err = hooklab("new", "a_file/below")
    assert code == 2
    assert "cannot be written" in err


def test_a_clone_is_the_course_already(hooklab, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _out, err = hooklab("new", "mine")
    assert code == 2
    assert "comes from a clone" in err
    assert str(ROOT) in err


def test_commands_tell_of_versions_that_differ(mine, hooklab, newer):
    code, out, err = hooklab("list")
    assert code == 0
    assert "9.8.7" not in out
    assert f"has the course of hooklab {course_folder.note_of(mine).version}" in err
    assert "this is hooklab 9.8.7" in err
    assert "hooklab update" in err
    hooklab("update")
    assert hooklab("list")[2] == ""


def test_an_update_brings_what_is_new_and_leaves_answers_alone(mine, carried, hooklab, newer):
    answer = mine / "exercises/knock/greeting.py"
    answer.write_text("mine = 1\n")
    (mine / "notebooks/look.ipynb").write_text("mine")
    shutil.copytree(carried / "exercises/knock", carried / "exercises/window")
    for changed in (
        "exercises/knock/app.py",
        "exercises/ledger/app.py",
        "graders/knock/test_knock.py",
    ):
        path = carried / changed
        path.write_text(path.read_text() + "# changed\n")
    (carried / "course/en/module-1-toys.md").rename(carried / "course/en/module-1-games.md")

    code, out, _err = hooklab("update")

    assert code == 0
    assert answer.read_text() == "mine = 1\n"
    assert "# changed" not in (mine / "exercises/knock/app.py").read_text()
    assert (mine / "notebooks/look.ipynb").read_text() == "mine"
    assert "# changed" in (mine / "exercises/ledger/app.py").read_text()
    assert "# changed" in (mine / "graders/knock/test_knock.py").read_text()
    assert (mine / "exercises/window/app.py").is_file()
    assert not (mine / "course/en/module-1-toys.md").exists()
    assert out.splitlines() == [
        "new: exercises/window",
        "changed, and not begun: exercises/ledger",
        "3 other files have changed (course, graders)",
        "yours, and left alone: exercises/knock; what it began with has changed",
        "  to begin anew, with your copy beside it: hooklab reset knock",
        "This folder has the course of hooklab 9.8.7.",
    ]
    assert hooklab("update")[1].splitlines() == out.splitlines()[-1:], "once is enough"


def test_an_update_in_french(mine, carried, hooklab):
    (carried / "exercises/ledger/app.py").write_text("")
    out = hooklab("update", "--lang", "fr")[1]
    assert "modifié, et pas encore commencé\N{NO-BREAK SPACE}: exercises/ledger" in out


def test_what_the_course_has_no_more_stays_only_where_it_is_an_answer(mine, carried, hooklab):
    (mine / "exercises/knock/greeting.py").write_text("mine = 1\n")
    for slug in ("knock", "ledger"):
        shutil.rmtree(carried / "exercises" / slug)
    out = hooklab("update")[1]
    assert "no longer in the course: exercises/ledger" in out
    assert (mine / "exercises/knock/greeting.py").read_text() == "mine = 1\n"
    assert not (mine / "exercises/ledger/app.py").exists()


def test_a_grader_of_ones_own_is_set_aside(mine, carried, hooklab):
    grader = mine / "graders/knock/test_knock.py"
    right = grader.read_text()
    grader.write_text("mine = 1\n")
    out = hooklab("update")[1]
    assert grader.read_text() == right
    assert (mine / "graders/knock/test_knock.py.mine").read_text() == "mine = 1\n"
    assert "put back: graders/knock/test_knock.py; yours is graders/knock/test_knock.py.mine" in out


def test_a_lost_exercise_comes_back(mine, hooklab):
    shutil.rmtree(mine / "exercises/knock")
    assert "new: exercises/knock" in hooklab("update")[1]
    assert (mine / "exercises/knock/app.py").is_file()


@pytest.mark.parametrize("note", [None, "", "[]", '{"version": "1"}', '{"files": {}}'])
def test_a_folder_without_a_note_is_not_touched(mine, carried, hooklab, note):
    (mine / course_folder.NOTE).unlink()
    if note is not None:
        (mine / course_folder.NOTE).write_text(note)
    (carried / "exercises/ledger/app.py").write_text("")
    code, out, err = hooklab("update")
    assert (code, out) == (2, "")
    assert "has no note of what it was given" in err
    assert (mine / "exercises/ledger/app.py").read_text() != ""


def test_reset_takes_the_skeleton_out_of_the_package(mine, hooklab):
    answer = mine / "exercises/knock/greeting.py"
    skeleton = answer.read_text()
    answer.write_text("mine = 1\n")
    out = hooklab("reset", "knock")[1]
    assert f"as of hooklab {package.__version__}." in out
    assert answer.read_text() == skeleton
    assert hooklab(*shlex.split(out.splitlines()[-1])[1:])[0] == 0
    assert answer.read_text() == "mine = 1\n"
