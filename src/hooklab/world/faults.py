"""The one vocabulary in which every service of the outside world is told to misbehave."""

import asyncio
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from hooklab.deadline import Deadline, MachineTooSlow
from hooklab.texts import _

AFTERWARDS = 0.4
"""How many real seconds a background task has to come to a hold once its request is answered."""

# Clients give up after some seconds of real time, however busy the machine is: those of the course
# after five. Who gives up so late, when so much of it went by in queues for a processor, may have
# done so because the check came too late to release it.
_PATIENCE_SECONDS = 4.0
_QUEUED_SECONDS = 1.0


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a conversation; with nothing set, nothing does."""

    refuse: bool = False
    drop: bool = False
    lost_answer: bool = False
    status: int | None = None
    retry_after: int | None = None


NO_FAULT = Fault()


class Hold:
    """Conversations kept waiting at one point; `release()`, or leaving a `with` block, ends it.

    Either raises MachineTooSlow when a client may have given up because the machine is busy.
    """

    def __init__(
        self,
        point: str,
        deadline: Callable[[float], Deadline] = Deadline,
        catch_up: Callable[[], None] = lambda: None,
    ) -> None:
        self.point = point
        self._deadline = deadline
        self._catch_up = catch_up
        self._changed = threading.Condition()
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._released = self._was_too_long = False

    def wait(
        self, count: int = 1, timeout: float = 5.0, *, during: Sequence[Future[Any]] = ()
    ) -> int:
        """How many conversations wait here, once there are `count` or `timeout` seconds passed.

        A client that hangs up no longer waits. The seconds are real ones, of a `Deadline`.

        Args:
            during: the requests that cause the conversations, if they are known: when all are
                answered, only a background task may still be on its way, and soon nobody is.
        """

        def are_here() -> bool:
            return self._released or len(self._waiting) >= count

        for request in during:
            request.add_done_callback(self._look_again)
        with self._changed:
            if during:
                self._deadline(timeout).wait_for(
                    self._changed, lambda: are_here() or all(each.done() for each in during)
                )
                timeout = min(timeout, AFTERWARDS)
            self._deadline(timeout).wait_for(self._changed, are_here)
            return len(self._waiting)

    def _look_again(self, _request: Future[Any]) -> None:
        with self._changed:
            self._changed.notify_all()

    @property
    def is_used(self) -> bool:
        """Whether a conversation waits here."""
        with self._changed:
            return not self._released and bool(self._waiting)

    def release(self) -> None:
        """Let every conversation go on, those that wait and those to come. May be repeated."""
        # What was sent before belongs to those that wait, or is of a client that is gone by now.
        self._catch_up()
        self.let_go()
        if self._was_too_long:
            raise MachineTooSlow(
                _(
                    "the machine is too busy: the app may have given up a call that the check let "
                    "wait, because the check came so late to let it go on"
                ),
                _("grade again when less is running on it"),
            )

    def let_go(self) -> None:
        """The same, and nothing is raised."""
        with self._changed:
            self._released = True
            for event, loop in self._waiting.items():
                loop.call_soon_threadsafe(event.set)
            self._changed.notify_all()

    async def stop(self) -> None:
        """Wait, as a conversation, until the release."""
        event = asyncio.Event()
        with self._changed:
            if self._released:
                return
            self._waiting[event] = asyncio.get_running_loop()
            self._changed.notify_all()
        begun, waits = time.monotonic(), self._deadline(_QUEUED_SECONDS)
        try:
            await event.wait()
            # A client that was gone before the release must be seen to be gone before the work
            # is done: the loop needs two turns to notice a reset connection.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            waited = time.monotonic() - begun
            with suppress(MachineTooSlow):
                waits.left()
            if waited > _PATIENCE_SECONDS and waited - waits.charged > _QUEUED_SECONDS:
                self._was_too_long = True
            raise
        finally:
            with self._changed:
                del self._waiting[event]
                self._changed.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_exception: object) -> None:
        if kind is None:
            self.release()
        else:
            # What the check has seen by then it has seen while everybody waited.
            self.let_go()


class Faults(ABC):
    """Told from any thread, obeyed by the service's conversations in the loop.

    One fault holds at a time, the latest; slowness and holds come on top of it.
    """

    points: ClassVar[tuple[str, ...]]
    """Where a conversation can be held, in order."""
    statuses: ClassVar[range]
    """The answers of the protocol that tell of a failure."""
    has_retry_after: ClassVar[bool] = False
    """Whether the protocol can say when to try again."""

    def __init__(self, deadline: Callable[[float], Deadline] = Deadline) -> None:
        self._deadline = deadline
        self._lock = threading.Lock()
        self._fault = NO_FAULT
        self._left: int | None = None
        self._delay = 0.0
        self._holds: list[Hold] = []
        # Changed in the loop alone.
        self._working = 0

    @property
    def works(self) -> bool:
        """Whether a conversation goes on without its client; one that is held does not."""
        return self._working > 0

    @property
    def holds(self) -> bool:
        """Whether a conversation waits for its release."""
        with self._lock:
            return any(hold.is_used for hold in self._holds)

    @property
    def present(self) -> tuple[Fault, float, int | None]:
        """The fault that holds, the seconds of slowness, and for how many conversations it holds
        (None: until `recover()`).
        """
        with self._lock:
            return self._fault, self._delay, self._left

    @contextmanager
    def working(self) -> Iterator[None]:
        """As a conversation, be at work inside the block though it gives way to others."""
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1

    def fail(
        self,
        *,
        refuse: bool = False,
        drop: bool = False,
        lost_answer: bool = False,
        status: int | None = None,
        retry_after: int | None = None,
        times: int | None = None,
    ) -> None:
        """Fail from now on, in one of four ways, until `recover()` or for the next `times`.

        Args:
            refuse: nothing listens: open connections break, new ones are refused.
            drop: break the connection before the work is done.
            lost_answer: do the work, then break the connection instead of answering.
            status: do no work and answer this code of the protocol.
            retry_after: seconds, sent as `Retry-After` with an HTTP status.
            times: how many conversations fail before the service recovers by itself.

        A combination that cannot be had raises ValueError, which says what to do instead.
        """
        fault = Fault(refuse, drop, lost_answer, status, retry_after)
        self._check(fault, times)
        with self._lock:
            self._fault, self._left = fault, times
        if refuse:
            self._stop_listening()
        else:
            self._listen_again()

    def slow(self, seconds: float) -> None:
        """Wait that long before every conversation's work, until `recover()`.

        These are real seconds, not those of the virtual clock. Nothing is done for a client that
        gives up during the wait; for work done without an answer use `fail(lost_answer=True)`.
        """
        if seconds < 0:
            raise ValueError(f"slow({seconds}): give the seconds to wait, zero or more")
        self._delay = seconds

    def recover(self) -> None:
        """Work normally again. Holds stay until they are released."""
        with self._lock:
            self._fault, self._left, self._delay = NO_FAULT, None, 0.0
        self._listen_again()

    def hold(self, point: str) -> Hold:
        """Keep every conversation that reaches `point` waiting until the hold is released."""
        if point not in self.points:
            raise ValueError(f"there is no point {point!r}: use one of {', '.join(self.points)}")
        hold = Hold(point, self._deadline, self._catch_up)
        with self._lock:
            self._holds.append(hold)
        return hold

    @abstractmethod
    def _catch_up(self) -> None:
        """Read all that clients have sent so far, and see who of them is gone."""

    async def reach(self, point: str) -> None:
        """As a conversation, arrive at `point`: go on at once unless it is held."""
        with self._lock:
            holds = [hold for hold in self._holds if hold.point == point]
        for hold in holds:
            await hold.stop()

    async def linger(self) -> None:
        """As a conversation, take as long as `slow()` asked."""
        if self._delay:
            with self.working():
                await asyncio.sleep(self._delay)

    def take(self, matches: Callable[[Fault], bool] | None = None) -> Fault:
        """As a conversation, take the fault that holds if it `matches`, and count it down."""
        with self._lock:
            fault = self._fault
            if matches is not None and not matches(fault):
                return NO_FAULT
            if self._left is not None:
                self._left -= 1
                if self._left == 0:
                    self._fault, self._left = NO_FAULT, None
            return fault

    def release_all(self) -> None:
        """Release every hold."""
        with self._lock:
            holds, self._holds = self._holds, []
        for hold in holds:
            hold.let_go()

    @abstractmethod
    def _stop_listening(self) -> None:
        """Refuse connections and break the open ones; does nothing if it does so already."""

    @abstractmethod
    def _listen_again(self) -> None:
        """Accept connections; does nothing if it does so already."""

    def _check(self, fault: Fault, times: int | None) -> None:
        ways = (fault.refuse, fault.drop, fault.lost_answer, fault.status is not None)
        if sum(ways) != 1:
            raise ValueError(
                "fail() takes exactly one of refuse=True, drop=True, lost_answer=True or status=…"
            )
        if fault.status is not None and fault.status not in self.statuses:
            first, last = self.statuses[0], self.statuses[-1]
            raise ValueError(
                f"status={fault.status} is no failure here: use a code from {first} to {last}"
            )
        if fault.retry_after is not None and (fault.status is None or not self.has_retry_after):
            raise ValueError(
                "retry_after goes with an HTTP status: fail(status=429, retry_after=…)"
            )
        if times is not None and fault.refuse:
            raise ValueError(
                "refused connections cannot be counted: leave times out, then recover()"
            )
        if times is not None and times < 1:
            raise ValueError(f"times={times}: give how many conversations fail, one or more")
