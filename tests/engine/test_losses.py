"""A known answer that loses much says why; the declarations and the rubric decide."""

import pytest

from hooklab import catalogue
from hooklab.authoring import losses
from hooklab.authoring.known import Known
from hooklab.rubric import Check, Criterion, Rubric


@pytest.fixture
def said(own_toy):
    """What is said of an answer that loses these of some checks, each of which needs others."""
    course = catalogue.load(own_toy.root)

    def judge(points, needs, loses, because=""):
        checks = tuple(Check(id_, {}, points, need, {}, ()) for id_, need in needs.items())
        graded_on = Rubric("knock", (Criterion("all", {}, 20, checks, ()),))
        answer = Known(own_toy.root / "x", "Says.", loses, because=because)
        return [problem.what for problem in losses.judge(course, graded_on, [answer])]

    return judge


CHAIN = {"one": (), "two": ("one",), "three": ("two",), "four": ("three",)}


def test_more_than_three_checks_need_a_reason_however_little_they_are_worth(said):
    (without,) = said(0.5, CHAIN, ("one",))
    assert without == "it loses 2 of 20 points and does not say why: one, two, three, four"
    assert said(0.5, CHAIN, ("one",), "Much needs it.") == []
    assert said(0.5, CHAIN, ("two",)) == []
    assert len(said(0.5, CHAIN, ("two",), "Much needs it.")) == 1


def test_more_than_a_fifth_of_the_points_needs_a_reason(said):
    alone = dict.fromkeys(CHAIN, ())
    assert len(said(2.5, alone, ("one", "two"))) == 1
    assert said(2, alone, ("one", "two")) == []


def test_one_check_is_one_claim_whatever_it_is_worth(said):
    assert said(5, dict.fromkeys(CHAIN, ()), ("one",)) == []
