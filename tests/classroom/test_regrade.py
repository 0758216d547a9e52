"""`hooklab class grade --regrade`: what would move is shown first, and counts when accepted."""

import pytest

from hooklab.classroom.gradebook import Gradebook
from hooklab.scorecard import Scorecard

from . import one_book, quick_graders


@pytest.fixture
def graded(class_, grade):
    """Ada has earned her point and Bob has not; then the grader changes its mind."""
    class_.hand_in("ada/knock", "good")
    class_.hand_in("bob/knock", "fair")
    class_.hand_in("carol/knock", "neither")
    grade("--seed", 7)


@pytest.fixture
def other_mind(monkeypatch, graded):
    monkeypatch.setattr(quick_graders, "GOOD", b"fair")


def points(statuses):
    return [earned for _place, (_status, earned) in sorted(statuses().items())]


def test_what_would_move_is_shown_and_nothing_counts_yet(grade, other_mind, statuses, book_file):
    code, out, _err = grade("--regrade")
    assert code == 0
    assert "2 grades move:\n" in out
    assert "  ada, knock: 1 → 0\n    - A knock is answered\n" in out
    assert "  bob, knock: 0 → 1\n    + A knock is answered\n" in out
    assert "carol" not in out
    assert "Nothing of this counts yet" in out
    assert points(statuses) == [1.0, 0.0, 0.0]
    with Gradebook(str(book_file)) as book:
        assert {each.last.seed for each in book.standings().values()} == {7}


def test_what_was_shown_is_accepted_without_grading_again(grade, other_mind, statuses, quick):
    grade("--regrade")
    quick.graded.clear()
    code, out, _err = grade("--regrade", "--yes")
    assert (code, quick.graded) == (0, [])
    assert "2 grades move:" in out
    assert "This counts from now on." in out
    assert points(statuses) == [0.0, 1.0, 0.0]
    assert "0 grades move" in grade("--regrade")[1]


def test_one_exercise_may_be_graded_again_alone(class_, grade, other_mind, statuses, quick):
    class_.hand_in("ada/ledger")
    quick.graded.clear()
    grade("knock", "--regrade", "--yes")
    assert {slug for _learner, slug in quick.graded} == {"knock"}
    assert points(statuses) == [0.0, 1.0, 0.0]


def test_what_was_never_graded_is_shown_as_new(class_, grade, other_mind):
    class_.hand_in("dora/knock", "fair too")
    out = grade("--regrade")[1]
    assert "  dora, knock: - → 1\n" in out


def test_a_proposal_that_others_have_overtaken_is_made_anew(grade, other_mind, statuses, quick):
    grade("--regrade")
    grade()
    quick.graded.clear()
    grade("--regrade", "--yes")
    assert len(quick.graded) == 3
    assert points(statuses) == [0.0, 1.0, 0.0]


def test_a_failure_moves_nothing(class_, grade, graded, statuses, monkeypatch):
    monkeypatch.setattr(quick_graders, "BROKEN", b"good")
    code, out, _err = grade("--regrade", "--yes")
    assert code == 1
    assert "0 grades move" in out
    assert statuses()["ada", "knock"] == ("could_not_grade", 1.0)


@pytest.mark.parametrize("options", [["--yes"], ["--regrade", "--changed"]])
def test_options_that_contradict_each_other_are_a_usage_error(class_, grade, options):
    class_.hand_in("ada/knock")
    code, _out, err = grade(*options)
    assert code == 2
    assert "leave" in err


@pytest.fixture
def whole_cards(course, monkeypatch):
    """Scorecards with all checks of `knock`: an answer that is not good loses the second one."""
    says = {"good": lambda text: quick_graders.GOOD in text}

    def card(task, text):
        result = one_book.graded(course, is_right=says["good"](text))
        return Scorecard("0.1.0", "landlock-7", task.seed, (result,))

    monkeypatch.setattr(quick_graders, "card", card)
    return says


@pytest.fixture
def whole(class_, grade, quick, whole_cards):
    """Ada has all points, Bob lacks one; then the second check changes its mind."""
    class_.hand_in("ada/knock", "good")
    class_.hand_in("bob/knock", "fair")
    class_.leave("carol/knock")
    grade()
    whole_cards["good"] = lambda text: b"fair" in text
    quick.only.clear()


def test_one_check_alone_is_graded_again(whole, grade, quick, statuses):
    quick.graded.clear()
    code, out, _err = grade("knock", "--regrade", "--check", "it_greets_by_name")
    assert code == 0
    assert quick.only == {frozenset({"it_greets_by_name"})}
    assert {learner for learner, _slug in quick.graded} == {"ada", "bob"}
    assert "  ada, knock: 2.5 → 1.5\n    - Whoever knocks is greeted by name\n" in out
    assert "  bob, knock: 1.5 → 2.5\n    + Whoever knocks is greeted by name\n" in out
    assert points(statuses) == [2.5, 1.5, 0.0]
    quick.graded.clear()
    grade("knock", "--regrade", "--check", "it_greets_by_name", "--yes")
    assert quick.graded == []
    assert points(statuses) == [1.5, 2.5, 0.0]


def test_the_other_checks_stay_as_they_were(whole, grade, statuses):
    out = grade("knock", "--regrade", "--check", "nobody_is_refused", "--yes")[1]
    assert "0 grades move" in out
    assert points(statuses) == [2.5, 1.5, 0.0]


def test_a_check_that_others_need_is_graded_with_them(whole, grade, quick):
    grade("knock", "--regrade", "--check", "it_answers")
    assert quick.only == {frozenset({"it_answers", "it_greets_by_name", "nobody_is_refused"})}


def test_one_check_of_an_answer_without_a_whole_grade_is_not_graded(
    whole, class_, grade, quick, statuses
):
    class_.hand_in("ada/knock", "fair now")
    class_.hand_in("dora/knock", "fair")
    quick.graded.clear()
    code, out, _err = grade("knock", "--regrade", "--check", "it_greets_by_name", "--yes")
    assert code == 1
    assert [learner for learner, _slug in quick.graded] == ["bob"]
    assert "  ada, knock: its other checks have no grade that still holds\n" in out
    assert "  dora, knock: its other checks have no grade that still holds\n" in out
    assert statuses()["ada", "knock"] == ("graded", 2.5)
    assert ("dora", "knock") not in statuses()


def test_a_whole_grade_is_due_after_one_check_was_graded_by_other_graders(
    whole, grade, quick, course
):
    with (course.grader("knock") / "test_knock.py").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    grade("knock", "--regrade", "--check", "it_greets_by_name", "--yes")
    quick.graded.clear()
    grade("--changed")
    assert {learner for learner, _slug in quick.graded} == {"ada", "bob"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["knock", "--check", "it_answers"], "--check is about --regrade"),
        (["--regrade", "--check", "it_answers"], "a check belongs to one exercise"),
        (["knock", "--regrade", "--check", "it_sings"], "knock has no check “it_sings”"),
    ],
)
def test_a_check_that_cannot_be_graded_again_is_a_usage_error(class_, grade, options, said):
    class_.hand_in("ada/knock")
    code, _out, err = grade(*options)
    assert code == 2
    assert said in err
