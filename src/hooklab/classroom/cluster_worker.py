"""Grading on a machine of a cluster: what a task brings along, and the processes that grade it.

A worker of Dask runs tasks in threads, and its process may start no others by multiprocessing. So
each thread borrows a process that `python -m` starts; it stays warm for the next task.
"""

import socket
import subprocess
import sys
import threading
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from pickle import dumps, loads  # from our own side alone, as Dask itself does it
from queue import Empty, SimpleQueue

import hooklab
from hooklab import catalogue
from hooklab.catalogue import Course
from hooklab.classroom.graders import GRACE_SECONDS, Task, serve
from hooklab.classroom.hand_ins import HandIn
from hooklab.errors import HooklabError
from hooklab.file_trees import write_all
from hooklab.scorecard import Scorecard
from hooklab.scratch import scratch_folder
from hooklab.texts import _, use
from hooklab.worker.isolation import demand_wall

_NOT_FOR_GRADING = ("mistakes", "others", "__pycache__")


@dataclass(frozen=True)
class Carried(HandIn):
    """An answer that travels with its task.

    Attributes:
        contents: of its files, by path.
    """

    contents: Mapping[str, bytes] = field(default_factory=dict)

    def read(self) -> dict[str, bytes]:
        """The content of its files, by path."""
        return dict(self.contents)


@dataclass(frozen=True)
class Parcel:
    """All that a machine needs to grade an answer as this one would.

    Attributes:
        course: the packed course, see `pack`.
        engine: the version of the kit that must be there.
        task: with a `Carried`.
        database: see `Options`.
        unconfined: whether to grade without a wall.
        language: of what is said of a failure of the machine.
    """

    course: bytes
    engine: str
    task: Task
    database: str | None
    unconfined: bool
    language: str


def pack(course: Course, slugs: set[str]) -> bytes:
    """The files of the course that grading needs, without what only its authors do."""
    rooms = [room(slug) for slug in slugs for room in (course.skeleton, course.solution)]
    found = [path for path in (course.root / "graders").iterdir() if path.is_file()]
    for folder in (*rooms, *map(course.grader, slugs)):
        found += [path for path in folder.rglob("*") if path.is_file()]
    names = {path.relative_to(course.root): path for path in found}
    contents = {
        name.as_posix(): path.read_bytes()
        for name, path in sorted(names.items())
        if not set(name.parts).intersection(_NOT_FOR_GRADING)
    }
    return zlib.compress(dumps(contents))


def grade_parcel(parcel: Parcel) -> tuple[Scorecard | None, str]:
    """The scorecard of a parcel's answer, or why there is none, as `serve` tells it."""
    use(parcel.language)
    try:
        if parcel.engine != hooklab.__version__:
            raise HooklabError(
                _("a machine of the cluster has hooklab {theirs}, and this is {ours}").format(
                    theirs=hooklab.__version__, ours=parcel.engine
                ),
                _("install the same version on both"),
            )
        if not parcel.unconfined:
            demand_wall()
        bench = _bench(parcel)
    except HooklabError as error:
        return None, f"{error.what}; {error.hint}"
    return bench.grade(parcel.task)


class _Bench:
    """The processes that grade with one course, which lies unpacked on this machine."""

    def __init__(self, root: Path, database: str | None) -> None:
        self._root = root
        self._database = database or ""
        seconds = catalogue.load(root).limits.submission_seconds
        self._most_seconds = seconds + GRACE_SECONDS
        self._idle: SimpleQueue[_Process] = SimpleQueue()

    def grade(self, task: Task) -> tuple[Scorecard | None, str]:
        try:
            process = self._idle.get_nowait()
        except Empty:
            process = _Process(self._root, self._database)
        card, failure = process.grade(task, self._most_seconds)
        if card is None:
            # Whatever has gone wrong shall not go wrong for the next one too.
            process.kill()
        else:
            self._idle.put(process)
        return card, failure


class _Process:
    """A process that grades; it ends when this one does, however that comes about."""

    def __init__(self, root: Path, database: str) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno()), str(root), database],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._channel = Connection(ours.detach())

    def grade(self, task: Task, seconds: float) -> tuple[Scorecard | None, str]:
        try:
            self._channel.send(task)
            if not self._channel.poll(seconds):
                told = _("it took more than {minutes} minutes")
                return None, told.format(minutes=int(seconds) // 60)
            found: tuple[Scorecard | None, str] = self._channel.recv()
        except (EOFError, OSError):
            return None, _("the process that grades has ended")
        return found

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._channel.close()


_BENCHES: dict[tuple[str, str | None], _Bench] = {}
_LOCK = threading.Lock()


def _bench(parcel: Parcel) -> _Bench:
    digest = sha256(parcel.course).hexdigest()
    with _LOCK:
        key = (digest, parcel.database)
        if key not in _BENCHES:
            root = scratch_folder()
            write_all(root, loads(zlib.decompress(parcel.course)))  # noqa: S301 - see above
            _BENCHES[key] = _Bench(root, parcel.database)
        return _BENCHES[key]


if __name__ == "__main__":
    descriptor, root, database = sys.argv[1:]
    serve(Connection(int(descriptor)), Path(root), database or None)
