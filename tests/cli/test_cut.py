"""`hooklab cut` writes what has changed, and loses nobody's work."""

import subprocess

from hooklab.authoring import forms
from hooklab.catalogue import load

GREETING = "exercises/knock/greeting.py"


def change_the_solution(course):
    path = course / "solutions/knock/greeting.py"
    path.write_text(path.read_text().replace("greet by name", "say a name"))


def commit(course):
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.test"]
        subprocess.run(["git", *identity, *command], cwd=course, check=True)


def copies(course):
    return [each.name for each in (course / "exercises").iterdir() if "." in each.name]


def test_nothing_changes_where_nothing_has(course, hooklab):
    assert hooklab("cut") == (0, "", "")


def test_a_changed_solution_is_cut_again(course, hooklab):
    commit(course)
    change_the_solution(course)
    form = (course / "exercises/knock/answer.toml").read_text()
    assert hooklab("cut", "knock") == (0, f"{GREETING}\n", "")
    assert "# TODO 1: say a name." in (course / GREETING).read_text()
    assert (course / "exercises/knock/answer.toml").read_text() == form
    assert copies(course) == []


def test_what_git_does_not_have_is_kept(course, hooklab):
    commit(course)
    (course / GREETING).write_text("mine = 1\n")
    code, out, _err = hooklab("cut", "knock")
    assert code == 0
    (kept,) = copies(course)
    assert f"kept in exercises/{kept}" in out
    assert (course / "exercises" / kept / "greeting.py").read_text() == "mine = 1\n"


def test_a_solution_that_cannot_be_cut_leaves_its_skeleton_and_stops_no_other(course, hooklab):
    change_the_solution(course)
    before = (course / GREETING).read_text()
    (course / "solutions/knock/app.py").write_text("# answer: open\n")
    (course / "exercises/ledger/members.py").unlink()
    code, out, err = hooklab("cut")
    assert code == 1
    assert "solutions/knock/app.py:1: this is no marker" in err
    assert (course / GREETING).read_text() == before
    assert "exercises/ledger/members.py" in out
    assert (course / "exercises/ledger/members.py").is_file()


def test_a_form_that_was_changed_is_noted_by_a_cut(course, hooklab):
    here = load(course)
    assert [problem.place for problem in forms.stale(here, "knock")] == [
        "exercises/knock/answer.toml"
    ]
    assert hooklab("cut", "knock")[0] == 0
    assert list(forms.stale(here, "knock")) == []
    form = course / "exercises/knock/answer.toml"
    form.write_text(form.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert [problem.hint for problem in forms.stale(here, "knock")] == [
        "note it with: hooklab cut knock"
    ]
