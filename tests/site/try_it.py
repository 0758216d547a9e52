"""The boxes "Try it" of the lessons: their commands, as they stand there, and what they claim."""

import os
import random
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

from hooklab import texts
from hooklab.catalogue import Course, own_settings
from hooklab.cli.lab import PORTS, USERS, environment, show
from hooklab.cli.main import main
from hooklab.sender import Clerk, backend_api
from hooklab.worker.course_settings import load_settings
from hooklab.world import World

PATIENCE = 30
"""Seconds until an app listens, or until what a page claims has arrived."""
# Below those that the system hands out to connections: theirs may be taken a moment later.
FREE = range(20_000, 30_000)
QUIET = 0.5
"""Seconds in which nothing more may arrive."""

COURSE = Path(__file__).parents[2] / "course"
HOOKLAB = ".venv/bin/hooklab "
TITLES = {"en": "Try it", "fr": "Essayez"}
_FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Box:
    """A box "Try it".

    Attributes:
        slug: the exercise whose reference is run.
        sent: the lines behind it, as they stand on the page.
        shown: what the terminals show, a line each, with “…” for what is different each time.
        by_hand: what comes by hand on the page of the lab, said behind it where that is different.
    """

    slug: str
    sent: tuple[str, ...]
    shown: tuple[str, ...]
    by_hand: tuple[str, ...]

    @property
    def has_cron(self) -> bool:
        """Whether it calls the cron."""
        return any("/internal/cron" in line for line in self.sent)


def box(page: Path) -> Box | None:
    """The box of `page`, if it has one."""
    title = f'!!! example "{TITLES[spoken(page)]}"\n'
    _before, found, after = page.read_text(encoding="utf-8").partition(title)
    if not found:
        return None
    inside = dedent(re.match(r"(?:\n| {4}.*\n)*", after)[0])
    blocks = [(kind, dedent(body).splitlines()) for kind, body in _FENCE.findall(inside)]
    [run], *sends = [lines for kind, lines in blocks if kind == "sh"]
    slug = re.fullmatch(rf"{re.escape(HOOKLAB)}run (\w+) --solutions", run)[1]
    shown = [tuple(lines) for kind, lines in blocks if kind == "text"] or [()]
    assert len(shown) <= 2, page
    sent = tuple(line for lines in sends for line in lines)
    return Box(slug, sent, shown[0], by_hand=shown[-1])


class Playground:
    """A folder with the outside world around it, in which commands of the pages run."""

    def __init__(self, course: Course, folder: Path) -> None:
        self._course, self.folder = course, folder
        self._arrived: list[tuple[str, object]] = []
        self._apps: dict[str, tuple[subprocess.Popen, int]] = {}
        clerk = Clerk(seed=1, now=lambda: datetime.now(UTC))
        for _number in range(USERS):
            clerk.user_created()
        self._world = World(
            now=lambda: datetime.now(UTC),
            seed=1,
            on_record=lambda *record: self._arrived.append(record),
            backend_api=lambda *request: backend_api(clerk, *request),
        )

    @contextmanager
    def open(self) -> Iterator["Playground"]:
        """Run the world, and in the end stop it with every app."""
        for room in ("course", "exercises", "graders", "solutions"):
            (self.folder / room).symlink_to(self._course.root / room)
        kinds = [
            load_settings(own_settings(self._course.grader(each.slug)))
            for each in self._course.exercises
        ]
        with self._world:
            self._world.start(*PORTS)
            self._variables = environment(self._world, kinds)
            lines = (f"{name}={value}\n" for name, value in self._variables.items())
            (self.folder / ".env").write_text("".join(lines), encoding="utf-8")
            try:
                yield self
            finally:
                for process, _port in self._apps.values():
                    os.killpg(process.pid, signal.SIGINT)
                    process.wait(PATIENCE)

    def play(self, box: Box, language: str, capsys) -> list[str]:
        """Do what the box says; the lines that the terminals show."""
        # Each cron changes what is due: such a box gets an app and a database of its own.
        name = f"{box.slug}_{len(self._apps)}" if box.has_cron else box.slug
        port = self._serve(name, box.slug)
        self._arrived.clear()
        capsys.readouterr()
        for line in box.sent:
            self._do(line, port, language)
        self._wait_for_quiet()
        texts.use(language)
        for service, record in self._arrived:
            show(service, record)
        return [line for line in capsys.readouterr().out.splitlines() if line]

    def _do(self, line: str, port: int, language: str) -> None:
        line = line.replace("localhost:8000", f"localhost:{port}")
        if line.startswith(HOOKLAB):
            to = f"http://localhost:{port}/webhooks/clerk"
            arguments = shlex.split(line)[1:]
            assert main([*arguments, "--to", to, "--lang", language]) in (0, 1)
        else:
            subprocess.run(["sh", "-c", line], cwd=self.folder, check=True, capture_output=True)

    def _wait_for_quiet(self) -> None:
        until, seen = time.monotonic() + PATIENCE, -1
        while time.monotonic() < until and seen != len(self._arrived):
            seen = len(self._arrived)
            time.sleep(QUIET)

    def _serve(self, name: str, slug: str) -> int:
        if name not in self._apps:
            port = _free_port()
            process = subprocess.Popen(
                [sys.executable, "-m", "hooklab", "run", slug, "--solutions", "--port", str(port)],
                cwd=self.folder,
                env={**os.environ, "DATABASE_URL": f"sqlite:///{name}.db"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._apps[name] = process, port
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until and not _listens(port):
                time.sleep(0.05)
        return self._apps[name][1]


def spoken(page: Path) -> str:
    """The language of a page, which is the folder below `course/`."""
    return page.relative_to(COURSE).parts[0]


def differences(claimed: Iterable[str], shown: Iterable[str]) -> list[str]:
    """Lines that a page claims (with “…” for anything) or a terminal shows, and the other not.

    Their order is not compared: what comes at once arrives in any order.
    """
    left = list(shown)
    faults = []
    # What stands for the most lines comes last.
    for line in sorted(claimed, key=lambda line: line.count("…")):
        pattern = re.compile(".*".join(map(re.escape, line.split("…"))))
        found = next((each for each in left if pattern.fullmatch(each)), None)
        if found is None:
            faults.append(f"claimed: {line}")
        else:
            left.remove(found)
    return [*faults, *(f"shown: {line}" for line in left)]


def _free_port() -> int:
    while True:
        with suppress(OSError), socket.create_server(("127.0.0.1", random.choice(FREE))) as door:
            return door.getsockname()[1]


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
