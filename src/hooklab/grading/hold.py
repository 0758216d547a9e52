"""The app's writes, held: what a worker says of it is waited for, and proves nothing.

The gate in the worker stops whoever is about to write, and says so. That it did is seen from
outside: nothing more than what may pass has been committed, and the process stands still.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait

from hooklab.deadline import Deadline, MachineTooSlow
from hooklab.grading import file_locks
from hooklab.grading.failure import CheckFailed
from hooklab.grading.patience import within
from hooklab.grading.response import AppResponse
from hooklab.grading.rows import READING_SECONDS, readable
from hooklab.grading.slot import Slot
from hooklab.grading.written import Written
from hooklab.texts import _
from hooklab.worker import observed
from hooklab.worker.descendants import family
from hooklab.worker.inside import GATE_SECONDS
from hooklab.worker.process import Worker

Response = Future[AppResponse]

# How long nobody new must arrive at the database before no more are waited for. Only those whom a
# lock keeps away, or who do not write, cost this time; too short, and a race is missed unnoticed.
ARRIVING_SECONDS = 1.0

# What comes to a stand later than this is judged as it is.
REST_SECONDS = 2.0

# However busy the machine is, who waits for the lock of a held rival gives up after five seconds
# with the driver of SQLite (`timeout` of `sqlite3.connect`). So no more is waited for after some
# seconds, and an error that comes later than others do is not judged.
_HELD_SECONDS = 3.0
PATIENCE_SECONDS = 4.0

# Reading a request and finding its route takes a server more than this.
_WORK_NANOSECONDS = 300_000

# How long an app may go on with what it did before; what it commits then is not held.
_SETTLING_SECONDS = 1.0

_LOOK_SECONDS = 0.1


class WriteHold:
    """Inside a `with` block of it, whoever of the app is about to write waits.

    Args:
        slot: the check's place.
        workers: whose writes are held.
        after: so many writes of each worker pass first.
    """

    def __init__(self, slot: Slot, workers: Sequence[Worker], after: int) -> None:
        self._slot = slot
        self._workers = [worker for worker in workers if worker.alive]
        self._after = after
        self._begun = time.monotonic()
        self._was_held = self._was_locked = False

    def __enter__(self) -> "WriteHold":
        self._slot.rest.wait_before_a_change(_SETTLING_SECONDS)
        for worker in self._workers:
            worker.hold_writes(self._after)
        self._before = self._written()
        self._used = {worker: observed.cpu_nanoseconds(worker.pid) for worker in self._workers}
        self._begun = time.monotonic()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        """Let everybody go on.

        Raises:
            MachineTooSlow: the gate let somebody go before, so the block saw no hold.
        """
        if kind is None and self._elapsed() > ARRIVING_SECONDS and not self._was_locked:
            # Nobody had to look for a lock, and one of those who are not held may wait for it.
            self._is_locked()
        for worker in self._workers:
            worker.release_writes()
        if kind is None and self._was_held:
            self._require_closed()

    def wait_for_anybody(self, seconds: float, requests: Sequence[Response] = ()) -> bool:
        """Wait until somebody says that it is held, `seconds` at most; whether somebody did.

        Args:
            requests: when the app has answered all of these and is at rest, nobody else will come.

        Raises:
            CheckFailed: more was committed than may pass.
        """
        deadline = self._slot.deadline(seconds)
        while not (held := self._is_anybody_held(min(_LOOK_SECONDS, deadline.left()))):
            if not deadline.left() or (self._is_over(requests) and not self._is_anybody_held(0)):
                break
        self._was_held = self._was_held or held
        self._wait_for_rest(self._workers)
        self._require_kept()
        return held

    def wait_for(self, requests: Mapping[Worker, Sequence[Response]]) -> None:
        """Wait until each worker has come as far with its requests as it comes: to a write, to an
        answer, or to a lock that somebody else has.

        Raises:
            CheckFailed: one came to none of these in the time that an answer may take, or more was
                committed than may pass.
        """
        held = {worker: self._wait_for_held(worker, own) for worker, own in requests.items()}
        self._wait_for_rest(list(requests))
        for worker, own in requests.items():
            while not held[worker] and not any(map(_is_answered, own)) and not self._is_locked():
                _require_time_left(own)
                held[worker] = worker.wait_for_held(1, Deadline(_LOOK_SECONDS))
        self._require_kept()

    def wait_for_answer(self, request: Response, seconds: float) -> bool:
        """Wait for the answer to `request`, which is not held; False when a lock keeps it waiting.

        Args:
            seconds: how long to wait before locks are looked for.

        Raises:
            CheckFailed: neither was seen in the time that an answer may take.
        """
        wait([request], timeout=seconds)
        while not _is_answered(request):
            if self._is_locked():
                return False
            _require_time_left([request])
            wait([request], timeout=_LOOK_SECONDS)
        return True

    @property
    def tries_patience(self) -> bool:
        """Whether somebody of the app may have lost patience with a lock by now.

        On a busy machine it is not free soon after the end of the hold either.
        """
        return self._was_locked and self._elapsed() > PATIENCE_SECONDS

    def _wait_for_held(self, worker: Worker, requests: Sequence[Response]) -> int:
        """How many are held, once all are, or nobody new comes, or a lock keeps them away."""
        held, count = 0, len(requests)
        arrived, quiet = time.monotonic(), self._slot.deadline(ARRIVING_SECONDS)
        while held < count and quiet.left():
            is_over = all(map(_is_answered, requests))
            is_late = time.monotonic() - arrived > ARRIVING_SECONDS
            if (is_over or is_late) and self._slot.rest.stand_still([worker], 0):
                # Nothing is left to be done after the answers either, or the one who is held keeps
                # the others away, as a write in the event loop does.
                break
            if self._elapsed() > ARRIVING_SECONDS and self._is_locked():
                break
            # By the real clock: whoever a lock keeps away loses patience on a busy machine too.
            before, held = held, worker.wait_for_held(count, Deadline(_LOOK_SECONDS))
            if held > before:
                arrived, quiet = time.monotonic(), self._slot.deadline(ARRIVING_SECONDS)
                self._was_held = True
        return held

    def _is_anybody_held(self, seconds: float) -> bool:
        return any(worker.wait_for_held(1, Deadline(seconds)) for worker in self._workers)

    def _is_over(self, requests: Sequence[Response]) -> bool:
        """Whether all of `requests` are answered, and the app at rest; not known without any."""
        return bool(requests) and all(map(_is_answered, requests)) and self._slot.rest.wait(0.1)

    def _elapsed(self) -> float:
        return time.monotonic() - self._begun

    def _require_kept(self) -> None:
        """Fail the check when more was committed than may pass."""
        passed = self._written().commits_since(self._before)
        if passed > self._after * len(self._workers):
            self._require_closed()
            raise CheckFailed(
                _("an app that can be stopped before it writes: it writes through SQLAlchemy"),
                _("it has written to its database while its writes were held"),
            )

    def _require_closed(self) -> None:
        """MachineTooSlow when the gate may have let go by itself what it held."""
        if self._elapsed() > GATE_SECONDS - _LOOK_SECONDS:
            raise MachineTooSlow(
                _(
                    "the machine is too busy: a write was held so long that it was let go, so "
                    "that the app does not hang"
                ),
                _("grade again when less is running on it"),
            )

    def _written(self) -> Written:
        with readable(_("a database that can be read")):
            return within(READING_SECONDS, self._slot.database.written)

    def _wait_for_rest(self, workers: Sequence[Worker]) -> None:
        """Wait until they have worked on what was sent, and stand still."""
        if not observed.KNOWN:
            return
        deadline = time.monotonic() + ARRIVING_SECONDS
        left = list(workers)
        while time.monotonic() < deadline and left:
            time.sleep(_LOOK_SECONDS / 20)
            left = [worker for worker in left if not self._has_worked(worker)]
        seconds = min(REST_SECONDS, _HELD_SECONDS - self._elapsed())
        self._slot.rest.stand_still(workers, max(seconds, 0.0))

    def _has_worked(self, worker: Worker) -> bool:
        used = observed.cpu_nanoseconds(worker.pid) - self._used[worker]
        return used > _WORK_NANOSECONDS or not worker.alive

    def _is_locked(self) -> bool:
        is_locked = self._sees_a_lock()
        self._was_locked = self._was_locked or is_locked
        return is_locked

    def _sees_a_lock(self) -> bool:
        """Whether a lock is seen that may keep somebody of the app waiting: in its database, on a
        file, or in Redis, which is asked for it again and again.
        """
        with readable(_("a database that can be read")):
            if within(READING_SECONDS, self._slot.database.keeps_waiting):
                return True
        own = set(family(worker.pid for worker in self._workers))
        if own & file_locks.holders([self._slot.folder / "database"]):
            return True
        asked = len(self._slot.world.redis.commands)
        time.sleep(_LOOK_SECONDS * 2)
        return len(self._slot.world.redis.commands) > asked


def _is_answered(request: Response) -> bool:
    """Whether it was answered, or cannot be any more."""
    if not request.done():
        return False
    return request.exception() is not None or request.result().problem != "timeout"


def _require_time_left(requests: Sequence[Response]) -> None:
    """Fail the check when nobody waits for an answer any longer, and none has come."""
    if all(request.done() and not _is_answered(request) for request in requests):
        raise CheckFailed(
            _("an answer while another request is held at its write, or a lock that makes it wait"),
            "\n".join(f"{request.result().request}: {request.result()}" for request in requests),
        )
