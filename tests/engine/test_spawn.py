"""Where there is no fork, apps are spawned: slower, and with the same scorecard."""

from collections.abc import Iterator

import pytest

from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.worker.launch import ForkLauncher, SpawnLauncher, start_launcher


@pytest.fixture
def spawning(monkeypatch) -> Iterator[SpawnLauncher]:
    monkeypatch.setenv("HOOKLAB_START", "spawn")
    launcher = start_launcher()
    assert isinstance(launcher, SpawnLauncher)
    yield launcher
    launcher.close()


def outcomes(card):
    return [
        (check.id, check.outcome, check.earned, check.message)
        for exercise in card.exercises
        for check in exercise.checks
    ]


def test_spawned_apps_earn_what_forked_apps_earn(toy, launcher, spawning):
    assert isinstance(launcher, ForkLauncher)
    for options in (Options(solutions=True), Options(submission=toy.skeleton("ledger"))):
        cards = [grade(toy, ["ledger"], options, launcher=each) for each in (launcher, spawning)]
        assert outcomes(cards[0]) == outcomes(cards[1])


def test_a_spawned_app_that_breaks_is_told_alike(sample, launcher, spawning, monkeypatch):
    sample.write('def test_home(lab):\n    lab.app.get("/").expect("2xx")\n', "home")
    sample.write_app("x = 1 / 0\n")
    forked = sample.grade()["home"].message
    monkeypatch.setattr(sample, "_launcher", spawning)
    assert sample.grade()["home"].message == forked
