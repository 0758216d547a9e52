"""What others have had of the processors, read from outside."""

import os
import subprocess
import sys
import time

import pytest

from hooklab.worker.processor import read_usage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")

BURN = "end = {seconds}\nimport time\nwhile time.process_time() < end: pass\n"
# More than is waited for: the system counts in hundredths, and rounds them off twice.
BURNED, COUNTED = 0.5, 0.3
FAMILY = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {BURN.format(seconds=BURNED)!r}])
print("here", flush=True)
{{then}}
sys.stdin.read()
"""


@pytest.fixture
def family():
    """Starts a process with a child that burns `BURNED` seconds."""
    started = []

    def start(then=""):
        command = [sys.executable, "-c", FAMILY.format(then=then)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(process)
        process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def used_by(process, until):
    """What a process and its family have used, once it is `until`, or after half a minute."""
    end = time.monotonic() + 30
    while (used := sum(read_usage([process.pid]).used.values())) < until:
        assert time.monotonic() < end
        time.sleep(0.05)
    return used


def test_a_child_that_lives_counts(family):
    assert used_by(family(), until=COUNTED) < 5


def test_a_child_that_was_waited_for_counts(family):
    process = family("child.wait()\nprint('done', flush=True)")
    process.stdout.readline()
    assert len(read_usage([process.pid]).used) == 1
    assert used_by(process, until=COUNTED) < 5


def test_a_stray_uses_and_does_not_wait(family):
    process = family()
    as_stray = read_usage([], strays=[process.pid])
    assert process.pid in as_stray.used
    assert process.pid not in as_stray.waited
    assert process.pid in read_usage([process.pid]).waited


def test_the_trusted_side_waits_too_and_uses_nothing():
    reading = read_usage([])
    assert reading.used == {}
    assert os.getpid() in reading.waited


def test_a_process_that_is_gone_tells_nothing(family):
    process = family()
    process.kill()
    process.communicate()
    assert read_usage([process.pid]).used.get(process.pid, 0) == 0


@pytest.fixture
def proc(tmp_path, monkeypatch):
    """A /proc of one process, 7, with two threads."""
    ticks = os.sysconf("SC_CLK_TCK")
    words = ["S", "1", "7", "7", "0", "-1", "0", "0", "0", "0", "0"]
    words += [str(part * ticks) for part in (1, 2, 3, 4)]
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "schedstat").write_text("0 0 0\n")
    for task, waited in ((7, 1_500_000_000), (8, 250_000_000)):
        folder = tmp_path / "7" / "task" / str(task)
        folder.mkdir(parents=True)
        (folder / "schedstat").write_text(f"99 {waited} 3\n")
    # A process may call itself what it likes.
    (tmp_path / "7" / "stat").write_text(f"7 (a) S 9 9) {' '.join(words)} 20 0 2\n")
    monkeypatch.setattr("hooklab.worker.proc.ROOT", str(tmp_path))
    return tmp_path


def test_seconds_are_read(proc):
    reading = read_usage([7])
    assert reading.used == {7: 10.0}
    assert reading.waited == {7: 1.5, 8: 0.25}


@pytest.mark.parametrize("text", ["", "7 (a", "7 (a) S", "7 (a) " + "x " * 20])
def test_what_makes_no_sense_counts_for_nothing(proc, text):
    (proc / "7" / "stat").write_text(text)
    (proc / "7" / "task" / "8" / "schedstat").write_text(text)
    reading = read_usage([7])
    assert reading.used == {7: 0.0}
    assert reading.waited == {7: 1.5}


def test_a_system_that_does_not_tell_is_no_fault(proc):
    (proc / "self" / "schedstat").unlink()
    assert read_usage([7]) is None
