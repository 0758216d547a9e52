"""A person at a terminal of 80 by 24, in a fresh clone: keys go in, a screen comes out."""

import contextlib
import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("course", "exercises", "graders", "solutions")
ROWS, COLUMNS = 24, 80
WAIT_SECONDS = 60


class Terminal:
    """A command on a pseudo-terminal.

    Args:
        command: the words after `hooklab`.
        folder: where it runs.
        environment: variables of its own.
    """

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        _set_size(slave, ROWS, COLUMNS)
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in ("COLUMNS", "LINES", "NO_COLOR") and not name.startswith("HOOKLAB_")
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hooklab", *command],
            cwd=folder,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            preexec_fn=_take_terminal,
            env={**inherited, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment},
        )
        os.close(slave)
        self.raw = b""

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self._master, key.encode())

    def resize(self, rows: int, columns: int) -> None:
        """Give the window another size."""
        self._screen.resize(rows, columns)
        _set_size(self._master, rows, columns)

    def wait_for(self, *texts: str) -> str:
        """The screen, as soon as it shows all of `texts`."""
        return self.wait_until(lambda screen: all(text in screen for text in texts), str(texts))

    def wait_until(self, comes: Callable[[str], bool], what: str) -> str:
        """The screen, as soon as it `comes`; otherwise the test fails and says `what` did not."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not comes(self.screen):
            assert time.monotonic() < deadline, f"{what}: not in\n{self.screen}"
            self._read(0.05)
        return self.screen

    @property
    def screen(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def end(self) -> int:
        """Wait for the end of the command; its exit code."""
        deadline = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.05)
        return self.process.wait(1)

    def close(self) -> None:
        """End what is left of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._master)

    def _read(self, seconds: float) -> None:
        if select.select([self._master], [], [], seconds)[0]:
            # Linux says so when the other end is closed.
            with contextlib.suppress(OSError):
                data = os.read(self._master, 65536)
                self.raw += data
                self._stream.feed(data)


def _set_size(descriptor: int, rows: int, columns: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _take_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone of this checkout, as far as a learner needs it."""
    folder = tmp_path / "hooklab"
    for room in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__", "mistakes", "others", "assets")
        shutil.copytree(ROOT / room, folder / room, ignore=ignored)
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    for command in ("init", "add .", "commit -m Course"):
        subprocess.run(["git", *who, *command.split()], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def terminal(clone: Path) -> Iterator[Callable[..., Terminal]]:
    """Starts `hooklab` on a terminal in the clone."""
    opened: list[Terminal] = []

    def start(*command: str, **environment: str) -> Terminal:
        opened.append(Terminal(list(command), clone, environment))
        return opened[-1]

    yield start
    for each in opened:
        each.close()
