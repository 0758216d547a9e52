"""How much an app holds is counted, also what has no name any more."""

import os
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


@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
def test_open_files_without_a_name_are_counted_once(tmp_path):
    with (tmp_path / "named").open("wb") as named, (tmp_path / "nameless").open("wb") as nameless:
        again = os.dup(nameless.fileno())
        (tmp_path / "nameless").unlink()
        for file in (named, nameless):
            file.write(bytes(3 * MIB))
            file.flush()
        assert 3 * MIB <= unlinked([os.getpid()]) < 4 * MIB
        assert held([tmp_path], DEFAULTS) < 4 * MIB
        os.close(again)
    assert unlinked([os.getpid()]) < MIB


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
