"""Mistakes as patches: read, written, applied wherever they lie, and never at a wrong place."""

import os
import subprocess
from dataclasses import replace

import pytest

from hooklab.authoring import known, patches
from hooklab.authoring.folders import copy
from hooklab.authoring.patches import DoesNotApply, Patch
from hooklab.errors import HooklabError
from hooklab.rubric import load

LINES = [f"line {number}\n" for number in range(1, 21)]


@pytest.fixture
def home(tmp_path):
    """A folder with the solution in `a` and the wrong answer in `b`."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text("".join(LINES))
    return tmp_path


def change(folder, number, text, name="app.py"):
    """Give line `number` of a file another text."""
    lines = (folder / name).read_text().splitlines(keepends=True)
    lines[number - 1] = text
    (folder / name).write_text("".join(lines))


def test_a_patch_is_read_as_it_was_written():
    patch = Patch("It does\nthis.", ("one", "two"), "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n")
    assert patches.parse(str(patch)) == patch
    assert str(patch).startswith("It does\nthis.\n\nLoses: one\nLoses: two\n\n--- a/x\n")
    reasoned = replace(patch, because="Much breaks.")
    assert patches.parse(str(reasoned)) == reasoned
    assert "\nLoses: two\nBecause: Much breaks.\n\n--- a/x\n" in str(reasoned)


def test_git_reads_the_trailers(home):
    change(home / "b", 10, "changed\n")
    text = str(Patch("Changes a line.", ("one", "two"), patches.difference(home), "It must."))
    read = subprocess.run(
        ["git", "interpret-trailers", "--parse"], input=text, text=True, capture_output=True
    )
    assert read.stdout == "Loses: one\nLoses: two\nBecause: It must.\n"


def test_what_a_patch_lacks_is_empty():
    assert patches.parse("Only words.\n") == Patch("Only words.", (), "")
    assert patches.parse("") == Patch("", (), "")


def test_a_difference_applies_to_what_it_was_made_of(home):
    change(home / "b", 10, "changed\n")
    change(home / "b", 20, "-- the end\n")
    (home / "b" / "parts").mkdir()
    (home / "b" / "parts" / "new.py").write_text("new\n")
    diff = patches.difference(home)
    assert Patch("", (), diff).files == {"app.py", "parts/new.py"}
    answer = copy(home / "a", home / "answer")
    patches.apply(diff, answer)
    assert (answer / "app.py").read_text() == (home / "b" / "app.py").read_text()
    assert (answer / "parts" / "new.py").read_text() == "new\n"
    assert patches.weakness(diff, home / "a") is None


def test_lines_that_look_like_a_header_are_lines(home):
    change(home / "a", 10, "-- a/comment\n")
    change(home / "b", 10, "++ b/comment\n")
    (hunk,) = patches.hunks(patches.difference(home))
    assert hunk.file == "app.py"
    assert "--- a/comment" in hunk.lines
    assert "+++ b/comment" in hunk.lines
    assert hunk.context == (3, 3)


def test_a_patch_follows_lines_that_have_moved(home):
    change(home / "b", 10, "changed\n")
    diff = patches.difference(home)
    (home / "a" / "app.py").write_text("a new first line\n" + "".join(LINES))
    patches.apply(diff, home / "a")
    assert "changed\n" in (home / "a" / "app.py").read_text()


@pytest.mark.parametrize("number", [10, 8, 13])
def test_a_patch_takes_no_lines_that_have_changed(home, number):
    change(home / "b", 10, "changed\n")
    diff = patches.difference(home)
    change(home / "a", number, "another text\n")
    before = (home / "a" / "app.py").read_text()
    with pytest.raises(DoesNotApply, match=r"app\.py:7"):
        patches.apply(diff, home / "a")
    assert (home / "a" / "app.py").read_text() == before


def test_a_patch_applies_in_full_or_not_at_all(home):
    change(home / "b", 3, "changed\n")
    change(home / "b", 17, "changed too\n")
    diff = patches.difference(home)
    change(home / "a", 17, "another text\n")
    with pytest.raises(DoesNotApply):
        patches.apply(diff, home / "a")
    assert (home / "a" / "app.py").read_text().startswith("line 1\nline 2\nline 3\n")


def test_windows_line_ends_make_no_difference(home):
    change(home / "b", 10, "changed\n")
    text = str(Patch("Says.", ("one",), patches.difference(home)))
    kept = home / "x.patch"
    kept.write_bytes(text.replace("\n", "\r\n").encode())
    (home / "a" / "app.py").write_bytes("".join(LINES).replace("\n", "\r\n").encode())
    patch = patches.parse(kept.read_text(encoding="utf-8"))
    answer = copy(home / "a", home / "answer")
    patches.apply(patch.diff, answer)
    assert (answer / "app.py").read_bytes() == (home / "b" / "app.py").read_bytes()
    assert patch.loses == ("one",)


def test_nobodys_settings_and_no_checkout_around_it_count(home, monkeypatch):
    (home / "config").write_text("[diff]\n\tnoprefix = false\n\tmnemonicPrefix = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "config"))
    subprocess.run(["git", "init", "-q", str(home)], check=True)
    monkeypatch.setenv("GIT_DIR", str(home / ".git"))
    change(home / "b", 10, "changed\n")
    diff = patches.difference(home)
    assert diff.startswith("--- a/app.py\n+++ b/app.py\n@@ -7,7 +7,7 @@")
    patches.apply(diff, home / "a")
    assert (home / "a" / "app.py").read_text() == (home / "b" / "app.py").read_text()


def test_a_blank_that_an_editor_took_away_is_no_difference(home):
    change(home / "a", 9, "\n")
    change(home / "b", 9, "\n")
    change(home / "b", 10, "changed\n")
    diff = patches.difference(home).replace("\n \n", "\n\n")
    patches.apply(diff, home / "a")
    assert patches.weakness(diff, home / "b") is None
    assert "changed\n" in (home / "a" / "app.py").read_text()


def test_fewer_lines_around_a_change_than_there_are_is_weak(home):
    change(home / "b", 10, "changed\n")
    diff = patches.difference(home)
    thin = diff.replace("@@ -7,7 +7,7 @@", "@@ -9,3 +9,3 @@")
    for number in (7, 8, 12, 13):
        thin = thin.replace(f" line {number}\n", "")
    said = patches.weakness(thin, home / "a")
    assert said is not None
    assert "fewer than 3 lines around its change in app.py" in said


def test_lines_that_moved_and_stand_there_twice_are_weak(home):
    change(home / "b", 10, "changed\n")
    diff = patches.difference(home)
    (home / "a" / "app.py").write_text("one more\n" + "".join([*LINES, *LINES]))
    said = patches.weakness(diff, home / "a")
    assert said is not None
    assert "stand there 2 times" in said


def test_without_git_a_person_is_told_what_to_install(home, monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(HooklabError, match="git is not installed"):
        patches.difference(home)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GIT_EXTERNAL_DIFF", "echo"),
        ("GIT_DIFF_OPTS", "-u1"),
        ("GIT_CONFIG_PARAMETERS", "'diff.interHunkContext=20' 'diff.external=echo'"),
    ],
)
def test_no_variable_changes_what_is_written(home, monkeypatch, name, value):
    change(home / "b", 3, "changed\n")
    change(home / "b", 12, "changed\n")
    before = patches.difference(home)
    assert before.count("@@ -") == 2
    monkeypatch.setenv(name, value)
    assert patches.difference(home) == before


def test_only_a_line_feed_ends_a_line(home):
    change(home / "b", 10, "changed\n")
    for folder in ("a", "b"):
        change(home / folder, 9, "a = '\u2028'; b = '\x0c'\n")
    (hunk,) = patches.hunks(patches.difference(home))
    assert "a = '\u2028'; b = '\x0c'" in hunk.old
    assert len(hunk.lines) == 8


def test_a_file_with_a_nul_byte_is_copied_as_it_is(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "logo.png").write_bytes(b"\x89PNG\r\n\0")
    assert (copy(tmp_path / "a", tmp_path / "b") / "logo.png").read_bytes() == b"\x89PNG\r\n\0"


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "C:/x", "..\\x", ".git/config"])
def test_a_name_that_leads_out_of_the_folder_is_refused(name):
    patch = Patch("", (), f"--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n-a\n+b\n")
    with pytest.raises(HooklabError, match="is no file of an answer"):
        patch.check_names()


def judged(course):
    """What the gate says of the mistakes of “knock”, by the last part of its place."""
    found = known.judge(course, load(course.grader("knock")), known.mistakes(course, "knock"))
    return {(problem.place.rpartition("/")[2], problem.what) for problem in found}


def test_what_lies_among_the_patches_and_is_none_is_a_problem(own_toy):
    folder = own_toy.grader("knock") / "mistakes"
    (folder / "old").mkdir()
    (folder / "gone.en.txt").write_text("x\n")
    (folder / "no_route.fr.txt").write_text("x\n")
    (folder / "x.diff").write_text("x\n")
    lies = "it belongs to no mistake"
    assert judged(own_toy) == {("old", lies), ("gone.en.txt", lies), ("x.diff", lies)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Loses: it_greets_by_name", "Loses: it_greets_by_name\n" * 2, "it names a check twice"),
        ("Loses:", "Loses: it_greets_by_name\nLoses: a,", "“Loses: a, it_greets_by_name” names no"),
        ("/greeting.py", "/../greeting.py", "“../greeting.py” is no file of an answer"),
    ],
)
def test_a_patch_that_is_not_as_it_should_be_is_a_problem(own_toy, old, new, said):
    path = own_toy.grader("knock") / "mistakes" / "ignores_the_name.patch"
    path.write_text(path.read_text().replace(old, new))
    (found,) = judged(own_toy)
    assert found[0] == path.name
    assert found[1].startswith(said)


def test_a_file_that_is_no_utf_8_is_judged_all_the_same(own_toy, home):
    (home / "a" / "notes.txt").write_bytes("".join(LINES).encode())
    (home / "b" / "notes.txt").write_bytes("".join(LINES).encode())
    change(home / "b", 10, "changed\n", "notes.txt")
    path = own_toy.grader("knock") / "mistakes" / "ignores_the_name.patch"
    patch = Patch("Says.", ("it_greets_by_name",), patches.difference(home))
    path.write_text(str(patch))
    odd = "".join(["\xe9\n", *LINES[1:]]).encode("latin-1")
    (own_toy.solution("knock") / "notes.txt").write_bytes(odd)
    assert judged(own_toy) == set()
