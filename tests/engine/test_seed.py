"""The same seed brings the same people, messages and secrets; another one does not."""

import re
from pathlib import Path
from random import Random

import pytest

from hooklab.grading.draws import Draws
from hooklab.grading.options import seed_for

TELL = """
    def test_tell(lab):
        events = [lab.clerk.user_created() for _ in range(3)]
        events.append(lab.clerk.user_updated(events[0]))
        told = [(event.message_id, event.body) for event in events]
        drawn = (lab.draw.word(), lab.draw.address(), lab.draw.ip(), lab.draw.id("user"))
        lab.require(False, en="-", fr="-", got=repr((told, drawn, lab.random.random())))

    def test_tell_otherwise(lab):
        lab.require(False, en="-", fr="-", got=lab.clerk.user_created().user_id)
"""


@pytest.fixture
def told(sample):
    sample.write(TELL, "tell", "tell_otherwise")

    def tell(seed: int) -> list[str]:
        return [check.message for check in sample.grade(seed=seed).values()]

    return tell


def test_the_same_seed_repeats_a_run(told):
    assert told(7) == told(7)


def test_another_seed_brings_other_people(told):
    assert told(7)[0] != told(8)[0]


def test_each_check_meets_its_own_people(told):
    first, second = told(7)
    own = re.findall(r"user_\w+", second)
    assert own
    assert own[0] not in first


def test_the_seed_is_on_the_scorecard(sample):
    sample.write(TELL, "tell", "tell_otherwise")
    sample.grade(seed=41)
    assert sample.card.seed == 41


def test_secrets_and_addresses_differ_from_slot_to_slot(start_slot):
    app = "def create_app(settings): raise SystemExit"
    one, two = start_slot(app, seed=3).settings, start_slot(app, seed=3).settings
    for name in ("CLERK_WEBHOOK_SIGNING_SECRET", "CRON_SECRET", "APP_URL"):
        assert one[name] != two[name]


def test_ones_own_answer_meets_the_same_people_and_that_of_others_new_ones():
    assert seed_for(None) == 0
    assert len({seed_for(Path("eve")) for _run in range(3)}) == 3
    assert seed_for(None, 7) == seed_for(Path("eve"), 7) == 7
    assert seed_for(Path("eve"), 0) == 0


def test_what_is_drawn_has_the_shape_of_what_it_stands_for():
    draw, secret = Draws(Random(1)), "cron_" + "0123456789abcdef" * 2
    assert re.fullmatch(r"[A-Z][a-z]{8}", draw.word())
    assert re.fullmatch(r"[a-z]{9}\.[a-z]{9}@example\.org", draw.address())
    assert re.fullmatch(r"v1,[A-Za-z0-9+/]{43}=", draw.forged()["svix-signature"])
    assert re.fullmatch(r"user_[A-Za-z0-9]{27}", draw.id("user"))
    other = draw.unlike(secret)
    assert other != secret
    assert (len(other), other[:5]) == (len(secret), "cron_")
    assert len(draw.unlike("ab")) == 2
    assert sorted(draw.order("abc")) == ["a", "b", "c"]


def test_a_stranger_does_not_know_the_secret():
    headers = Draws(Random(1)).strangers("cron_" + "0" * 32)
    assert {} in headers
    assert {"authorization": "Bearer "} in headers
    assert {"authorization": "Bearer cron_" + "0" * 31} in headers
    assert {"authorization": "Bearer cron_" + "0" * 32} not in headers


def test_things_come_in_another_order_under_another_seed():
    things = tuple(range(9))
    assert len({tuple(Draws(Random(seed)).order(things)) for seed in range(5)}) == 5
