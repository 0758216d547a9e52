"""`hooklab check` tells each fault as soon as it is found."""

import pytest

from hooklab.authoring.proof import Prover

GREETING = "exercises/knock/greeting.py"
NOT_CUT = f"{GREETING}:4: from here on it is not what is cut"


@pytest.fixture
def stale(course):
    """A skeleton that is found to be stale before anything is graded."""
    path = course / GREETING
    path.write_text(path.read_text().replace("name: str", "name: bytes"))


def test_a_gate_that_is_cut_off_has_told_what_it_found(stale, hooklab, monkeypatch):
    def stop(_prover):
        raise KeyboardInterrupt

    monkeypatch.setattr(Prover, "solution", stop)
    code, out, err = hooklab("check", "knock")
    assert (code, out) == (2, "")
    *faults, last = err.splitlines()
    assert sum(NOT_CUT in line for line in faults) == 1
    assert last == "Stopped; nothing is left running."


def test_each_fault_is_told_once_and_counted_at_the_end(stale, hooklab, monkeypatch):
    monkeypatch.setattr(Prover, "solution", lambda _prover: [])
    monkeypatch.setattr(Prover, "skeleton", lambda _prover: [])
    monkeypatch.setattr(Prover, "known", lambda _prover, _known: [])
    code, out, err = hooklab("check", "knock")
    assert (code, out) == (1, "")
    *faults, last = err.splitlines()
    assert sum(NOT_CUT in line for line in faults) == 1
    assert sum(line.startswith("hint: ") for line in faults) == int(last.split()[0])
