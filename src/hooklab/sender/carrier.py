"""Svix's carrier: when a message is tried again, and when it is given up.

A state machine on the caller's clock, without I/O. The caller sends, and tells what came back:

    message = carrier.accept(event.message_id, clock.now())
    while message.due_at is not None:
        clock.move_to(message.due_at)
        message = carrier.record(event.message_id, post(event), clock.now())

Facts: svix-docs content/retries.mdx and content/receiving/delivery-control.mdx, svix-webhooks
server/svix-server/src/worker.rs.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from hooklab.sender.http import Response
from hooklab.sender.ids import seeded

SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
"""The waits after the first, second… failed attempt: eight attempts within 27 h 35 min 5 s."""

JITTER = 0.2
_OVERLOAD_WAIT = timedelta(seconds=60)
DISABLED_AFTER = timedelta(days=5)
_CLOCK_STARTS_WITHIN = timedelta(hours=24)
_CLOCK_STARTS_AFTER = timedelta(hours=12)

State = Literal["pending", "delivered", "failed", "stopped"]


@dataclass(frozen=True)
class Attempt:
    """One try: when its response (or the silence) was noted, and what it was."""

    at: datetime
    response: Response


@dataclass(frozen=True)
class Message:
    """One message that the carrier has accepted, and how far it is with it.

    `due_at` is the time of the next attempt, None when there will be none. "failed" means that
    all attempts are used up, "stopped" that the receiver or a disabled endpoint ended them.
    """

    message_id: str
    state: State
    due_at: datetime | None
    attempts: tuple[Attempt, ...] = ()


def retry_delays(seed: int | str) -> list[timedelta]:
    """Return the seven waits between eight attempts, each with a jitter of up to 20 %."""
    random = seeded(seed, "jitter")
    return [wait * random.uniform(1 - JITTER, 1 + JITTER) for wait in SCHEDULE]


def delay_after(
    attempt_number: int, response: Response, at: datetime, delays: Sequence[timedelta] = SCHEDULE
) -> timedelta | None:
    """Return how long to wait after a failed attempt, or None when it was the last.

    After a time-out or a 429 it is at least 60 s. `Retry-After`, in seconds or as a date, may
    stretch the wait up to twice its length and never shortens it.

    Args:
        attempt_number: 1 for the first.
        response: what that attempt brought.
        at: when it was over.
        delays: see `retry_delays`; the schedule without jitter by default.
    """
    if attempt_number > len(delays):
        return None
    wait = delays[attempt_number - 1]
    if response.problem == "timeout" or response.status == 429:
        wait = max(wait, _OVERLOAD_WAIT)
    asked = _retry_after(response, at)
    return wait if asked is None else min(max(asked, wait), 2 * wait)


def _retry_after(response: Response, at: datetime) -> timedelta | None:
    value = response.header("retry-after")
    try:
        if value.isdecimal():
            return timedelta(seconds=int(value))
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    # RFC 5322 reads the zone "-0000" as unknown, and Python then gives a naive datetime.
    return (date if date.tzinfo else date.replace(tzinfo=UTC)) - at


class Carrier:
    """Svix on behalf of one endpoint: messages go in, due times come out.

    Args:
        seed: decides the jitter, separately for each message.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._messages: dict[str, Message] = {}
        self._recent_failures: deque[datetime] = deque()
        self._failing_since: datetime | None = None
        self.disabled = False

    def accept(self, message_id: str, at: datetime) -> Message:
        """Take a message, whose first attempt is due at once; the same message is taken once.

        A disabled endpoint gets nothing: the message is "stopped" from the start.
        """
        if message_id not in self._messages:
            fresh = Message(message_id, "pending", at)
            self._messages[message_id] = _stopped(fresh) if self.disabled else fresh
        return self._messages[message_id]

    def message(self, message_id: str) -> Message:
        """Return the state of a message that was accepted."""
        return self._messages[message_id]

    def due(self, now: datetime) -> list[Message]:
        """Return what ought to be tried by now, longest overdue first."""
        due = [m for m in self._messages.values() if m.due_at is not None and m.due_at <= now]
        return sorted(due, key=lambda message: message.due_at or now)

    def record(self, message_id: str, response: Response, at: datetime) -> Message:
        """Note what an attempt brought and return what follows.

        A manual resend may be recorded too, when the message is pending no longer: it can succeed
        and is not scheduled again.
        """
        before = self._messages[message_id]
        attempts = (*before.attempts, Attempt(at, response))
        self._messages[message_id] = self._after(replace(before, attempts=attempts), response, at)
        self._watch_endpoint(response, at)
        return self._messages[message_id]

    def enable(self) -> None:
        """Enable a disabled endpoint, as its owner does; what was stopped stays stopped."""
        self.disabled = False
        self._forget_failures()

    def _after(self, message: Message, response: Response, at: datetime) -> Message:
        if response.ok:
            return replace(message, state="delivered", due_at=None)
        if message.state != "pending":
            return message
        if response.header("webhook-delivery") == "abort-message":
            return _stopped(message)
        delays = retry_delays(f"{self._seed}/{message.message_id}")
        wait = delay_after(len(message.attempts), response, at, delays)
        if wait is None:
            return replace(message, state="failed", due_at=None)
        return replace(message, due_at=at + wait)

    def _watch_endpoint(self, response: Response, at: datetime) -> None:
        if response.ok:
            self._forget_failures()
        else:
            self._note_failure(at)
        since = self._failing_since
        has_failed_for_days = since is not None and at - since >= DISABLED_AFTER
        if response.header("webhook-delivery") == "disable" or has_failed_for_days:
            self._disable()

    def _note_failure(self, at: datetime) -> None:
        # The five days begin with the first failure that comes 12 to 24 hours after another one.
        self._recent_failures.append(at)
        while at - self._recent_failures[0] > _CLOCK_STARTS_WITHIN:
            self._recent_failures.popleft()
        if self._failing_since is None and at - self._recent_failures[0] >= _CLOCK_STARTS_AFTER:
            self._failing_since = at

    def _forget_failures(self) -> None:
        self._recent_failures.clear()
        self._failing_since = None

    def _disable(self) -> None:
        self.disabled = True
        for message_id, message in self._messages.items():
            if message.state == "pending":
                self._messages[message_id] = _stopped(message)


def _stopped(message: Message) -> Message:
    return replace(message, state="stopped", due_at=None)
