"""The same seed brings the same people, messages and secrets; another one does not."""

import re

import pytest

TELL = """
    def test_tell(lab):
        events = [lab.clerk.user_created() for _ in range(3)]
        events.append(lab.clerk.user_updated(events[0]))
        told = [(event.message_id, event.body) for event in events]
        lab.require(False, en="-", fr="-", got=repr((told, lab.random.random())))

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
