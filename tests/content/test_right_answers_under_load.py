"""Beside processes that are always busy, a reference loses no point: it is slower, and no more.

`benchmarks/load.py` grades whole exercises so; here are some checks, one of them with a race.
"""

from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.grading import app
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.worker import process

COURSE = catalogue.load(catalogue.find_root(Path(__file__)))

# A part of the usual time, in which each is done on a machine of its own: so it is as if several
# times as many processes were busy. Where the grader itself holds an app up, it needs all.
SHORT, USUAL = 0.15, 1.0
CHECKS = [
    ("clerk_endpoint", SHORT, ["a_signed_delivery_is_accepted", "a_new_user_is_stored"]),
    ("welcome_email", SHORT, ["a_signup_creates_user_and_preferences"]),
    ("onboarding", SHORT, ["a_signup_begins_an_incomplete_onboarding"]),
    ("onboarding", USUAL, ["a_user_has_one_onboarding"]),
]


@pytest.mark.load
@pytest.mark.parametrize(("slug", "patience", "checks"), CHECKS)
def test_a_reference_loses_nothing(crowded, monkeypatch, slug, patience, checks):
    monkeypatch.setattr(app, "RESPONSE_SECONDS", app.RESPONSE_SECONDS * patience)
    monkeypatch.setattr(process, "START_SECONDS", process.START_SECONDS * patience)
    options = Options(solutions=True, only=frozenset(checks))
    card = grade(COURSE, [slug], options, launcher=crowded)
    found = {check.id: check for check in card.exercises[0].checks if check.id in checks}
    assert set(found) == set(checks)
    # On a machine with far more to do nobody can tell, and then nobody says that it is wrong.
    outcomes = {check.outcome for check in found.values()}
    assert outcomes <= {"earned", "could_not_grade"}, found
