"""Which tier of isolation a report names, and where strangers are refused."""

import sys

import pytest

from hooklab.errors import HooklabError
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.worker import isolation


def test_a_report_names_the_tier(toy, launcher, monkeypatch):
    options = Options(solutions=True)
    tier = grade(toy, ["knock"], options, launcher=launcher).isolation
    assert isolation.abi_of(tier) or tier == "process"
    monkeypatch.setenv(isolation.CHOICE, isolation.PROCESS)
    assert grade(toy, ["knock"], options, launcher=launcher).isolation == "process"


@pytest.mark.parametrize(
    ("tier", "missing"),
    [
        ("debug", "with --debug there is no wall"),
        ("landlock-4", "Landlock has version 4 here, and 6 is needed"),
        ("process", "no Landlock"),
    ],
)
def test_strangers_are_refused_where_no_wall_would_hold(tier, missing, monkeypatch):
    monkeypatch.delenv(isolation.CHOICE, raising=False)
    monkeypatch.setattr(isolation, "in_force", lambda **_how: tier)
    with pytest.raises(HooklabError, match=missing):
        isolation.demand_wall()


def test_the_weaker_tier_is_said_to_be_chosen(monkeypatch):
    monkeypatch.setenv(isolation.CHOICE, isolation.PROCESS)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(HooklabError, match="HOOKLAB_ISOLATION=process switches Landlock off"):
        isolation.demand_wall()
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(HooklabError, match="this system has no Landlock"):
        isolation.demand_wall()
