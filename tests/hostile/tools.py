"""What a hostile answer has at hand. The arena writes the addresses below this."""

import ctypes
import os
import re
import socket
import time
from contextlib import suppress
from pathlib import Path

MARK, JUDGE, PORT = "", 0, 0
COURSE, OUTSIDE, OTHER = Path(), Path(), Path()

CANARY = re.compile(rb"canary-[0-9a-f]{8}-[a-z]+")


def mark():
    """Name this process, so that the test finds it should it survive."""
    ctypes.CDLL(None).prctl(15, MARK.encode(), 0, 0, 0)  # PR_SET_NAME


def say(*words):
    """Tell it to the report, and to whoever listens outside."""
    text = " ".join(map(str, words))
    print(text, flush=True)  # noqa: T201 - a submission prints
    try:
        with socket.create_connection(("127.0.0.1", PORT), timeout=1) as out:
            out.sendall(text.encode("utf-8", "replace"))
    except OSError:
        pass


def attempt(what, function, *arguments):
    """Do something forbidden, and say when it could be done."""
    try:
        result = function(*arguments)
    except BaseException as error:
        print(what, "was refused:", type(error).__name__, flush=True)  # noqa: T201
        return None
    say("BROKEN:", what)
    return result


def tell_canaries(data):
    """Say every canary in `data`."""
    for found in set(CANARY.findall(data)):
        say("found", found.decode())


def read(path, limit=2_000_000):
    """Say every canary in the file `path`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            tell_canaries(file.read(limit))
    except OSError as error:
        print(path, "was refused:", type(error).__name__, flush=True)  # noqa: T201


def read_below(folder):
    """Say every canary in the files below `folder`."""
    for path in sorted(Path(folder).rglob("*"))[:500]:
        if path.is_file():
            read(path)


def daemon(work):
    """Do `work` in a grandchild, in a session of its own."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            mark()
            try:
                work()
            finally:
                os._exit(0)
        os._exit(0)
    os.wait()


def family(depth, work):
    """Do `work` in a process, its child, the child of that, …, each in a session of its own."""
    if os.fork() == 0:
        os.setsid()
        mark()
        if depth > 1:
            family(depth - 1, work)
        try:
            work()
        finally:
            os._exit(0)


def run_away(seconds):
    """Be somebody else every hundredth of a second: each process makes the next one and ends."""
    if os.fork() == 0:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            os.setsid()
            mark()
            if os.fork():
                os._exit(0)
            time.sleep(0.01)
        os._exit(0)


def channels():
    """The sockets that this process has with the trusted side."""
    import stat

    for descriptor in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                found = socket.socket(fileno=os.dup(descriptor))
                if found.family == socket.AF_UNIX:
                    yield found
        except OSError:
            pass


def tell(line):
    """Write `line` to the trusted side, on every channel."""
    for channel in channels():
        with suppress(OSError):
            channel.sendall(line)
