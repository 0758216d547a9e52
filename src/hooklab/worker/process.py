"""One running app, as the trusted side sees it: start it, steer it, watch it die."""

import json
import math
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hooklab.deadline import Deadline
from hooklab.worker import descendants, sleepers
from hooklab.worker.job import ASK_FOR_FRAMES, Job, Message, messages
from hooklab.worker.launch import Launcher
from hooklab.worker.processor import read_usage

# Of an app alone on a machine; see `Deadline` for a busy one.
START_SECONDS = 10.0
ANSWER_SECONDS = 5.0
IDLE_SECONDS = 3.0
HALTING_SECONDS = 1.0

# So long a worker itself waits for its app before it answers that it is not idle yet.
_ASK_AGAIN = 1.0
_PAUSE = 0.005

# A worker that lets so many commands go unanswered, one after the other, has lost its say.
MOST_UNANSWERED = 3

STAGES = frozenset({"import", "create_app", "result", "startup", "wall"})
LONGEST_WORD = 32 * 1024

_NOTHING = object()
# Windows has no such flag.
_NEVER_WAIT = getattr(socket, "MSG_DONTWAIT", 0)


@dataclass(frozen=True)
class StartFailure:
    """Why an app is not running.

    Attributes:
        stage: "import", "create_app", "result" (create_app returned no app), "startup", "wall",
            "hang" (nothing happened in time), "exit" or "nonsense" (the worker said something that
            the kit's part of it never says).
        error: texts about the exception (type, message, file, line, traceback), if any.
        status: the exit status, when the process ended by itself; -N for signal N.
    """

    stage: str
    error: dict[str, str] = field(default_factory=dict)
    status: int | None = None


class Worker:
    """A worker process with its app.

    Args:
        launcher: what starts it.
        job: what it runs.
        listener: the loopback socket it serves on; kept open, so that the port stays ours.

    Attributes:
        status: the exit status, once it has ended.
        sleepers: who slept when it was last at rest, by its own words.
    """

    def __init__(self, launcher: Launcher, job: Job, listener: socket.socket) -> None:
        self._launcher = launcher
        self._condition = threading.Condition()
        self._state: Message = {}
        self._held = 0
        # What is answered, by the number of the command; None until it is.
        self._asked: dict[int, Any] = {}
        self._unanswered = 0
        self._gone = False
        self._number = 0
        self._sending = threading.Lock()
        self.status: int | None = None
        self.sleepers = sleepers.Sleepers()
        started = launcher.start(job, listener)
        self.pid = started.pid
        self._control = started.control
        # In debugging a person may sit at a breakpoint for an hour.
        self._slower = 1.0 if not job.debug else 3600.0
        threading.Thread(target=self._listen, daemon=True).start()

    def wait_until_ready(self) -> StartFailure | None:
        """None when the app serves; otherwise why it does not. It has START_SECONDS.

        After a "hang" it is still there, so that it can be asked where it stands.

        MachineTooSlow when nobody can tell.
        """
        deadline = self._deadline(START_SECONDS)
        with self._condition:
            deadline.wait_for(self._condition, lambda: bool(self._state) or self._gone)
            state, gone = self._state, self._gone
        if state.get("event") == "ready":
            return None
        if state:
            return read_failure(state)
        if gone:
            return StartFailure("exit", status=self.end())
        return StartFailure("hang")

    @property
    def alive(self) -> bool:
        """Whether it was not ended, and still holds its end of the control channel."""
        return self.status is None and not self._gone

    def set_time(self, now: datetime) -> None:
        """Move the app's clock."""
        self._command("set_time", now=now.isoformat())

    def settle(self, seconds: float = IDLE_SECONDS) -> bool:
        """Wait until the app works on nothing; False when it still does after `seconds`.

        Who sleeps is then in `sleepers`. MachineTooSlow when nobody can tell; so do the other
        commands.
        """
        deadline = self._deadline(seconds)
        told: Any = False
        # By the worker's own clock a busy machine would cost the app its time.
        while told is False and (left := deadline.left()):
            asked = min(left, _ASK_AGAIN)
            told = self._command("settle", within=seconds + _ASK_AGAIN, seconds=asked)
            if told is False:
                # A worker that says so at once, again and again, does not keep this side busy.
                time.sleep(_PAUSE)
        self.sleepers = sleepers.read(told)
        return bool(told)

    def hold_writes(self, after: int = 0) -> None:
        """From now on, whoever is about to write to the database waits; the first `after` pass."""
        self._held = 0
        self._command("hold_writes", after=after)

    def wait_for_held(self, count: int, deadline: Deadline) -> int:
        """How many wait at the database, once `count` do or the deadline is over."""
        with self._condition:
            deadline.wait_for(self._condition, lambda: self._held >= count)
            return self._held

    def release_writes(self) -> None:
        """Let everybody write."""
        self._command("release_writes")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Inside the block, the process and all that it started stand still (not on Windows)."""
        stopped: set[int] = set()
        try:
            if hasattr(signal, "SIGSTOP") and self.status is None:
                stopped = descendants.stop([self.pid])
            yield
        finally:
            descendants.resume(stopped)

    def halt(self) -> None:
        """Stop the process and all that it started, at once and for good: it is to be ended."""
        if hasattr(signal, "SIGSTOP") and self.status is None:
            descendants.freeze([self.pid], time.monotonic() + HALTING_SECONDS)

    def ask_for_frames(self) -> None:
        """Let the process write down where it stands, see `Job.frames`; nobody waits for that."""
        if ASK_FOR_FRAMES and self.alive and self.pid > 0:
            with suppress(OSError):
                os.kill(self.pid, ASK_FOR_FRAMES)
        self._tell({"do": "note_tasks"})

    def database_away(self, *, away: bool) -> None:
        """Make the database driver fail, or work again."""
        self._command("database", away=away)

    def note_statements(self) -> None:
        """Note what the app asks its database from now on."""
        self._command("note_statements")

    def statements(self) -> Any:
        """What was noted, as the worker tells it: whoever asks looks at its shape."""
        return self._command("statements")

    def end(self) -> int:
        """Kill the process with all that it started, and wait; its exit status, -N for signal N."""
        if self.status is None:
            try:
                self.status = self._launcher.end(self.pid)
            finally:
                self._hang_up()
        return self.status

    def forget(self) -> None:
        """Kill the process with all that it started, and do not wait."""
        if self.status is None:
            self.status = -signal.SIGKILL
            try:
                self._launcher.forget(self.pid)
            finally:
                self._hang_up()

    def _hang_up(self) -> None:
        self._shut()
        self._control.close()

    def _command(self, do: str, within: float = math.inf, **values: Any) -> Any:
        with self._condition:
            self._number += 1
            number = self._number
            self._asked[number] = _NOTHING
        self._tell({"do": do, "number": number, **values})
        deadline = self._deadline(min(within, ANSWER_SECONDS))
        with self._condition:
            try:
                deadline.wait_for(
                    self._condition, lambda: self._asked[number] is not _NOTHING or self._gone
                )
            finally:
                result = self._asked.pop(number)
            self._unanswered = 0 if result is not _NOTHING else self._unanswered + 1
            deaf = self._unanswered >= MOST_UNANSWERED
        if deaf:
            self._shut()
        return None if result is _NOTHING else result

    def _deadline(self, seconds: float) -> Deadline:
        return Deadline(
            seconds * self._slower, lambda: read_usage([self.pid], self._launcher.strays())
        )

    def _tell(self, message: Message) -> None:
        """Send a command; a worker that has not read so many that there is no room is left."""
        line = json.dumps(message).encode() + b"\n"
        # A broken channel is not an answer: the end of the worker is, and comes in a moment.
        with suppress(OSError), self._sending:
            if self._control.send(line, _NEVER_WAIT) < len(line):
                self._shut()

    def _shut(self) -> None:
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        with suppress(OSError, ValueError):
            for message in messages(self._control):
                self._take(message)
        # A worker that sends nonsense is not listened to any more, and ends when it notices.
        self._shut()
        with self._condition:
            self._gone = True
            self._condition.notify_all()

    def _take(self, message: Message) -> None:
        with self._condition:
            match message.get("event"):
                # Only the first word counts: a worker cannot take a failure back.
                case "ready" | "failed" if not self._state:
                    self._state = message
                case "held":
                    self._held += 1
                case "done" if type(number := message.get("of")) is int and number in self._asked:
                    self._asked[number] = message.get("result")
            self._condition.notify_all()


def read_failure(message: Message) -> StartFailure:
    """The failed start that a worker tells of; "nonsense" when it is no such thing."""
    stage, error = message.get("stage"), message.get("error")
    if not (isinstance(stage, str) and stage in STAGES and isinstance(error, dict)):
        return StartFailure("nonsense")
    if not all(isinstance(word, str | int | None) for word in error.values()):
        return StartFailure("nonsense")
    told = {name: "" if word is None else str(word)[:LONGEST_WORD] for name, word in error.items()}
    return StartFailure(stage, told)
