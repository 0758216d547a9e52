"""What the wall around an app refuses, and what it lets through."""

import errno
import os
import signal
import socket
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

import hooklab
from hooklab.deadline import Deadline
from hooklab.errors import HooklabError
from hooklab.grading import slot as slots
from hooklab.grading.response import send
from hooklab.worker import isolation, launch
from hooklab.worker.descendants import kill_families
from hooklab.worker.proc import children

ONLY_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has Landlock")
WALLED = isolation.abi_of(isolation.in_force()) >= isolation.ENOUGH
AN_ORDINARY_USER = hasattr(os, "geteuid") and os.geteuid() != 0
behind_a_wall = pytest.mark.skipif(
    not WALLED, reason=f"NOTHING WAS PROVED: this system offers only {isolation.in_force()!r}"
)

# Does what it is told: the point is what the system makes of it.
DOER = """
    from fastapi import FastAPI, Request

    def create_app(settings):
        app = FastAPI()

        @app.post("/do")
        async def do(request: Request) -> dict:
            names = {"settings": settings}
            try:
                exec((await request.body()).decode(), names)
            except OSError as error:
                return {"refused": error.strerror or str(error)}
            return {"got": names.get("got")}

        return app
"""


def tell(slot, code):
    """Have the app of `slot` run `code`: what it named `got`, or how the system refused it."""
    body = dedent(code).encode()
    return send(
        slot.port(0), "POST", "/do", headers={}, body=body, deadline=Deadline(10), request="do"
    ).json


@pytest.fixture
def outside(tmp_path):
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("canary", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def doer(tmp_path_factory):
    """The folder of the app that does what it is told."""
    folder = tmp_path_factory.mktemp("doer")
    (folder / "app.py").write_text(dedent(DOER), encoding="utf-8")
    return folder


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


# None would do harm where it is not refused, and all are about what the test itself has made.
# Each is tried by the app; {outside} is a folder, {port} another server's, {pid} the trusted side.
REFUSED = {
    "read a file": "got = open('{outside}/secret').read()",
    "list a folder": "import os; got = os.listdir('{outside}')",
    "make a file": "open('{outside}/new', 'w')",
    "write to a file": "open('{outside}/secret', 'a')",
    "empty a file": "import os; os.truncate('{outside}/secret', 0)",
    "remove a file": "import os; os.remove('{outside}/secret')",
    "make a folder": "import os; os.mkdir('{outside}/new')",
    "move its file out": "import os; open('f', 'w'); os.rename('f', '{outside}/new')",
    "link to a file": "import os; os.link('{outside}/secret', 'mine')",
    "link to its own file": "import os; open('f', 'w'); os.link('f', 'g')",
    "make a symbolic link": "import os; os.symlink('{outside}/secret', 'mine')",
    "make a FIFO": "import os; os.mkfifo('fifo')",
    "make a device": "import os; os.mknod('device', 0o020600, os.makedev(1, 3))",
    "make a FIFO beside its database": "import os; os.mkfifo('../database/app.db-wal')",
    "list its slot": "import os; got = os.listdir('..')",
    "read its log": "got = open('../app.log').read()",
    "replace its log": "import os; os.remove('../app.log')",
    "write into its own code": "open('{folder}/app.py', 'a')",
    "write into a library": "import fastapi; open(fastapi.__file__, 'a')",
    "read the grading": "got = open('{kit}/grading/run.py').read()",
    "read the accounts": "got = open('/etc/passwd').read()",
    "run a program": "import subprocess; got = subprocess.call(['/bin/sh', '-c', 'exit 7'])",
    "read its own environment": "got = open('/proc/self/environ').read()",
    "read another's environment": "got = open('/proc/{pid}/environ').read()",
    "open another's memory": "open('/proc/{pid}/mem', 'r+b')",
    "signal the trusted side": "import os; os.kill({pid}, 0)",
    "signal what forked it": "import os; os.kill(os.getppid(), 0)",
    "signal a group": "import os; os.killpg(os.getpgid({pid}), 0)",
    "limit the trusted side": """
        import resource
        resource.prlimit({pid}, resource.RLIMIT_CORE)
    """,
    "slow the trusted side down": """
        import os
        os.setpriority(os.PRIO_PROCESS, {pid}, os.getpriority(os.PRIO_PROCESS, {pid}))
    """,
    "slow a group down": "import os; os.setpriority(os.PRIO_PGRP, 0, 19)",
    "pin the trusted side": "import os; os.sched_setaffinity({pid}, os.sched_getaffinity({pid}))",
    "leave its core": "import os; os.sched_setaffinity(0, os.sched_getaffinity(0))",
    "connect": "import socket; socket.create_connection(('127.0.0.1', {port}))",
    "connect over several paths": """
        import socket
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262).connect(('127.0.0.1', {port}))
    """,
    "connect by sending": """
        import socket
        socket.socket().sendto(b"hello", 0x20000000, ('127.0.0.1', {port}))
    """,
    "bind a port": "import socket; socket.create_server(('127.0.0.1', 0))",
    "send a datagram": "import socket; socket.socket(type=socket.SOCK_DGRAM)",
    "send from a pair": "import socket; socket.socketpair(type=socket.SOCK_DGRAM)",
    "open a Unix socket": "import socket; socket.socket(socket.AF_UNIX)",
    "hide memory in a file": "import os; os.memfd_create('name')",
}


# What the system says: EACCES, EPERM, and EXDEV for what would have to move out of a folder.
REASONS = {os.strerror(number) for number in (errno.EACCES, errno.EPERM, errno.EXDEV)}


@behind_a_wall
@pytest.mark.parametrize("attempt", REFUSED)
def test_the_wall_refuses_to(attempt, start_slot, doer, outside, listening):
    slot = start_slot(doer)
    code = REFUSED[attempt].format(
        outside=outside,
        port=listening,
        pid=os.getpid(),
        folder=doer,
        kit=Path(hooklab.__file__).parent,
    )
    before = sorted(outside.iterdir())
    answer = tell(slot, code)
    assert answer.get("refused", "").partition(" (")[0] in REASONS, answer
    assert sorted(outside.iterdir()) == before
    assert (outside / "secret").read_text(encoding="utf-8") == "canary"


@behind_a_wall
@pytest.mark.parametrize("attempt", ["read a file", "signal the trusted side", "connect"])
def test_a_spawned_app_meets_the_same_wall(attempt, start_slot, doer, outside, listening):
    own = launch.SpawnLauncher()
    try:
        slot = start_slot(doer, by=own)
        code = REFUSED[attempt].format(outside=outside, port=listening, pid=os.getpid())
        assert "refused" in tell(slot, code)
    finally:
        own.close()


@behind_a_wall
def test_marks_of_files_stay_as_they_are(start_slot, doer, outside):
    secret = outside / "secret"
    before = secret.stat()
    code = f"import os; os.chmod('{secret}', 0o777); os.utime('{secret}', (1, 1))"
    # An app that copies a file with its mode must not break for it.
    assert tell(start_slot(doer), code) == {"got": None}
    after = secret.stat()
    assert (after.st_mode, after.st_mtime) == (before.st_mode, before.st_mtime)


ALLOWED = {
    "keep files": """
        import os, pathlib, shutil, tempfile
        os.makedirs("uploads/today")
        with tempfile.NamedTemporaryFile("w", delete=False) as file:
            file.write("text")
        os.replace(file.name, "uploads/today/a.txt")
        shutil.copy2("uploads/today/a.txt", "b.txt")
        got = pathlib.Path("b.txt").read_text()
        shutil.rmtree("uploads")
    """,
    "make an empty file": """
        import pathlib
        pathlib.Path("done").touch()
        pathlib.Path("done").touch()
        got = "text" if pathlib.Path("done").is_file() else "nothing"
    """,
    "use its database": """
        import sqlalchemy
        from hooklab.services import make_engine
        with make_engine(settings.database_url).begin() as connection:
            connection.execute(sqlalchemy.text("CREATE TABLE t (x INTEGER)"))
            connection.execute(sqlalchemy.text("INSERT INTO t VALUES (1)"))
        got = "text"
    """,
    "let its database sort more than fits into memory": """
        import sqlite3
        connection = sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))
        connection.executescript("PRAGMA temp_store = FILE; CREATE TEMP TABLE t (x BLOB)")
        connection.execute("INSERT INTO t VALUES (zeroblob(8000000))")
        connection.commit()
        got = "text"
    """,
    "talk to its services": """
        import socket
        with socket.create_connection((settings.smtp_host, settings.smtp_port)) as mail:
            got = "text" if mail.recv(3) == b"220" else "nothing"
    """,
    "look up a name": """
        import socket
        got = "text" if socket.getaddrinfo("localhost", 80) else "nothing"
    """,
    "import what nobody has imported": """
        import http.server, wave, xmlrpc.client
        got = "text"
    """,
    "start Python": """
        import subprocess, sys
        command = [sys.executable, "-c", "import fastapi, ssl; print('text')"]
        got = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    """,
    "know time zones, types of files and certificates": """
        import mimetypes, ssl, zoneinfo
        zoneinfo.ZoneInfo("Europe/Paris"), mimetypes.guess_type("a.png")
        ssl.create_default_context()
        got = "text"
    """,
    "work in threads": """
        import threading
        threads = [threading.Thread(target=print) for _ in range(60)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        got = "text"
    """,
    "signal itself": "import os; os.kill(os.getpid(), 0); got = 'text'",
    "write to nowhere": "open('/dev/null', 'w').write('x'); got = 'text'",
}


@pytest.mark.parametrize("work", ALLOWED)
def test_an_honest_app_may(work, start_slot, doer):
    assert tell(start_slot(doer), ALLOWED[work]) == {"got": "text"}


@ONLY_LINUX
def test_an_app_reaches_the_ports_that_its_settings_name():
    from hooklab.worker.wall import ports

    named = {
        "SMTP_PORT": "1025",
        "REDIS_URL": "redis://127.0.0.1",
        "DATABASE_URL": "postgresql+psycopg://user:password@127.0.0.1/name",
        "SLACK_WEBHOOK_URL": "http://127.0.0.1:8031/services/T1",
    }
    useless = {
        "LMTP_PORT": "many",
        "POP_PORT": "70000",
        "EXPO_PUSH_URL": "http://127.0.0.1:no",
        "APP_URL": "https://app.example.com",
        "LANG": "C.UTF-8",
    }
    assert ports(named | useless) == {1025, 6379, 5432, 8031}


@behind_a_wall
def test_useless_settings_are_the_apps_business(start_slot, doer):
    slot = start_slot(doer)
    slot.start({"DATABASE_URL": "sqlite:///no/such/folder/app.db", "SMTP_HOST": "[", "TZ": "://["})
    assert slot.failure is None


@ONLY_LINUX
def test_a_worker_has_no_rights_to_gain_and_nothing_to_show(start_slot, doer):
    code = """
        import ctypes, os
        libc = ctypes.CDLL(None)
        no_new_privileges, dumpable = libc.prctl(39, 0, 0, 0, 0), libc.prctl(3, 0, 0, 0, 0)
        got = [no_new_privileges, dumpable]
    """
    assert tell(start_slot(doer), code)["got"] == [int(WALLED), 0]


@ONLY_LINUX
def test_a_worker_has_only_its_own_descriptors(start_slot, doer):
    code = """
        import os, stat
        def kind(number):
            try:
                return stat.S_IFMT(os.fstat(number).st_mode)
            except OSError:
                return 0
        got = [number for number in range(3, 256) if stat.S_ISSOCK(kind(number))]
    """
    # Its listening socket, its control channel, the two that asyncio wakes itself with, a request.
    assert len(tell(start_slot(doer), code)["got"]) == 5


@ONLY_LINUX
def test_the_environment_of_who_grades_stays_with_them(start_slot, doer, monkeypatch):
    monkeypatch.setenv("TOKEN", "canary")
    monkeypatch.setenv(isolation.CHOICE, isolation.PROCESS)
    own = launch.start_launcher()
    try:
        # Without a wall the file may be opened, by root at least.
        answer = tell(start_slot(doer, by=own), "got = open('/proc/self/environ').read()")
    finally:
        own.close()
    assert "canary" not in str(answer)
    assert "PATH=" in answer.get("got", "PATH=")


@behind_a_wall
@pytest.mark.skipif(not AN_ORDINARY_USER, reason="NOTHING WAS PROVED: no such limit holds for root")
def test_the_processes_of_an_app_are_counted_apart(start_slot, doer):
    code = """
        import resource, threading
        limit = resource.getrlimit(resource.RLIMIT_NPROC)[0]
        threading.stack_size(64 * 1024)
        end, got = threading.Event(), 0
        try:
            while got < 400:
                threading.Thread(target=end.wait, args=(30,)).start()
                got += 1
        except RuntimeError:
            got = [got, limit]
        finally:
            end.set()
    """
    got = tell(start_slot(doer), code)["got"]
    if got == 400:
        pytest.skip("NOTHING WAS PROVED: this system does not let users make namespaces")
    started, limit = got
    # Its first thread, and those of the server.
    assert limit - 20 < started < limit


DYNASTY = """
    import os, signal, time

    def live(generations, pipe):
        if generations:
            if os.fork() == 0:
                os.setsid()
                live(generations - 1, pipe)
        os.write(pipe, f"{os.getpid()} ".encode())
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            time.sleep(1)
        os._exit(0)

    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        live(4, writing)
    told = b""
    while told.count(b" ") < 5:
        told += os.read(reading, 100)
    got = [int(pid) for pid in told.split()]
"""


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@ONLY_LINUX
@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_descendants_in_other_sessions_end_with_their_app(how, start_slot, doer, launcher):
    own = launch.SpawnLauncher() if how == "spawn" else launcher
    slot = start_slot(doer, by=own)
    pids = tell(slot, DYNASTY)["got"]
    assert len(pids) == 5
    assert all(map(is_alive, pids))
    slot.workers[0].end()
    deadline = time.monotonic() + 5
    while any(map(is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(is_alive, pids))


@ONLY_LINUX
def test_a_family_whose_members_replace_each_other_ends():
    pid = os.fork()
    if pid == 0:
        os.setsid()
        _replace_the_dead()
    end = time.monotonic() + 5
    while not children(pid) and time.monotonic() < end:
        time.sleep(0.01)
    assert children(pid)
    kill_families([pid], time.monotonic() + 5)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    assert not children(pid)


def _replace_the_dead():
    """For five seconds, start a child whenever one has died."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        child = os.fork()
        if child == 0:
            time.sleep(5)
            os._exit(0)
        os.waitpid(child, 0)
    os._exit(0)


@ONLY_LINUX
def test_an_app_without_the_wall_that_was_asked_for_is_not_read(start_slot, doer, monkeypatch):
    monkeypatch.setattr(slots, "in_force", lambda **_how: "landlock-99")
    with pytest.raises(HooklabError, match=r"the wall around the app could not be put up: .*99"):
        start_slot(doer)


@behind_a_wall
def test_strangers_are_graded_behind_the_wall(monkeypatch):
    monkeypatch.delenv(isolation.CHOICE, raising=False)
    isolation.demand_wall()
