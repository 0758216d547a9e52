"""A folder that is thrown away goes, whatever a stranger did in it."""

import os
import tempfile
from pathlib import Path

import pytest

from hooklab.scratch import remove_folder

NOBODY = 65534


def as_ordinary_user(work) -> int:
    """The exit code of a fork that does `work` without root's rights: 0 when that is true."""
    child = os.fork()
    if child == 0:
        code = 2
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            code = 0 if work() else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_folders_that_nobody_may_enter_are_removed():
    # Not in pytest's own temporary folder, which is closed to others.
    home = Path(tempfile.mkdtemp())
    home.chmod(0o777)

    def work() -> bool:
        root = home / "scratch"
        closed = root / "a" / "closed" / "inner"
        closed.mkdir(parents=True)
        (closed / "file").write_text("x")
        for path, mode in ((closed, 0), (closed.parent, 0), (root / "a", 0o500), (root, 0)):
            path.chmod(mode)
        return remove_folder(root)

    assert as_ordinary_user(work) == 0
    assert list(home.iterdir()) == []
    home.rmdir()


def test_a_folder_deeper_than_any_path_may_be_is_removed(tmp_path):
    root = tmp_path / "scratch"
    root.mkdir()
    here = os.open(root, os.O_RDONLY)
    for number in range(2000):
        os.mkdir(f"level{number}", dir_fd=here)
        inner = os.open(f"level{number}", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    assert remove_folder(root)
    assert not root.exists()


@pytest.mark.parametrize("name", ["folder", "file"])
def test_what_a_link_leads_to_stays(tmp_path, name):
    root, outside = tmp_path / "scratch", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "file").write_text("kept")
    mode = outside.stat().st_mode
    (root / "link").symlink_to(outside if name == "folder" else outside / "file")
    os.mkfifo(root / "pipe")
    assert remove_folder(root)
    assert (outside / "file").read_text() == "kept"
    assert outside.stat().st_mode == mode


def test_what_cannot_be_removed_is_told(tmp_path, monkeypatch):
    root = tmp_path / "scratch"
    root.mkdir()

    def refuse(_path: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "rmdir", refuse)
    assert not remove_folder(root)
    assert root.exists()


def test_a_folder_that_is_not_there_is_gone(tmp_path):
    assert remove_folder(tmp_path / "none")
