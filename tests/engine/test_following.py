"""Mistakes follow a solution that has changed, and what a person has to decide is left to them."""

import subprocess
from dataclasses import replace

import pytest

from hooklab.authoring import bench, following, known, patches
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


def names(outcome):
    changed, conflicts = outcome
    assert conflicts == []
    return [each.stem for each in changed]


def test_what_fits_is_left_as_it_is(own_toy):
    assert following.refresh(own_toy, "knock", None) == ([], [])


def test_a_patch_follows_lines_that_have_moved(own_toy):
    change(
        own_toy.root / "solutions/knock/greeting.py", "\n\ndef greet", "\n\nX = 1\n\n\ndef greet"
    )
    assert names(following.refresh(own_toy, "knock", None)) == ["ignores_the_name"]
    assert "X = 1" in greeting_of(own_toy, "ignores_the_name")
    (mistake,) = (m for m in known.mistakes(own_toy, "knock") if m.name == "ignores_the_name")
    assert patches.weakness(mistake.patch.diff, own_toy.solution("knock")) is None


def test_a_right_answer_that_is_a_patch_follows_too(own_toy):
    mistake = bench.find(own_toy, "knock", "ignores_the_name")
    right = own_toy.grader("knock") / "others/as_it_is_wrong.patch"
    right.parent.mkdir()
    right.write_text(str(replace(mistake.patch, loses=())), encoding="utf-8")
    greeting = own_toy.root / "solutions/knock/greeting.py"
    change(greeting, "\n\ndef greet", "\n\nX = 1\n\n\ndef greet")
    assert names(following.refresh(own_toy, "knock", "as_it_is_wrong")) == ["as_it_is_wrong"]
    (answer,) = known.others(own_toy, "knock")
    assert (answer.path, answer.loses) == (right, ())
    assembled = answer.assemble(own_toy.root / "x")
    assert "X = 1" in (assembled / "greeting.py").read_text()


def test_a_patch_follows_a_change_beside_its_own_with_the_help_of_history(committed):
    # Too near for git apply, far enough for a merge of three versions.
    change(committed.root / "solutions/knock/greeting.py", "name: str)", "name: str, /)")
    assert names(following.refresh(committed, "knock", None)) == ["ignores_the_name"]
    assert "name: str, /)" in greeting_of(committed, "ignores_the_name")
    assert '"Hello Ada"' in greeting_of(committed, "ignores_the_name")


def test_where_both_changed_the_same_line_a_person_decides(committed):
    change(committed.root / "solutions/knock/greeting.py", "Hello {name}", "Hello, {name}!")
    changed, (conflict,) = following.refresh(committed, "knock", "ignores_the_name")
    assert changed == []
    assert conflict.name == "ignores_the_name"
    (place,) = conflict.reasons
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
    _changed, (conflict,) = following.refresh(own_toy, "knock", "ignores_the_name")
    assert conflict.reasons == ("greeting.py.rej",)
    assert "Hello Ada" in (conflict.folder / "greeting.py.rej").read_text()
    change(conflict.folder / "greeting.py", "{name}!", "Ada!")
    bench.write(own_toy, "knock", "ignores_the_name", conflict.folder)
    assert "Hello, Ada!" in greeting_of(own_toy, "ignores_the_name")
    assert ".rej" not in (own_toy.root / KNOCK / "ignores_the_name.patch").read_text()


def asked(course, name, *reasons):
    """Refreshing the mistake asks a person for these reasons, and leaves its patch as it is."""
    path = course.root / KNOCK / f"{name}.patch"
    before = path.read_bytes()
    changed, (conflict,) = following.refresh(course, "knock", name)
    assert changed == []
    assert path.read_bytes() == before
    assert [reason.partition(":")[0] for reason in conflict.reasons] == list(reasons)
    return conflict


def write(course, name, diff):
    text = f"Says.\n\nLoses: it_greets_by_name\n\n{diff}"
    (course.root / KNOCK / f"{name}.patch").write_text(text)


def test_a_patch_that_leads_out_of_the_folder_is_refused(committed):
    victim = committed.root / "victim"
    victim.write_text("precious\n")
    out = f"../../../../../../../../../..{victim}"
    write(committed, "leads_out", f"--- a/{out}\n+++ b/{out}\n@@ -1 +1 @@\n-a\n+b\n")
    with pytest.raises(HooklabError, match=r"leads_out\.patch: “\.\./.*victim” is no file"):
        following.refresh(committed, "knock", "leads_out")
    assert victim.read_text() == "precious\n"


def test_a_person_decides_when_the_solution_gave_the_file_another_name(committed):
    solution = committed.root / "solutions/knock"
    (solution / "greeting.py").rename(solution / "words.py")
    conflict = asked(committed, "ignores_the_name", "greeting.py")
    assert "Hello Ada" in (conflict.folder / "greeting.py").read_text()


def test_a_person_decides_when_a_file_changed_that_the_patch_removes(committed):
    folder = bench.begin(committed, "knock", "removes")
    (folder / "greeting.py").unlink()
    (folder / bench.WORDS).write_text("Removes a file.\n")
    bench.write(committed, "knock", "removes", folder)
    change(committed.root / "solutions/knock/greeting.py", "Hello", "Welcome")
    asked(committed, "removes", "greeting.py")


def test_a_person_decides_when_the_solution_does_the_same(committed):
    change(committed.root / "solutions/knock/greeting.py", 'f"Hello {name}"', '"Hello Ada"')
    asked(committed, "ignores_the_name", "the solution does the same now")


def test_a_file_of_its_own_does_not_hide_the_former_solution(committed):
    folder = following.lay(committed, "knock", "ignores_the_name")
    (folder / "new.py").write_text("NEW = 1\n")
    bench.write(committed, "knock", "ignores_the_name", folder)
    change(committed.root / "solutions/knock/greeting.py", "name: str)", "name: str, /)")
    assert names(following.refresh(committed, "knock", None)) == ["ignores_the_name"]
    answer = bench.find(committed, "knock", "ignores_the_name").assemble(committed.root / "x")
    assert (answer / "new.py").read_text() == "NEW = 1\n"


def test_a_person_decides_where_lines_belong_that_stand_there_twice(committed):
    path = committed.root / "solutions/knock/greeting.py"
    path.write_text(path.read_text() + "\n\n" + path.read_text())
    path.write_text("# one more line\n" * 3 + path.read_text())
    asked(
        committed,
        "ignores_the_name",
        "its lines have moved in greeting.py, and stand there 2 times",
    )


def test_work_on_a_conflict_is_left_alone_when_it_is_found_again(committed):
    change(committed.root / "solutions/knock/greeting.py", "Hello {name}", "Hello, {name}!")
    conflict = asked(committed, "ignores_the_name", "greeting.py")
    (conflict.folder / "greeting.py").write_text("an hour of work\n")
    earlier = "what lies in its folder is from an earlier time"
    asked(committed, "ignores_the_name", "greeting.py", earlier)
    assert (conflict.folder / "greeting.py").read_text() == "an hour of work\n"
