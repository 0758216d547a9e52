"""Grading on a Dask cluster: the same tasks as `Graders` has, on machines that come and go.

An answer travels with its task, and so does the part of the course that grades it. A machine that
is lost loses nothing but time: Dask gives its tasks to others.
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from hooklab import __version__
from hooklab.catalogue import Course
from hooklab.classroom.cluster_worker import Carried, Parcel, grade_parcel, pack
from hooklab.classroom.graders import TRIES, Graded, Task
from hooklab.classroom.hand_ins import HandIn
from hooklab.classroom.members import BadUpload
from hooklab.errors import HooklabError, reason_of
from hooklab.texts import _, language

if TYPE_CHECKING:
    from distributed import Client, Future

    # Dask has no types of its own.
    Under = dict[Future[Any], tuple[Task, int, float]]

CONNECT_SECONDS = 10
# So many answers are under way, for each thread of the cluster: the next ones are there when one is
# done, and the scheduler's memory stays small.
AHEAD = 2
LEAST_AHEAD = 8


class ClusterGraders:
    """The machines of a cluster; what is under way is given up at the end of the `with` block.

    Args:
        course: whose exercises are graded.
        address: of the scheduler, such as `tcp://10.0.0.5:8786`.
        database: the address of a PostgreSQL server to grade on, as the machines reach it.
        unconfined: whether machines without a wall may grade.

    Raises:
        HooklabError: Dask is not installed, or no scheduler answers.
    """

    def __init__(
        self, course: Course, address: str, *, database: str | None = None, unconfined: bool = False
    ) -> None:
        self._course = course
        self._database = database
        self._unconfined = unconfined
        self._client = _connect(address)
        self._under_way: Under = {}
        self._packed: dict[str, bytes] = {}

    def __enter__(self) -> "ClusterGraders":
        return self

    def __exit__(self, *_exception: object) -> None:
        self._client.cancel(list(self._under_way), force=True)
        self._client.close()

    def longest(self) -> tuple[Task, float] | None:
        """The task that has been under way the longest, and for how many seconds."""
        under_way = self._under_way.copy().values()
        first = min(under_way, key=lambda each: each[2], default=None)
        return (first[0], time.monotonic() - first[2]) if first else None

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Graded]]:
        """Grade all tasks; each comes with its result when it has one, in no order.

        What could not be graded is tried once more after all others.
        """
        from distributed import as_completed

        waiting = deque((task, 1) for task in tasks)
        done = as_completed([], raise_errors=False)
        while waiting or self._under_way:
            while waiting and len(self._under_way) < self._most():
                task, number = waiting.popleft()
                try:
                    future = self._submit(task)
                except BadUpload as error:
                    yield task, Graded(None, f"{error.what}; {error.hint}", 0.0)
                    continue
                self._under_way[future] = (task, number, time.monotonic())
                done.add(future)
            if not self._under_way:
                return
            future = next(done)
            task, number, started = self._under_way.pop(future)
            card, failure = _result(future)
            if failure and number < TRIES:
                waiting.append((task, number + 1))
            else:
                yield task, Graded(card, failure, time.monotonic() - started)

    def _most(self) -> int:
        # Machines come and go.
        threads: dict[str, int] = self._client.nthreads()
        return max(LEAST_AHEAD, AHEAD * sum(threads.values()))

    def _submit(self, task: Task) -> "Future[Any]":
        slug = task.hand_in.slug
        if slug not in self._packed:
            self._packed[slug] = pack(self._course, {slug})
        parcel = Parcel(
            course=self._packed[slug],
            engine=__version__,
            task=replace(task, hand_in=_carried(task.hand_in)),
            database=self._database,
            unconfined=self._unconfined,
            language=language(),
        )
        # Graded anew each time: Dask would give the result of an equal task that it remembers.
        return self._client.submit(grade_parcel, parcel, pure=False)


def _carried(hand_in: HandIn) -> Carried:
    known = {each.name: getattr(hand_in, each.name) for each in fields(HandIn)}
    return Carried(**known, contents=hand_in.read())


def _result(future: "Future[Any]") -> tuple[Any, str]:
    if future.status == "finished":
        card, failure = future.result()
        return card, failure
    error = future.exception() if future.status == "error" else None
    told = _("the cluster has lost it: {reason}")
    return None, told.format(reason=f"{type(error).__name__}: {error}" if error else future.status)


def _connect(address: str) -> "Client":
    try:
        from distributed import Client
    except ImportError:
        raise HooklabError(
            _("a cluster needs Dask, which is not installed"),
            _("install it: pip install 'hooklab[cluster]'"),
        ) from None
    try:
        return Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise HooklabError(
            _("no scheduler answers at {address}: {reason}").format(address=address, reason=reason),
            _("start one with: dask scheduler; or correct the address, such as {example}").format(
                example="tcp://10.0.0.5:8786"
            ),
        ) from error
