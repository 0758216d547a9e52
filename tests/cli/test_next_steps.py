"""What `hint` and `reset` tell a learner to do next: a check, a place, a command to paste."""

import shlex
import subprocess

import pytest


def test_a_hint_for_a_check_climbs_its_own_rungs(course, hooklab):
    for rung in (1, 2, 3):
        code, out, _err = hooklab("hint", "knock", "nobody_is_refused")
        assert code == 0
        assert "A knock without a name is refused" in out
        assert "not tried, because this is not earned yet: A knock is answered" in out
        assert f"Hint {rung} of 3" in out
    assert "For the whole story: hooklab grade knock --all-messages" in out
    assert "-/4" in hooklab("list")[1], "one check is no score"
    assert "Hint 1 of 3" in hooklab("hint", "knock")[1]


@pytest.mark.parametrize(
    "name", ["it-answers", "A knock is answered", "On répond quand quelqu'un frappe"]
)
def test_a_check_is_named_by_its_id_or_by_a_title(course, hooklab, name):
    out = hooklab("hint", "knock", name)[1]
    assert "What does greet() return?" in out
    assert "For the next one: hooklab hint knock it_answers" in out


def test_no_hint_is_given_for_what_is_earned(course, hooklab, solve):
    solve("knock")
    code, out, _err = hooklab("hint", "knock", "it_answers")
    assert (code, out) == (0, "“A knock is answered” is earned already.\n")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("it_greets", "did you mean “it_greets_by_name”?"),
        ("greeted by", "did you mean “it_greets_by_name”?"),
        ("qqqq", "copy its title from the scorecard: hooklab grade knock"),
    ],
)
def test_an_unknown_check_is_refused(course, hooklab, name, hint):
    code, out, err = hooklab("hint", "knock", name)
    assert (code, out) == (2, "")
    assert err.splitlines() == [f"knock has no check “{name}”", f"hint: {hint}"]


def test_a_hint_names_the_line_of_the_open_todo(course, hooklab):
    assert "Open exercises/knock/greeting.py:7\n" in hooklab("hint", "knock")[1]
    assert "Open exercises/ledger/members.py:23\n" in hooklab("hint", "ledger")[1]


def test_a_hint_names_the_function_when_no_todo_is_open(course, hooklab, solve):
    solve("knock")
    (course / "exercises/knock/greeting.py").write_text("\n\ndef greet(name): return 1\n")
    assert "Open exercises/knock/greeting.py:3\n" in hooklab("hint", "knock")[1]


def test_a_todo_that_was_made_a_comment_is_not_open(course, hooklab):
    skeleton = course / "exercises/knock/greeting.py"
    skeleton.write_text(skeleton.read_text().replace("    raise ", "    return 1  # raise "))
    assert "Open exercises/knock/greeting.py:4\n" in hooklab("hint", "knock")[1]


@pytest.fixture
def committed(course):
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "course"]):
        subprocess.run(["git", *who, *arguments], check=True, capture_output=True)
    return course


def test_reset_names_the_first_todo_and_takes_the_copy_back_as_told(committed, hooklab):
    answer = committed / "exercises/knock/greeting.py"
    skeleton = answer.read_text()
    answer.write_text("mine = 1\n")
    out = hooklab("reset", "knock")[1]
    assert answer.read_text() == skeleton
    assert "Open exercises/knock/greeting.py:7\n" in out
    program, *arguments = shlex.split(out.splitlines()[-1])
    assert program == "hooklab"
    code, out, _err = hooklab(*arguments)
    assert code == 0
    assert "exercises/knock is your copy again" in out
    assert answer.read_text() == "mine = 1\n"
    assert "is that copy already" in hooklab(*arguments)[1]


def test_reset_takes_no_folder_that_it_has_not_kept(committed, hooklab):
    (committed / "exercises/knock/greeting.py").write_text("mine = 1\n")
    code, _out, err = hooklab("reset", "knock", "--from", "exercises/ledger")
    assert code == 2
    assert "no exercises/knock in exercises/ledger" in err


def test_reset_takes_a_copy_from_wherever_it_lies(committed, hooklab, tmp_path):
    elsewhere = tmp_path / "my copies" / "knock"
    elsewhere.mkdir(parents=True)
    (elsewhere / "greeting.py").write_text("mine = 1\n")
    code, out, _err = hooklab("reset", "knock", "--from", elsewhere)
    assert code == 0
    assert "exercises/knock is your copy again" in out
    assert (committed / "exercises/knock/greeting.py").read_text() == "mine = 1\n"


def test_a_hint_waits_until_the_app_starts(committed, hooklab):
    app = committed / "exercises/knock/app.py"
    app.write_text("import nonsense_that_is_not_there\n" + app.read_text())
    for _time in range(2):
        code, out, _err = hooklab("hint", "knock")
        assert code == 0
        assert "First the app has to start:\n" in out
        assert "exercises/knock/app.py:1" in out
        assert "Hint" not in out
    app.write_text(app.read_text().partition("\n")[2])
    assert "Hint 1 of 3" in hooklab("hint", "knock")[1]


def test_what_a_skeleton_raises_is_told_in_french(course, hooklab):
    out = " ".join(hooklab("grade", "knock", "--lang", "fr")[1].split())
    said = "le TODO 1 reste à faire (NotImplementedError) : exercises/knock/greeting.py:7"
    assert said in out
    assert "Traceback" not in out
