"""How much an app holds is counted, also what has no name any more."""

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from hooklab.grading import disk
from hooklab.grading.disk import Account, Watch, held, unlinked
from hooklab.limits import DEFAULTS

MIB = 1024 * 1024
DISK_BYTES = DEFAULTS.disk_mib * MIB


def fill(path: Path, size: int) -> None:
    path.write_bytes(bytes(size))


def test_what_is_in_folders_is_counted(tmp_path):
    (tmp_path / "deep").mkdir()
    fill(tmp_path / "one", 3 * MIB)
    fill(tmp_path / "deep" / "two", 2 * MIB)
    (tmp_path / "empty").touch()
    # The empty file and the folder count as a page each.
    assert 5 * MIB + 2 * 4096 <= held([tmp_path], DEFAULTS) < 6 * MIB


def test_too_many_files_are_too_much(tmp_path):
    limits = replace(DEFAULTS, files=3)
    for name in "abc":
        (tmp_path / name).touch()
    assert held([tmp_path], limits) <= DISK_BYTES
    (tmp_path / "d").touch()
    assert held([tmp_path], limits) > DISK_BYTES


# Another process: this one holds what other tests have left open.
HOLDS = f"""
import os, pathlib, sys
folder = pathlib.Path(sys.argv[1])
with (folder / "named").open("wb") as named, (folder / "nameless").open("wb") as nameless:
    again = os.dup(nameless.fileno())
    (folder / "nameless").unlink()
    for file in (named, nameless):
        file.write(bytes({3 * MIB}))
        file.flush()
    print("held", flush=True)
    input()
    os.close(again)
print("closed", flush=True)
input()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
def test_open_files_without_a_name_are_counted_once(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        assert 3 * MIB <= unlinked([holder.pid]) < 4 * MIB
        assert held([tmp_path], DEFAULTS) < 4 * MIB
        print(file=holder.stdin, flush=True)
        assert holder.stdout.readline() == "closed\n"
        assert unlinked([holder.pid]) < MIB
        holder.kill()


def test_who_is_near_the_limit_is_looked_at_more_often(tmp_path, monkeypatch):
    # With more room than this, the next look is a tenth of a second away.
    monkeypatch.setattr(disk, "FASTEST_BYTES", 10 * DISK_BYTES)
    looks, ended = [], threading.Event()
    monkeypatch.setattr(disk, "held", lambda _folders, _limits: looks.append(1) or DISK_BYTES - MIB)
    watch = Watch()
    watch.open(Account((tmp_path,), DEFAULTS, list, lambda: False, ended.set, lambda: None))
    threading.Event().wait(1)
    many = len(looks)
    monkeypatch.setattr(disk, "held", lambda _folders, _limits: DISK_BYTES + 1)
    assert ended.wait(5)
    watch.close()
    assert many > 12
