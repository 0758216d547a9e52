"""Mistakes are made, changed and brought along on a bench, and no work on it is lost."""

import subprocess

import pytest

from hooklab.authoring import bench, known, patches
from hooklab.errors import HooklabError

KNOCK = "graders/knock/mistakes"


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def committed(own_toy):
    """The toy course in a git repository of its own."""
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "toy"]):
        subprocess.run(["git", *command], cwd=own_toy.root, check=True)
    return own_toy


def greeting_of(course, name):
    return bench.assembled(course, "knock", name)


def test_a_new_mistake_begins_as_the_solution(own_toy):
    folder = bench.begin(own_toy, "knock", "says_bye")
    assert (folder / "greeting.py").is_file()
    change(folder / "greeting.py", "Hello", "Bye")
    (folder / bench.WORDS).write_text("It says goodbye.\n\nLoses: it_greets_by_name\n")
    path = bench.write(own_toy, "knock", "says_bye", folder)
    mistake = bench.find(own_toy, "knock", "says_bye")
    assert path.read_text().startswith("It says goodbye.\n\nLoses: it_greets_by_name\n\n--- a/gr")
    assert mistake.loses == ("it_greets_by_name",)
    assert 'return f"Bye {name}"' in greeting_of(own_toy, "says_bye")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "said"), [("no_route", "has a mistake “no_route” already"), ("No Route", "is no name")]
)
def test_a_name_that_is_taken_or_none_is_refused(own_toy, name, said):
    with pytest.raises(HooklabError, match=said):
        bench.begin(own_toy, "knock", name)


def test_a_mistake_is_laid_out_whole_and_written_back_as_it_was(own_toy):
    path = own_toy.root / KNOCK / "ignores_the_name.patch"
    before = path.read_text()
    folder = bench.lay(own_toy, "knock", "ignores_the_name")
    assert 'return "Hello Ada"' in (folder / "greeting.py").read_text()
    assert (folder / "app.py").is_file()
    assert (folder / bench.WORDS).read_text() == "Everybody is Ada.\n\nLoses: it_greets_by_name\n"
    bench.write(own_toy, "knock", "ignores_the_name", folder)
    assert path.read_text() == before


def test_an_answer_that_is_the_solution_is_refused_and_kept(own_toy):
    folder = bench.begin(own_toy, "knock", "says_bye")
    with pytest.raises(HooklabError, match="is the solution"):
        bench.write(own_toy, "knock", "says_bye", folder)
    assert (folder / "greeting.py").is_file()


def test_a_folder_that_is_no_answer_is_refused(own_toy, tmp_path):
    with pytest.raises(HooklabError, match=r"MISTAKE\.txt does not exist"):
        bench.write(own_toy, "knock", "no_route", tmp_path)


def test_work_that_lies_on_the_bench_is_kept_when_it_is_laid_anew(own_toy):
    folder = bench.lay(own_toy, "knock", "no_route")
    (folder / "app.py").write_text("an hour of work\n")
    assert bench.lay(own_toy, "knock", "no_route") == folder
    assert (folder.with_name("no_route.1") / "app.py").read_text() == "an hour of work\n"


def test_an_unknown_mistake_is_refused(own_toy):
    with pytest.raises(HooklabError, match="no mistake “nobody”"):
        bench.find(own_toy, "knock", "nobody")


def test_what_fits_is_left_as_it_is(own_toy):
    assert bench.refresh(own_toy, "knock", None) == ([], [])


def test_a_patch_follows_lines_that_have_moved(own_toy):
    change(
        own_toy.root / "solutions/knock/greeting.py", "\n\ndef greet", "\n\nX = 1\n\n\ndef greet"
    )
    changed, conflicts = bench.refresh(own_toy, "knock", None)
    assert (changed, conflicts) == (["ignores_the_name"], [])
    assert "X = 1" in greeting_of(own_toy, "ignores_the_name")
    (mistake,) = (m for m in known.mistakes(own_toy, "knock") if m.name == "ignores_the_name")
    assert patches.weakness(mistake.patch.diff, own_toy.solution("knock")) is None


def test_a_patch_follows_a_change_beside_its_own_with_the_help_of_history(committed):
    # Too near for git apply, far enough for a merge of three versions.
    change(committed.root / "solutions/knock/greeting.py", "name: str)", "name: str, /)")
    assert bench.refresh(committed, "knock", None) == (["ignores_the_name"], [])
    assert "name: str, /)" in greeting_of(committed, "ignores_the_name")
    assert '"Hello Ada"' in greeting_of(committed, "ignores_the_name")


def test_where_both_changed_the_same_line_a_person_decides(committed):
    change(committed.root / "solutions/knock/greeting.py", "Hello {name}", "Hello, {name}!")
    changed, (conflict,) = bench.refresh(committed, "knock", "ignores_the_name")
    assert changed == []
    assert conflict.name == "ignores_the_name"
    (place,) = conflict.places
    assert place.startswith("greeting.py:")
    text = (conflict.folder / "greeting.py").read_text()
    assert "Hello, {name}!" in text
    assert "Hello Ada" in text
    with pytest.raises(HooklabError, match=r"a conflict is left in greeting\.py"):
        bench.write(committed, "knock", "ignores_the_name", conflict.folder)
    begin, _bar, _rest = text.partition("<<<<<<<")
    (conflict.folder / "greeting.py").write_text(f'{begin}    return "Hello, Ada!"\n')
    bench.write(committed, "knock", "ignores_the_name", conflict.folder)
    assert '"Hello, Ada!"' in greeting_of(committed, "ignores_the_name")


def test_without_history_what_does_not_fit_lies_beside_the_answer(own_toy):
    change(own_toy.root / "solutions/knock/greeting.py", "Hello {name}", "Hello, {name}!")
    _changed, (conflict,) = bench.refresh(own_toy, "knock", "ignores_the_name")
    assert conflict.places == ("greeting.py.rej",)
    assert "Hello Ada" in (conflict.folder / "greeting.py.rej").read_text()
    change(conflict.folder / "greeting.py", "{name}!", "Ada!")
    bench.write(own_toy, "knock", "ignores_the_name", conflict.folder)
    assert "Hello, Ada!" in greeting_of(own_toy, "ignores_the_name")
    assert ".rej" not in (own_toy.root / KNOCK / "ignores_the_name.patch").read_text()
