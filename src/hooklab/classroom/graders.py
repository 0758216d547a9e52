"""Grading many submissions at once: each core has a process that grades, with a warm launcher.

Such a process is trusted. What it runs stands behind the wall, and when it ends all the same, or
does not, its submission is one that could not be graded, and another process takes its place.
"""

import gc
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, chdir, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Protocol

from hooklab import catalogue
from hooklab.catalogue import Course
from hooklab.classroom import cores
from hooklab.classroom.hand_ins import HandIn
from hooklab.errors import HooklabError, reason_of
from hooklab.file_trees import write_all
from hooklab.grading.options import Options
from hooklab.scorecard import Scorecard
from hooklab.scratch import remove_folder, scratch_folder
from hooklab.texts import _, use

# So much longer than all its checks may take, see `Limits`, a submission is waited for: a process
# that takes longer has come to a stop.
GRACE_SECONDS = 5 * 60
# So often a submission is graded. What failed on a busy machine may succeed later.
TRIES = 2
# A process that has graded so many makes way for a new one: each leaves a little behind.
MOST_GRADED = 50
_END_SECONDS = 30

# A forked copy of a process with threads and an open database would be no safe start.
_PROCESSES = get_context("spawn")


@dataclass(frozen=True)
class Task:
    """A submission to grade.

    Attributes:
        hand_in: the learner's whose feedback it is; others may have handed in the same.
        seed: see `Options`.
        only: see `Options`.
    """

    hand_in: HandIn
    seed: int
    only: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Graded:
    """What came of a task.

    Attributes:
        card: its scorecard; None when there is none.
        failure: why it could not be graded; empty when it was.
        seconds: how long it took, the last time that it was tried.
    """

    card: Scorecard | None
    failure: str
    seconds: float


class Grading(Protocol):
    """Something that grades: on this machine or on others."""

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Graded]]:
        """Grade all tasks; each comes with its result when it has one, in no order."""


class Graders:
    """Processes that grade, up to `jobs` at once; they end with the `with` block.

    Args:
        course: whose exercises are graded.
        jobs: at least one.
        database: the address of a PostgreSQL server to grade on, see `Options`.
        apart: whether each process, with all that it starts, keeps to a core of its own, as far as
            there are any. So an answer that takes all it gets slows no other one down.
    """

    def __init__(
        self, course: Course, jobs: int, *, database: str | None = None, apart: bool = True
    ) -> None:
        self._root = course.root
        self._cores = cores.share(jobs) if apart else [None] * jobs
        self._most_seconds = course.limits.submission_seconds + GRACE_SECONDS
        self._jobs = jobs
        self._database = database
        self._idle: list[_Grader] = []
        self._busy: dict[Connection, _Running] = {}

    def __enter__(self) -> "Graders":
        return self

    def __exit__(self, *_exception: object) -> None:
        busy = [each.grader for each in self._busy.values()]
        for grader in busy:
            grader.interrupt()
        # All at once: each takes a moment to end.
        for grader in (*self._idle, *busy):
            grader.channel.close()
        for grader in (*self._idle, *busy):
            grader.end()

    @property
    def pids(self) -> list[int]:
        """The processes that grade, as far as there are any by now."""
        busy = (each.grader for each in self._busy.values())
        return [each.pid for each in (*self._idle, *busy)]

    def longest(self) -> tuple[Task, float] | None:
        """The task that has run the longest, and for how many seconds; may be asked by any thread.

        None when there is none.
        """
        busy = self._busy.copy().values()
        first = min(busy, key=lambda each: each.started, default=None)
        return (first.task, first.seconds) if first else None

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Graded]]:
        """Grade all tasks; each comes with its result when it has one, in no order.

        What could not be graded is tried once more after all others.
        """
        waiting = deque((task, 1) for task in tasks)
        while waiting or self._busy:
            while waiting and len(self._busy) < self._jobs:
                self._start(*waiting.popleft())
            for running, result in self._ended():
                if result.failure and running.number < TRIES:
                    waiting.append((running.task, running.number + 1))
                else:
                    yield running.task, result

    def _start(self, task: Task, number: int) -> None:
        grader = self._idle.pop() if self._idle else self._new()
        running = _Running(grader, task, number)
        self._busy[grader.channel] = running
        grader.give(task)

    def _new(self) -> "_Grader":
        taken = [each.grader.core for each in self._busy.values()]
        core = next((each for each in self._cores if each not in taken), None)
        return _Grader(self._root, self._database, core)

    def _ended(self) -> "Iterator[tuple[_Running, Graded]]":
        """The tasks that have come to an end, after waiting for one."""
        first = min(each.started for each in self._busy.values())
        left = max(0.0, first + self._most_seconds - time.monotonic())
        ready = wait(self._busy, left)
        for channel in [each for each in self._busy if each in ready]:
            running = self._busy.pop(channel)
            try:
                card, failure = channel.recv()
            except (EOFError, OSError):
                card, failure = None, _("the process that grades has ended")
            yield running, self._let_go(running, card, failure)
        for channel, running in list(self._busy.items()):
            if running.seconds > self._most_seconds:
                del self._busy[channel]
                failure = _("it took more than {minutes} minutes").format(
                    minutes=self._most_seconds // 60
                )
                yield running, self._let_go(running, None, failure)

    def _let_go(self, running: "_Running", card: Scorecard | None, failure: str) -> Graded:
        if card is None:
            # Whatever has gone wrong shall not go wrong for the next one too.
            running.grader.kill()
        elif running.grader.graded >= MOST_GRADED:
            running.grader.end()
        else:
            self._idle.append(running.grader)
        return Graded(card, failure, running.seconds)


class _Grader:
    """A process that grades one submission after another.

    Attributes:
        core: to which it keeps; None for any.
        graded: how many it was given so far.
    """

    def __init__(self, root: Path, database: str | None, core: int | None) -> None:
        self.core = core
        self.graded = 0
        self.channel, theirs = _PROCESSES.Pipe()
        self._process = _PROCESSES.Process(
            target=serve, args=(theirs, root, database, core), name="hooklab-grader", daemon=True
        )
        # Ctrl-C is for the process that a person has started, which then ends this one in order.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._process.start()
        except OSError as error:
            raise HooklabError(
                _("no process can be started: {reason}").format(reason=reason_of(error)),
                _("end others, or use fewer --jobs, and run the command again"),
            ) from error
        finally:
            signal.signal(signal.SIGINT, before)
        # Otherwise nobody would notice its end.
        theirs.close()

    def give(self, task: Task) -> None:
        self.graded += 1
        try:
            self.channel.send(task)
        except OSError:
            # It has ended, which is noticed when it is waited for.
            return

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def interrupt(self) -> None:
        self._process.terminate()

    def end(self) -> None:
        self.channel.close()
        self._process.join(_END_SECONDS)
        self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self.channel.close()


@dataclass
class _Running:
    grader: _Grader
    task: Task
    number: int
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


def serve(channel: Connection, root: Path, database: str | None, core: int | None = None) -> None:
    """Grade the tasks that come through `channel`, until it is closed; on one core if it is named.

    Each is answered with a scorecard and with why it could not be graded: None and a reason, or
    both when only some of its checks could not.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Nobody listens any more when one of these comes.
    with suppress(EOFError, OSError, KeyboardInterrupt), ExitStack() as resources:
        # Here, since the process that only gives orders needs neither pytest nor a launcher.
        from hooklab.grading import run
        from hooklab.worker.launch import start_launcher

        cores.keep_to(core)
        course = catalogue.load(root.resolve())
        launcher = start_launcher()
        resources.callback(launcher.close)
        resources.callback(signal.signal, signal.SIGTERM, signal.SIG_IGN)

        def grade(task: Task) -> tuple[Scorecard | None, str]:
            use(task.hand_in.learner.language)
            slug = task.hand_in.slug
            try:
                with _laid_out(task.hand_in) as answer:
                    options = Options(
                        submission=answer, seed=task.seed, only=task.only, database=database
                    )
                    card = run.grade(course, [slug], options, launcher=launcher)
            except HooklabError as error:
                return None, f"{error.what}; {error.hint}"
            except Exception as error:
                return None, f"{type(error).__name__}: {error}"
            return card, _failure(card)

        while True:
            channel.send(grade(channel.recv()))
            # Young garbage of many gradings grows old, and old garbage is rarely looked for.
            gc.collect()


@contextmanager
def _laid_out(hand_in: HandIn) -> Iterator[Path]:
    """A folder with the files of a submission, as long as the block lasts."""
    folder = scratch_folder()
    try:
        answer = folder / "exercises" / hand_in.slug
        answer.mkdir(parents=True)
        write_all(answer, hand_in.read())
        # Messages name files as their author sees them, from the course's folder.
        with chdir(folder):
            yield answer
    finally:
        remove_folder(folder)


def _failure(card: Scorecard) -> str:
    """Which checks could not be graded; empty for none."""
    titles = [
        check.title
        for exercise in card.exercises
        for check in exercise.checks
        if check.outcome == "could_not_grade"
    ]
    if not titles:
        return ""
    return _("checks that could not be graded: {titles}").format(titles=", ".join(titles))
