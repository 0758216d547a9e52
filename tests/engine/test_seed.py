"""The same seed brings the same people, messages and secrets; another one does not."""

import json
import os
import re
import subprocess
import sys
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


SECRETS = """
    import json, os, re, time

    def told(lab):
        # Which of two checks at once is faster is other in every run.
        time.sleep(os.urandom(1)[0] / 2000)
        drawn = {name: value for name, value in lab.settings.items() if len(value) > 15}
        for name in ("HOME", "TMPDIR", "PATH", "DATABASE_URL"):
            drawn.pop(name, None)
        # The system gives the ports.
        drawn = {name: re.sub(r":\\d+", ":0", value) for name, value in drawn.items()}
        lab.require(False, en="-", fr="-", got=json.dumps(drawn, sort_keys=True))

    def test_one(lab): told(lab)
    def test_two(lab): told(lab)
    def test_three(lab): told(lab)
    def test_four(lab): told(lab)
    def test_five(lab): told(lab)
"""
CHECKS = ("one", "two", "three", "four", "five")


def secrets_of(message: str) -> dict[str, str]:
    return json.loads(re.search(r"\{.*\}", message)[0])


@pytest.fixture
def secrets(sample):
    sample.write(SECRETS, *CHECKS)

    def tell(seed: int, *only: str) -> dict[str, dict[str, str]]:
        found = sample.grade(seed=seed, only=frozenset(only))
        return {name: secrets_of(found[name].message) for name in only or CHECKS}

    return tell


def test_the_same_seed_repeats_each_checks_secrets(secrets):
    whole = secrets(7)
    assert len({each["CRON_SECRET"] for each in whole.values()}) == len(CHECKS)
    assert {"CLERK_WEBHOOK_SIGNING_SECRET", "SLACK_WEBHOOK_URL"} < whole["one"].keys()
    assert secrets(7) == whole
    assert secrets(7, "four", "two") == {name: whole[name] for name in ("four", "two")}


def test_another_seed_brings_other_secrets(secrets):
    one, other = secrets(7, "one")["one"], secrets(8, "one")["one"]
    assert one.keys() == other.keys()
    secret = [
        name for name in one if name.endswith(("SECRET", "TOKEN", "KEY", "SLACK_WEBHOOK_URL"))
    ]
    assert len(secret) > 5
    assert not [name for name in secret if one[name] == other[name]]


def test_another_process_draws_the_same_from_the_seed_of_a_report(sample, secrets):
    known = secrets(7)
    again = ("--seed", str(sample.card.seed))
    for order in "01":
        told = subprocess.run(
            [*(sys.executable, "-m", "hooklab", "grade", "sample", "--format", "json"), *again],
            cwd=sample.root,
            env={**os.environ, "PYTHONHASHSEED": order},
            capture_output=True,
            check=True,
        ).stdout
        [exercise] = json.loads(told)["exercises"]
        checks = [check for criterion in exercise["criteria"] for check in criterion["checks"]]
        assert {each["id"]: secrets_of(each["message"]) for each in checks} == known


def test_an_app_does_not_learn_the_seed(start_slot):
    app = """
    import os

    def create_app(settings):
        print("KNOWN", sorted(os.environ.items()), settings.model_dump())
        raise SystemExit
    """
    slot = start_slot(app, seed=8127366151)
    assert "KNOWN" in slot.printed()
    assert "8127366151" not in slot.printed()


def test_checks_that_are_left_out_do_not_keep_the_others(sample):
    sample.write(SECRETS, *CHECKS, needs={"two": ["one"], "three": ["one"]})
    found = sample.grade(seed=7)
    outcomes = [found[name].outcome for name in CHECKS]
    assert outcomes == ["not_earned", "not_tried", "not_tried", "not_earned", "not_earned"]


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
