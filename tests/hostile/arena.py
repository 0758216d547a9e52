"""Where hostile answers are graded: a copied course, canaries around it, and a judge to attack.

A submission may do what it likes; whatever it did, `Arena.submit` then looks whether a canary came
out, whether anything outside its slot was written, whether a process of its survives for two
seconds, and whether the next honest answer has full marks.
"""

import ctypes
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from hooklab.errors import HooklabError
from hooklab.grading.database import server

from .processes import called, descendants, kill, processes
from .snapshots import changes, snapshot
from .users import as_user, give

HERE = Path(__file__).parent
TESTS = HERE.parent
ROOT = TESTS.parent
TOOLS = (HERE / "tools.py").read_text(encoding="utf-8")

# Generous: a whole grading takes a second, ten when an answer hangs as long as it may, and more on
# a machine that has other work.
GRADING_SECONDS = 60

# What survives a run for longer than this survives it.
AFTERLIFE_SECONDS = 2

ORDINARY = 65534  # "nobody", where root runs the tests

# All that can be had for `knock`, and for its first check.
KNOCK_POINTS, ANSWER_POINTS = 2.5, 1

POSTGRES = os.environ.get(
    "HOOKLAB_TEST_DATABASE_URL", "postgresql+psycopg://root@127.0.0.1/postgres"
)


def landlock_abi() -> int:
    """The version of Landlock that this machine offers; 0 for none.

    Source: https://docs.kernel.org/userspace-api/landlock.html, "Landlock ABI versions". 444 is
    `landlock_create_ruleset` on every architecture, 1 `LANDLOCK_CREATE_RULESET_VERSION`.
    """
    if sys.platform != "linux":
        return 0
    return max(0, ctypes.CDLL(None).syscall(444, None, 0, 1))


def needs_landlock(abi: int, what: str) -> None:
    """Skip a test, loudly, on a machine that cannot hold what it attacks.

    The tier is the machine's, not the report's: an engine that does not use what the machine
    offers must fail the test.
    """
    if landlock_abi() < abi:
        pytest.skip(f"NOT PROVED HERE: {what} needs Landlock {abi}, this has {landlock_abi()}")


def require_postgres() -> None:
    """Skip a test, loudly, where there is no PostgreSQL."""
    try:
        server(POSTGRES).close()
    except HooklabError as error:
        pytest.skip(f"NOT PROVED HERE: no PostgreSQL at {POSTGRES}: {error}")


class Outside:
    """Somebody who listens on the loopback interface, and remembers what comes."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._heard: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def heard(self) -> str:
        """What came since the last look."""
        heard, self._heard = self._heard, []
        return b"\n".join(heard).decode("utf-8", "replace")

    def _listen(self) -> None:
        while True:
            connection, _address = self._server.accept()
            with connection:
                connection.settimeout(0.5)
                try:
                    self._heard.append(b"connected: " + connection.recv(65536))
                except OSError:
                    self._heard.append(b"connected")


class Judge:
    """A process that grades on request, as root or as an ordinary user.

    Args:
        uid: the user that it runs as; None for the one who runs the tests.
        folder: a folder that this user may write to.
    """

    def __init__(self, uid: int | None, folder: Path) -> None:
        self._uid = uid
        self._folder = folder
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        give(self.scratch, uid)
        # Whether it has graded since it was started: what it keeps for its lifetime is there then.
        self.is_warm = False
        self._process: subprocess.Popen[bytes] | None = None
        self.memory = self.secret = ""

    @property
    def pid(self) -> int:
        """Its process id, after it was started if it has ended."""
        return self._running().pid

    def ask(self, **request: Any) -> dict[str, Any]:
        """Its answer to one request; AssertionError when it dies or takes too long."""
        process = self._running()
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        ready = select.select([process.stdout], [], [], GRADING_SECONDS)[0]
        line = process.stdout.readline() if ready else b""
        if not line:
            status = process.poll()
            self.end()
            assert ready, f"hung: no scorecard within {GRADING_SECONDS} s"
            raise AssertionError(
                f"no scorecard: the judge ended, {status}\n{self.errors()[-2000:]}"
            )
        answer: dict[str, Any] = json.loads(line)
        self.is_warm = True
        return answer

    def errors(self) -> str:
        """What it wrote to standard error."""
        return (self._folder / "judge.log").read_text("utf-8", "replace")

    def end(self) -> None:
        """End it with what it started."""
        self.is_warm = False
        if self._process:
            started = descendants(self._process.pid)
            self._process.kill()
            self._process.wait()
            for pid in started:
                kill(pid)
            for stream in (self._process.stdin, self._process.stdout):
                assert stream
                stream.close()
            self._process = None

    def signal_children(self, number: signal.Signals) -> None:
        """Send a signal to what it has started: the fork server, and all below it."""
        for pid in descendants(self.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process and self._process.poll() is not None:
            self.end()
        if not self._process:
            self.secret = f"canary-{token_hex(4)}-environment"
            self.memory = f"canary-{token_hex(4)}-memory"
            with (self._folder / "judge.log").open("wb") as log:
                self._process = subprocess.Popen(
                    [*as_user(self._uid), sys.executable, str(HERE / "judge.py")],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    cwd=self._folder,
                    env=environment(self._folder, self.secret),
                )
            assert self._process.stdin
            self._process.stdin.write(json.dumps({"memory": self.memory}).encode() + b"\n")
        return self._process


def environment(home: Path, secret: str) -> dict[str, str]:
    """The environment of an instructor who has a token in it."""
    return {"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8", "CLASS_TOKEN": secret}


@dataclass(frozen=True)
class Found:
    """What became of a submission.

    Attributes:
        card: the scorecard as plain data; None when grading was refused.
        reports: the scorecard in every form.
        refused: why grading was refused.
        heard: what was heard outside.
    """

    card: dict[str, Any] | None
    reports: dict[str, str] = field(default_factory=dict)
    refused: str = ""
    heard: str = ""

    @property
    def text(self) -> str:
        """Everything that anybody is told."""
        return json.dumps(self.card) + self.refused + "\n".join(self.reports.values())

    @property
    def earned(self) -> float:
        """The points."""
        return sum(check["earned"] for check in self.checks.values())

    @property
    def checks(self) -> dict[str, dict[str, Any]]:
        """The checks by id."""
        return {
            check["id"]: check
            for exercise in (self.card or {"exercises": []})["exercises"]
            for criterion in exercise["criteria"]
            for check in criterion["checks"]
        }

    @property
    def lost(self) -> list[dict[str, Any]]:
        """The checks that were tried and not earned."""
        tried = [check for check in self.checks.values() if check["outcome"] != "not_tried"]
        return [check for check in tried if check["outcome"] != "earned"]

    def assert_lost(self, *said: str, earned: float = 0) -> None:
        """Assert the points, and that the first lost check says why: it is the answer's fault."""
        assert not self.refused, self.refused
        assert self.earned == earned, self.reports["text"]
        first = self.lost[0]
        assert first["outcome"] == "not_earned", first["message"]
        for words in said:
            assert words in first["message"], first["message"]


class Arena:
    """A course, a class and a secret, all of one test's own.

    Args:
        judge: who grades.
        template: a course that has been graded once, so that its compiled code is there.
        outside: who listens.
        base: where the folders are made.
        uid: whom everything belongs to; None for the one who runs the tests.
    """

    def __init__(
        self, judge: Judge, template: Path, outside: Outside, base: Path, uid: int | None
    ) -> None:
        self.judge = judge
        self.outside = outside
        self.uid = uid
        self.token = token_hex(4)
        self.mark = f"hl-{self.token}"
        self.folder = base / self.token
        self.course = self.folder / "course"
        self.secrets = self.folder / "outside"
        self.other = self.folder / "class" / "ada" / "knock"
        self.answer = self.folder / "class" / "eve" / "answer"
        self.scratch = judge.scratch
        self._older = processes()
        for folder in (self.secrets, self.other, self.answer):
            folder.mkdir(parents=True)
        shutil.copytree(template, self.course)
        for path in (self.secrets / "secret.txt", self.other / "greeting.py"):
            path.write_text(f"# {self.canary(path.parent.name)}\n", encoding="utf-8")
        for room in ("solutions", "graders"):
            (self.course / room / "canary.txt").write_text(self.canary(room), encoding="utf-8")

    def canary(self, name: str) -> str:
        """A text that must not come out of the place called `name`."""
        return f"canary-{self.token}-{name}"

    def write(self, files: dict[str, str | bytes]) -> None:
        """Make `files` the submission, with the tools of an attacker beside them."""
        shutil.rmtree(self.answer)
        self.answer.mkdir()
        given = (
            f"\nMARK, JUDGE, PORT = {self.mark!r}, {self.judge.pid}, {self.outside.port}"
            f"\nCOURSE, OUTSIDE = Path({str(self.course)!r}), Path({str(self.secrets)!r})"
            f"\nOTHER, SCRATCH = Path({str(self.other)!r}), Path({str(self.scratch)!r})\n"
        )
        for name, text in {"tools.py": TOOLS + given, **files}.items():
            path = self.answer / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def submit(
        self,
        files: dict[str, str | bytes] | None = None,
        slug: str = "knock",
        only: tuple[str, ...] = (),
        *,
        response_seconds: float = 3,
        start_seconds: float = 10,
        database: str | None = None,
        seed: int | None = None,
    ) -> Found:
        """Grade `files`, or what is in `answer`, and look at what they did to the world.

        Without a seed one is drawn, as for every answer of somebody else.
        """
        try:
            seconds = (response_seconds, start_seconds)
            return self._submit(files, slug, only, seconds, database=database, seed=seed)
        except BaseException:
            # Whatever was done to this judge must not be found in the next test.
            self.judge.end()
            raise

    def _submit(
        self,
        files: dict[str, str | bytes] | None,
        slug: str,
        only: tuple[str, ...],
        seconds: tuple[float, float],
        **how: str | int | None,
    ) -> Found:
        if files is not None:
            self.write(files)
        give(self.folder, self.uid)
        if not self.judge.is_warm:
            self.assert_all_is_graded()
        before, scratch = snapshot(self.folder), set(self.scratch.iterdir())
        self.outside.heard()
        try:
            request = self._request(slug, self.answer, only, *seconds)
            told = self.judge.ask(**request, **how, forms=None)
        finally:
            survivors = self.survivors()
            for pid in survivors:
                kill(pid)
        found = Found(
            told.get("card"), told.get("reports", {}), told.get("refused", ""), self.outside.heard()
        )
        problems = [
            *(f"survived: {pid}" for pid in survivors),
            *(f"told: {word}" for word in _told(found)),
            *(f"left through the network: {line}" for line in found.heard.splitlines()),
            *(f"changed: {path}" for path in changes(before, snapshot(self.folder))),
            *(f"left behind: {path}" for path in set(self.scratch.iterdir()) - scratch),
        ]
        if told["memory"] != self.judge.memory:
            problems.append("changed: the judge's memory")
        assert problems == [], "\n".join(problems)
        self.assert_next_is_graded()
        return found

    def assert_next_is_graded(self) -> None:
        """Assert that an honest answer still has full marks, all that one check can give."""
        found = self.grade(self.course / "solutions" / "knock", "it_answers")
        assert not found.refused, found.refused
        assert found.earned == ANSWER_POINTS, found.reports["text"]

    def assert_all_is_graded(self) -> None:
        """The same, for all checks."""
        found = self.grade(self.course / "solutions" / "knock")
        assert not found.refused, found.refused
        assert found.earned == KNOCK_POINTS, found.reports["text"]

    def grade(self, answer: Path, *only: str) -> Found:
        """What becomes of an honest `answer` to `knock`: nobody looks at what it did."""
        asked = self._request("knock", answer, only, 6, 10)
        told = self.judge.ask(**asked, database=None, forms=["text"])
        return Found(told.get("card"), told.get("reports", {}), told.get("refused", ""))

    def survivors(self) -> list[int]:
        """The marked processes that are still there two seconds after the end."""
        deadline = time.monotonic() + AFTERLIFE_SECONDS
        while (found := self._marked()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return found

    def _marked(self) -> list[int]:
        # Twice: whoever forks at the right moment is missed by one look.
        return [pid for _look in range(2) for pid in self._new() if self.mark in called(pid)]

    def _new(self) -> set[int]:
        """The processes that came since this arena was made: a machine has hundreds of others."""
        return processes() - self._older

    def _request(
        self, slug: str, submission: Path, only: tuple[str, ...], response: float, start: float
    ) -> dict[str, Any]:
        return {
            "course": str(self.course),
            "slug": slug,
            "submission": str(submission),
            "only": only,
            "scratch": str(self.scratch),
            "response_seconds": response,
            "start_seconds": start,
        }


def _told(found: Found) -> set[str]:
    """What must not stand in a report: a secret, or that something forbidden could be done."""
    # In JSON a line ends with \\n.
    return set(re.findall(r"canary-[0-9a-f]{8}-\w+|BROKEN: [\w ]+", found.text))


def make_course(folder: Path) -> None:
    """The toy course, with `window` and the real `clerk_endpoint` in it."""
    ignored = shutil.ignore_patterns("__pycache__", "mistakes")
    shutil.copytree(TESTS / "toy", folder, ignore=ignored)
    for room in ("graders", "solutions"):
        shutil.copytree(
            ROOT / room / "clerk_endpoint", folder / room / "clerk_endpoint", ignore=ignored
        )
        (folder / room / "window").mkdir()
    for name in ("rubric.toml", "test_window.py"):
        shutil.copy(HERE / "window" / name, folder / "graders" / "window")
    shutil.copy(HERE / "window" / "app.py", folder / "solutions" / "window")
    with (folder / "graders" / "course.toml").open("a", encoding="utf-8") as catalogue:
        for slug, points in (("window", 9), ("clerk_endpoint", 20)):
            catalogue.write(
                f'\n[[module.exercise]]\nslug = "{slug}"\nminutes = 1\npoints = {points}\n'
                f'title = {{ en = "{slug}", fr = "{slug}" }}\npage = "exercises/knock.md"\n'
            )
