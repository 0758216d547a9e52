"""`hooklab mistake`: what authors type to keep known mistakes, and what they are told."""

import shlex
import stat
import sys

import pytest

PROGRAM = """#!{python}
import sys
from pathlib import Path
here = Path(sys.argv[1])
{lines}
sys.exit({status})
"""
PATCH = "graders/knock/mistakes/{}.patch"


@pytest.fixture
def editor(course, monkeypatch):
    """Sets the person's editor to a program that runs some lines of Python on the folder."""

    def use(lines: str, status: int = 0) -> None:
        program = course.parent / "editor"
        head = (
            f"#!{sys.executable}\nimport sys\nfrom pathlib import Path\nhere = Path(sys.argv[1])\n"
        )
        program.write_text(f"{head}{lines}\nsys.exit({status})\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("EDITOR", str(program))

    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    return use


SAY_BYE = """
path = here / "greeting.py"
path.write_text(path.read_text().replace("Hello", "Bye"))
(here / "MISTAKE.txt").write_text("It says goodbye.\\n\\nLoses: it_greets_by_name\\n")
"""


def test_a_new_mistake_is_made_in_the_editor(course, hooklab, editor):
    editor(SAY_BYE)
    code, out, err = hooklab("mistake", "new", "knock", "says_bye")
    assert (code, out) == (0, PATCH.format("says_bye") + "\n")
    assert "Prove it: hooklab check knock" in err
    text = (course / PATCH.format("says_bye")).read_text()
    assert text.startswith("It says goodbye.\n\nLoses: it_greets_by_name\n\n--- a/greeting.py")
    code, out, _err = hooklab("mistake", "show", "knock", "says_bye")
    assert code == 0
    assert 'return f"Bye {name}"' in out


def test_without_an_editor_a_person_is_told_how_to_go_on(course, hooklab, editor):
    code, out, err = hooklab("mistake", "new", "knock", "says_bye")
    assert (code, out) == (0, "")
    folder = ".hooklab/mistakes/knock/says_bye"
    assert f"The answer lies in {folder}; MISTAKE.txt there" in err
    command = err.rpartition("run: hooklab ")[2].split()
    assert command == ["mistake", "new", "knock", "says_bye", "--from", folder]
    greeting = course / folder / "greeting.py"
    greeting.write_text(greeting.read_text().replace("Hello", "Bye"))
    words = course / folder / "MISTAKE.txt"
    words.write_text("It says goodbye.\n\nLoses: it_greets_by_name\n")
    assert hooklab(*command)[0] == 0
    assert (course / PATCH.format("says_bye")).is_file()
    assert not (course / folder).exists()


def test_a_mistake_that_names_no_check_is_written_and_told(course, hooklab, editor):
    editor(SAY_BYE.replace("it_greets_by_name", "it_greets"))
    code, out, err = hooklab("mistake", "new", "knock", "says_bye")
    assert (code, out) == (1, PATCH.format("says_bye") + "\n")
    assert "“it_greets”, which is no check" in err
    editor(SAY_BYE)
    assert hooklab("mistake", "edit", "knock", "says_bye")[0] == 0


def test_what_was_edited_is_not_lost_when_it_cannot_be_written(course, hooklab, editor):
    editor('(here / "note").write_text("an hour of work")\n(here / "MISTAKE.txt").unlink()')
    code, _out, err = hooklab("mistake", "new", "knock", "says_bye")
    assert code == 2
    assert "MISTAKE.txt does not exist" in err
    assert "then run: hooklab mistake new knock says_bye --from .hooklab/" in err
    kept = course / ".hooklab/mistakes/knock/says_bye/note"
    assert kept.read_text() == "an hour of work"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("new", "knock", "no_route"), "has a mistake “no_route” already"),
        (("new", "knock", "No-Route"), "is no name for a mistake"),
        (("edit", "knock", "nobody"), "has no mistake “nobody”"),
        (("show", "knok", "no_route"), "there is no exercise “knok”"),
        (("refresh", "knok"), "there is no exercise “knok”"),
        (("messages", "knock", "nobody"), "has no mistake “nobody”"),
    ],
)
def test_what_is_not_there_is_refused(course, hooklab, editor, arguments, said):
    code, out, err = hooklab("mistake", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "hint: " in err


def test_an_editor_that_cannot_be_started_is_named(course, hooklab, editor, monkeypatch):
    monkeypatch.setenv("EDITOR", "no-such-editor --wait")
    code, _out, err = hooklab("mistake", "edit", "knock", "no_route")
    assert code == 2
    assert "the editor “no-such-editor --wait” cannot be started" in err


def test_an_editor_that_gives_up_changes_nothing(course, hooklab, editor):
    editor(SAY_BYE, status=1)
    before = (course / PATCH.format("no_route")).read_text()
    code, _out, err = hooklab("mistake", "edit", "knock", "no_route")
    assert code == 0
    assert "--from .hooklab/mistakes/knock/no_route" in err
    assert (course / PATCH.format("no_route")).read_text() == before


def test_patches_that_cannot_follow_are_named_with_the_way_on(course, hooklab, editor):
    path = course / "solutions/knock/greeting.py"
    path.write_text(path.read_text().replace("Hello {name}", "Hello, {name}!"))
    code, out, err = hooklab("mistake", "refresh", "knock")
    assert (code, out) == (1, "")
    assert "ignores_the_name cannot follow the solution by itself: greeting.py.rej" in err
    assert "hooklab mistake edit knock ignores_the_name --from .hooklab/mistakes/knock/" in err
    assert "0 patches changed." in err


def test_a_mistake_that_does_not_fit_is_edited_with_the_places_named(course, hooklab, editor):
    path = course / "solutions/knock/greeting.py"
    path.write_text(path.read_text().replace("Hello {name}", "Hello, {name}!"))
    editor('(here / "greeting.py.rej").unlink()\n' + SAY_BYE)
    code, out, err = hooklab("mistake", "edit", "knock", "ignores_the_name")
    assert "ignores_the_name cannot follow the solution by itself: greeting.py.rej" in err
    assert (code, out) == (0, PATCH.format("ignores_the_name") + "\n")


def test_patches_that_can_follow_are_written(course, hooklab, editor):
    path = course / "solutions/knock/greeting.py"
    path.write_text(path.read_text().replace("\n\ndef", "\n\nX = 1\n\n\ndef"))
    code, out, err = hooklab("mistake", "refresh", "knock")
    assert (code, out) == (0, PATCH.format("ignores_the_name") + "\n")
    assert "1 patch changed." in err


def test_what_learners_read_is_kept_in_both_languages(
    course, hooklab, editor, monkeypatch, warm_launcher
):
    monkeypatch.setattr("hooklab.worker.launch.start_launcher", lambda: warm_launcher)
    kept = [f"graders/knock/mistakes/ignores_the_name.{language}.txt" for language in ("en", "fr")]
    assert hooklab("mistake", "messages", "knock") == (0, "", "")
    code, out, _err = hooklab("mistake", "messages", "knock", "ignores_the_name")
    assert (code, out.split()) == (0, kept)
    english, french = ((course / path).read_text() for path in kept)
    assert english.startswith("Whoever knocks is greeted by name\nWhat was wanted:")
    assert french.startswith("La personne est saluée par son nom\nCe qui était attendu")
    assert hooklab("mistake", "messages", "knock")[1].split() == kept


def test_the_way_on_is_typed_in_the_folder_where_a_person_is(course, hooklab, editor, monkeypatch):
    spaced = course.rename(course.with_name("my course"))
    monkeypatch.chdir(spaced / "graders")
    code, _out, err = hooklab("mistake", "new", "knock", "says_bye")
    assert code == 0
    command = shlex.split(err.rpartition("run: hooklab ")[2])
    folder = spaced / ".hooklab/mistakes/knock/says_bye"
    assert command == ["mistake", "new", "knock", "says_bye", "--from", str(folder)]
    greeting = folder / "greeting.py"
    greeting.write_text(greeting.read_text().replace("Hello", "Bye"))
    (folder / "MISTAKE.txt").write_text("It says goodbye.\n\nLoses: it_greets_by_name\n")
    code, out, _err = hooklab(*command)
    assert (code, out) == (0, "knock/mistakes/says_bye.patch\n")


def test_a_hint_says_once_what_to_run(course, hooklab, editor):
    editor('(here / "MISTAKE.txt").write_text("It says goodbye.\\n")')
    code, _out, err = hooklab("mistake", "new", "knock", "says_bye")
    assert code == 2
    assert "hint: change what the answer does wrong; then run: hooklab mistake new" in err
