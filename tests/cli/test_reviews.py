"""What people think of written answers: shown, added up, and never written over by grading."""

import json

import pytest


@pytest.fixture
def written(course):
    (course / "solutions/knock/PLAN.md").write_text("First this, then that.\n", encoding="utf-8")
    return course


def reasons(hooklab, *options: object) -> dict:
    _code, out, _err = hooklab("grade", "knock", "--format", "json", *options)
    (exercise,) = json.loads(out)["exercises"]
    (criterion,) = [each for each in exercise["criteria"] if each["id"] == "reasons"]
    return {**criterion, "total": exercise["earned"]}


SOLUTION = ("--submission", "solutions/knock")


def test_without_a_review_the_points_are_still_possible(written, hooklab):
    assert reasons(hooklab, *SOLUTION)["review"] is None
    _code, out, _err = hooklab("grade", "knock", *SOLUTION)
    assert "waits for review: up to 1.5 points" in out


def test_a_review_is_added_up_and_its_comment_shown(written, hooklab):
    before = reasons(hooklab, *SOLUTION)["total"]
    code, _out, err = hooklab(
        "review", "knock", "reasons", "1.5", "--comment", "Clear.", "--by", "Grace", *SOLUTION
    )
    assert (code, "recorded: 1.5 of 1.5 points" in err) == (0, True)
    found = reasons(hooklab, *SOLUTION)
    assert (found["earned"], found["total"]) == (1.5, before + 1.5)
    assert found["review"] == {
        "points": 1.5,
        "comment": "Clear.",
        "by": "Grace",
        "outdated": False,
        "counts": True,
    }
    _code, out, _err = hooklab("grade", "knock", *SOLUTION)
    assert "reviewed by Grace: Clear." in out


def test_a_review_is_added_to_what_the_checks_of_its_criterion_earn(written, hooklab):
    rubric = written / "graders/knock/rubric.toml"
    shared = rubric.read_text(encoding="utf-8").replace("points = 2.5", "points = 4", 1)
    door, _header, level = shared.partition('[[criterion]]\nid = "reasons"')
    levels = level[level.index("[[criterion.level]]") :]
    rubric.write_text(door + levels, encoding="utf-8")

    def found() -> dict:
        _code, out, _err = hooklab("grade", "knock", "--format", "json", *SOLUTION)
        (exercise,) = json.loads(out)["exercises"]
        return {**exercise["criteria"][0], "total": exercise["earned"]}

    assert (found()["earned"], found()["kind"]) == (2.5, "reviewed")
    _code, out, _err = hooklab("grade", "knock", *SOLUTION)
    assert "waits for review: up to 1.5 points" in out
    code, _out, _err = hooklab("review", "knock", "door", "2", "--comment", "x", *SOLUTION)
    assert code == 2
    hooklab("review", "knock", "door", "1.5", "--comment", "Clear.", *SOLUTION)
    assert (found()["earned"], found()["total"]) == (4, 4)


def test_a_review_belongs_to_one_submission(written, hooklab):
    hooklab("review", "knock", "reasons", "1.5", "--comment", "Clear.", *SOLUTION)
    assert reasons(hooklab)["review"] is None


def test_the_last_review_counts_and_none_is_lost(written, hooklab):
    for points, comment in (("0", "Where?"), ("1.5", "There.")):
        hooklab("review", "knock", "reasons", points, "--comment", comment, *SOLUTION)
    assert reasons(hooklab, *SOLUTION)["earned"] == 1.5
    kept = json.loads((written / "reviews.json").read_text(encoding="utf-8"))["reviews"]
    assert [each["comment"] for each in kept] == ["Where?", "There."]


def test_grading_never_writes_the_file(written, hooklab):
    hooklab("review", "knock", "reasons", "1.5", "--comment", "Clear.", *SOLUTION)
    before = (written / "reviews.json").read_bytes()
    hooklab("grade", "knock", *SOLUTION)
    assert (written / "reviews.json").read_bytes() == before


def test_a_review_of_an_older_answer_says_so(written, hooklab):
    hooklab("review", "knock", "reasons", "1.5", "--comment", "Clear.", *SOLUTION)
    (written / "solutions/knock/PLAN.md").write_text("Something else.\n", encoding="utf-8")
    assert reasons(hooklab, *SOLUTION)["review"]["outdated"] is True
    _code, out, _err = hooklab("grade", "knock", *SOLUTION)
    assert "the answer was changed since" in out


@pytest.mark.parametrize("points", [(), ("2",), ("-1",), ("0.3",), ("nan",)])
def test_points_that_cannot_be_given_show_the_levels(written, hooklab, points):
    code, _out, err = hooklab("review", "knock", "reasons", "--comment", "x", "--", *points)
    assert code == 2
    assert "1.5  Convincing: Says why, with an example." in err
    assert not (written / "reviews.json").exists()


def test_a_review_needs_a_comment(written, hooklab):
    code, _out, err = hooklab("review", "knock", "reasons", "1.5")
    assert (code, "--comment" in err) == (2, True)


def test_only_reviewed_criteria_can_be_reviewed(written, hooklab):
    code, _out, err = hooklab("review", "knock", "reason", "1", "--comment", "x")
    assert (code, "choose one of: reasons" in err) == (2, True)
    code, _out, err = hooklab("review", "ledger", "ledger", "1", "--comment", "x")
    assert (code, "checks alone" in err) == (2, True)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"schema": "other"}', '{"schema": "hooklab/reviews/v1", "reviews": [{"a": 1}]}'],
)
def test_a_broken_file_is_refused_and_kept(written, hooklab, text):
    (written / "reviews.json").write_text(text, encoding="utf-8")
    for command in (
        ("grade", "knock"),
        ("review", "knock", "reasons", "1.5", "--comment", "x"),
    ):
        code, _out, err = hooklab(*command)
        assert (code, "reviews.json" in err) == (2, True)
    assert (written / "reviews.json").read_text(encoding="utf-8") == text


def test_ones_own_opinion_is_shown_and_does_not_count(written, hooklab):
    before = reasons(hooklab)["total"]
    _code, out, _err = hooklab("grade", "knock", "--assess", "reasons=1.5")
    assert "your own opinion, which does not count: 1.5 of 1.5 points" in " ".join(out.split())
    assert "waits for review" in out
    # It is remembered, and gives way to a reviewer's.
    found = reasons(hooklab)
    assert (found["earned"], found["total"], found["review"]["counts"]) == (0, before, False)
    hooklab("review", "knock", "reasons", "0", "--comment", "Not yet.")
    assert reasons(hooklab)["review"]["comment"] == "Not yet."


@pytest.mark.parametrize(
    ("opinion", "wanted"),
    [("reasons", "no points"), ("reasons=7", "Convincing"), ("other=1", "choose one of")],
)
def test_an_opinion_that_makes_no_sense_is_refused(written, hooklab, opinion, wanted):
    code, _out, err = hooklab("grade", "knock", "--assess", opinion)
    assert (code, wanted in err) == (2, True)


def test_an_opinion_is_about_ones_own_answer_to_one_exercise(written, hooklab):
    for command in (("grade",), ("grade", "knock", *SOLUTION)):
        code, _out, err = hooklab(*command, "--assess", "reasons=1")
        assert (code, "--assess" in err) == (2, True)


def test_the_assessment_is_exactly_the_exercises_of_the_catalogue(written, hooklab):
    _code, out, _err = hooklab("grade", "--assessment", "--format", "json")
    assert [each["slug"] for each in json.loads(out)["exercises"]] == ["ledger"]
    code, _out, err = hooklab("grade", "knock", "--assessment")
    assert (code, "knock" in err) == (2, True)
