"""Git bundles as uploads: read without a checkout, and refused by name when they are hostile."""

import os
import subprocess

import pytest

from hooklab.classroom import bundles
from hooklab.classroom.members import BadUpload
from hooklab.classroom.uploads import learner_of, open_upload

MOST = 1024 * 1024
WHO = {"GIT_AUTHOR_NAME": "ada", "GIT_AUTHOR_EMAIL": "a@b", "GIT_CONFIG_GLOBAL": os.devnull}
WHO |= {"GIT_COMMITTER_NAME": "ada", "GIT_COMMITTER_EMAIL": "a@b", "GIT_CONFIG_NOSYSTEM": "1"}


class Repository:
    """A learner's own."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self("init", "-q", "-b", "main")

    def __call__(self, *arguments, given=""):
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **WHO},
            input=given.encode(),
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def commit(self, files):
        for name, content in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(content)
        self("add", "-A")
        self("commit", "-q", "-m", "work")

    def commit_tree(self, *entries):
        """Commit a tree that git itself would not make; `entries` as `git mktree` takes them."""
        tree = self("mktree", "--missing", given="".join(f"{each}\n" for each in entries))
        self("update-ref", "refs/heads/main", self("commit-tree", tree, "-m", "odd"))

    def bundle(self, *what):
        file = self.folder.parent / "ada.bundle"
        self("bundle", "create", "-q", str(file), *(what or ("HEAD", "main")))
        return file


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "repository")


def test_the_files_of_the_last_commit_are_read(repository):
    repository.commit({"exercises/knock/app.py": "old", "gone.py": "x"})
    (repository.folder / "gone.py").unlink()
    repository.commit({"exercises/knock/app.py": "new", "exercises/knock/é.py": "x"})
    file = repository.bundle()
    upload = open_upload(file)
    assert sorted(upload.names) == ["exercises/knock/app.py", "exercises/knock/é.py"]
    assert upload.read(["exercises/knock/app.py"], MOST) == {"exercises/knock/app.py": b"new"}
    assert upload.faults == []
    assert learner_of(file) == "ada"
    with pytest.raises(BadUpload, match="larger"):
        upload.read(upload.names, 3)


def test_nothing_of_the_bundle_is_run_and_no_link_is_followed(repository, tmp_path):
    """No filter, no hook, no submodule: a checkout would have left the mark."""
    mark = tmp_path / "mark"
    repository.commit({"knock/app.py": "x"})
    head = repository("rev-parse", "HEAD")
    blob = repository("hash-object", "-w", "--stdin", given="as it is\r\n")
    attributes = repository("hash-object", "-w", "--stdin", given="* filter=evil text eol=lf\n")
    repository.commit_tree(
        f"100644 blob {attributes}\t.gitattributes",
        f"120000 blob {blob}\tlink.py",
        f"160000 commit {head}\tsub",
        f"100755 blob {blob}\tapp.py",
    )
    config = tmp_path / "config"
    config.write_text(f'[filter "evil"]\nsmudge = touch {mark}\n[core]\nhooksPath = {tmp_path}\n')
    for hook in ("post-checkout", "post-index-change", "reference-transaction"):
        (tmp_path / hook).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (tmp_path / hook).chmod(0o755)
    file = repository.bundle()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", str(config))
        patch.setenv("GIT_DIR", str(repository.folder / ".git"))
        upload = open_upload(file)
        assert upload.read(upload.names, MOST) == {"app.py": b"as it is\r\n"}
    assert len(upload.faults) == 2
    assert all("is a link" in fault for fault in upload.faults)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [("..", "leads out"), ("a\\..\\..\\app.py", "leads out"), ("\x1b[2J", "cannot be printed")],
)
def test_a_strange_name_is_left_out_and_named(repository, name, said):
    blob = repository("hash-object", "-w", "--stdin", given="x")
    repository.commit_tree(f"100644 blob {blob}\tapp.py", f"100644 blob {blob}\t{name}")
    upload = open_upload(repository.bundle())
    assert upload.names == ["app.py"]
    assert [said in fault for fault in upload.faults] == [True]


def test_a_tree_of_endless_files_is_refused(repository, monkeypatch):
    """A git bomb: trees that name the same tree again and again."""
    monkeypatch.setattr(bundles, "_MOST_LISTED", 100_000)
    kind, item = "100644 blob", repository("hash-object", "-w", "--stdin", given="x")
    for _depth in range(5):
        lines = "".join(f"{kind} {item}\tf{number}\n" for number in range(10))
        kind, item = "040000 tree", repository("mktree", given=lines)
    repository("update-ref", "refs/heads/main", repository("commit-tree", item, "-m", "bomb"))
    with pytest.raises(BadUpload, match="more than 50000 files"):
        open_upload(repository.bundle())


def test_a_large_file_is_not_read_as_a_whole(repository):
    repository.commit({"app.py": "x" * (8 << 20)})
    file = repository.bundle()
    assert file.stat().st_size < 100_000
    upload = open_upload(file)
    with pytest.raises(BadUpload, match="larger than 1 MiB"):
        upload.read(upload.names, MOST)


def test_git_is_started_once_for_all_files(repository, monkeypatch):
    """Its bounds hold for a bundle, not for each of a thousand files that are slow to read."""
    names = [f"{number}.py" for number in range(40)]
    repository.commit({name: f"{name}\n" * 3 for name in names} | {"empty.py": ""})
    upload = open_upload(repository.bundle())
    started = []
    run = subprocess.run

    def counted(command, **options):
        started.append(command)
        return run(command, **options)

    monkeypatch.setattr(bundles.subprocess, "run", counted)
    contents = upload.read([*names, "empty.py"], MOST)
    assert contents == {name: f"{name}\n".encode() * 3 for name in names} | {"empty.py": b""}
    assert len(started) < 6


def test_an_entry_that_is_no_file_behind_its_mode_is_refused(repository):
    tree = repository("mktree", given="")
    repository.commit({"app.py": "x"})
    odd = b"100644 app.py\0" + bytes.fromhex(tree)
    done = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
        cwd=repository.folder,
        input=odd,
        capture_output=True,
        check=True,
    )
    commit = repository("commit-tree", done.stdout.decode().strip(), "-m", "odd")
    repository("update-ref", "refs/heads/main", commit)
    upload = open_upload(repository.bundle())
    with pytest.raises(BadUpload, match="damaged"):
        upload.read(["app.py"], MOST)


@pytest.mark.parametrize("length", [0, 1, 10, 100, -10])
def test_a_damaged_bundle_is_refused(repository, length):
    repository.commit({"app.py": "x"})
    file = repository.bundle()
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(BadUpload, match="damaged"):
        open_upload(file)


def test_a_part_of_a_history_is_refused(repository):
    repository.commit({"app.py": "1"})
    repository.commit({"app.py": "2"})
    with pytest.raises(BadUpload, match="part of the history") as refused:
        open_upload(repository.bundle("HEAD~1..main"))
    assert "git bundle create answer.bundle HEAD" in refused.value.hint


def test_which_commit_counts_must_be_clear(repository):
    repository.commit({"app.py": "main"})
    repository("checkout", "-q", "-b", "feature")
    assert open_upload(repository.bundle("feature")).names == ["app.py"]
    repository.commit({"app.py": "feature"})
    repository("branch", "-m", "main", "other")
    with pytest.raises(BadUpload, match="not one branch: feature, other"):
        open_upload(repository.bundle("feature", "other"))
    upload = open_upload(repository.bundle("HEAD", "other"))
    assert upload.read(["app.py"], MOST) == {"app.py": b"feature"}
