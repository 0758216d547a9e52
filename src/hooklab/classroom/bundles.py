"""An upload that is a git bundle: nothing is checked out of it, its files are read one by one.

So no hook, filter or submodule has a say, and a link is a file that is left out. git itself reads
the bundle, in a repository of ours without settings, and in bounds. What a bundle is:
https://git-scm.com/docs/gitformat-bundle
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO

from hooklab.classroom.archives import ArchiveUpload
from hooklab.classroom.members import MOST_UNPACKED, BadUpload, too_many
from hooklab.errors import HooklabError
from hooklab.git import alone
from hooklab.limits import Limits
from hooklab.scratch import remove_folder, scratch_folder
from hooklab.texts import _
from hooklab.worker.wall import limit

BUNDLE_ENDING = ".bundle"

# Of git, for one bundle.
_SECONDS = 60
_LIMITS = Limits(processor_seconds=30, memory_mib=1024, file_mib=MOST_UNPACKED >> 20)

_MARKS = (b"# v2 git bundle\n", b"# v3 git bundle\n")
# Lines of the header: a repository has a few branches.
_MOST_LINES, _LONGEST_LINE = 10_000, 4096
_REF = re.compile(rb"([0-9a-f]{40}) (\S+)\n")
_BRANCHES = "refs/heads/"
_USUAL = (f"{_BRANCHES}main", f"{_BRANCHES}master")

_FILE_MODES = (b"100644", b"100755", b"100664")
_ENTRY = re.compile(rb"([0-7]{6}) \w+ ([0-9a-f]{40})\t(.*)", re.DOTALL)
_MOST_LISTED = 16 * 1024 * 1024


class BundleUpload(ArchiveUpload):
    """A git bundle: the files of its HEAD, or of its one branch."""

    def _list(self, file: IO[bytes]) -> Iterator[tuple[str, bool | None]]:
        with _repository(file) as (folder, commit):
            for name, (mode, _object) in _entries(folder, commit).items():
                yield name, True if mode in _FILE_MODES else None

    def _files(self, file: IO[bytes], members: Collection[str]) -> Iterator[tuple[str, IO[bytes]]]:
        with _repository(file) as (folder, commit):
            entries = _entries(folder, commit)
            asked = "".join(f"{entries[member][1]}\n" for member in members)
            with tempfile.TemporaryFile(dir=folder) as given:
                given.write(asked.encode())
                given.seek(0)
                # One process for all: its bounds hold for them together.
                with _git(folder, "cat-file", "--batch", given=given) as answers:
                    for member in members:
                        yield member, _next_file(answers)


@contextmanager
def _repository(file: IO[bytes]) -> Iterator[tuple[Path, str]]:
    """A repository with all that is in the bundle, and the commit that was handed in.

    Raises:
        BadUpload: it is no whole bundle, or nobody can tell which commit counts.
        ValueError: git refuses it.
    """
    commit = _commit(_refs(file))
    folder = scratch_folder()
    try:
        # No template: it may have hooks.
        size = f"--max-input-size={MOST_UNPACKED}"
        with (
            _git(folder, "init", "--quiet", "--bare", "--template="),
            _git(folder, "index-pack", "--stdin", "--threads=1", size, given=file),
        ):
            yield folder, commit
    finally:
        remove_folder(folder)


def _refs(file: IO[bytes]) -> dict[str, str]:
    """The commits in the header of a bundle, by their names; `file` then stands at its pack."""
    if file.readline(_LONGEST_LINE) not in _MARKS:
        raise ValueError(_("it does not begin as a bundle does"))
    found: dict[str, str] = {}
    for _number in range(_MOST_LINES):
        line = file.readline(_LONGEST_LINE)
        if line == b"\n":
            return found
        if line.startswith(b"-"):
            raise BadUpload(_("it has only a part of the history"), _whole())
        if line.startswith(b"@"):
            if line != b"@object-format=sha1\n":
                raise BadUpload(_("it is not a bundle of all objects, by SHA-1"), _whole())
        elif ref := _REF.fullmatch(line):
            found[ref[2].decode("utf-8", "replace")] = ref[1].decode()
        else:
            break
    raise ValueError(_("its header cannot be read"))


def _commit(refs: dict[str, str]) -> str:
    branches = {name: commit for name, commit in refs.items() if name.startswith(_BRANCHES)}
    usual = [refs[name] for name in ("HEAD", *_USUAL) if name in refs]
    if usual:
        return usual[0]
    if len(set(branches.values())) != 1:
        raise BadUpload(
            _("it has no HEAD, and not one branch: {branches}").format(
                branches=", ".join(name.removeprefix(_BRANCHES) for name in sorted(branches)[:5])
                or _("none")
            ),
            _whole(),
        )
    return next(iter(branches.values()))


def _whole() -> str:
    return _("ask for a whole one: git bundle create answer.bundle HEAD")


def _entries(folder: Path, commit: str) -> dict[str, tuple[bytes, str]]:
    """The files in a commit: mode and object by name; ValueError when git cannot list them."""
    # A few bytes can make a tree of millions of files.
    with _git(folder, "ls-tree", "-r", "-z", "--full-tree", commit) as listing:
        listed = listing.read(_MOST_LISTED + 1)
    if len(listed) > _MOST_LISTED:
        raise too_many()
    found = {}
    for line in listed.split(b"\0")[:-1]:
        if not (entry := _ENTRY.fullmatch(line)):
            raise ValueError(_("git lists it in an unknown way"))
        mode, object_, name = entry.groups()
        found[name.decode("utf-8", "surrogateescape")] = (mode, object_.decode())
    return found


def _next_file(answers: IO[bytes]) -> IO[bytes]:
    """The next file in what `git cat-file --batch` has written."""
    told = answers.readline().split()
    if told[1:2] != [b"blob"]:
        raise ValueError(_("git lists it in an unknown way"))
    content = answers.read(int(told[2]))
    answers.read(1)  # a line end follows
    return BytesIO(content)


@contextmanager
def _git(folder: Path, *arguments: str, given: IO[bytes] | None = None) -> Iterator[IO[bytes]]:
    """What git has written when it has ended: a file without a name, so that it has bounds too.

    Args:
        folder: the repository.
        given: the file that git reads, from where it stands.

    Raises:
        HooklabError: git is not installed.
        ValueError: it failed, or took too much.
    """
    if given:
        # What was read ahead is not what was asked for.
        os.lseek(given.fileno(), given.tell(), os.SEEK_SET)
    with tempfile.TemporaryFile(dir=folder) as output:
        _run(folder, arguments, given, output)
        output.seek(0)
        yield output


def _run(
    folder: Path, arguments: tuple[str, ...], given: IO[bytes] | None, output: IO[bytes]
) -> None:
    command = ["git", *arguments]
    try:
        ended = subprocess.run(
            command,
            cwd=folder,
            env={**alone(folder), "GIT_DIR": str(folder)},
            stdin=given or subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            timeout=_SECONDS,
            preexec_fn=None if sys.platform == "win32" else partial(limit, _LIMITS),
            check=False,
        )
    except FileNotFoundError:
        raise HooklabError(_("git is not installed"), _("install it from git-scm.com")) from None
    except subprocess.TimeoutExpired:
        raise ValueError(_("git takes too long over it")) from None
    if ended.returncode:
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ValueError(said[-1][:200] if said else _("git fails at it"))
