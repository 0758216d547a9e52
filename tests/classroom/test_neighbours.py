"""Two answers that are graded at once: neither sees, reaches or marks the other.

Each has a launcher, as each process that grades a class has. One does what it is told; the other is
honest, and must not notice.
"""

import json
import os
import socket
import sys
from pathlib import Path
from textwrap import dedent

import psycopg
import pytest

from hooklab.deadline import Deadline
from hooklab.errors import HooklabError
from hooklab.grading import database
from hooklab.grading.response import send
from hooklab.grading.slot import Ground, Slot
from hooklab.worker import isolation
from hooklab.worker.launch import start_launcher

behind_a_wall = pytest.mark.skipif(
    isolation.abi_of(isolation.in_force()) < isolation.ENOUGH,
    reason=f"NOTHING WAS PROVED: this system offers only {isolation.in_force()!r}",
)
pytestmark = [
    pytest.mark.load,
    behind_a_wall,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has Landlock"),
]

POSTGRES = os.environ.get(
    "HOOKLAB_TEST_DATABASE_URL", "postgresql+psycopg://root@127.0.0.1/postgres"
)

# Does what it is told, and keeps a note that only it should be able to read.
APP = """
    import os
    from pathlib import Path
    from fastapi import FastAPI, Request
    from sqlalchemy import create_engine, text

    def create_app(settings):
        engine = create_engine(settings.database_url)
        Path("note").write_text("canary")
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE note (said TEXT)"))
            connection.execute(text("INSERT INTO note VALUES ('canary')"))
        app = FastAPI()

        @app.get("/note")
        def note() -> list:
            with engine.connect() as connection:
                return [Path("note").read_text(), *connection.scalars(text("SELECT * FROM note"))]

        @app.post("/do")
        async def do(request: Request) -> dict:
            names = {"settings": settings}
            try:
                exec((await request.body()).decode(), names)
            except Exception as error:
                return {"refused": f"{type(error).__name__}: {error}"}
            return {"got": str(names.get("got"))}

        return app
"""


@pytest.fixture
def start(tmp_path):
    """Starts the app on a launcher and in folders of its own."""
    slots, launchers, servers = [], [], []

    def run(name: str, server: database.Server | None = None) -> Slot:
        submission, compiled = tmp_path / name / "answer", tmp_path / name / "compiled"
        submission.mkdir(parents=True)
        compiled.mkdir()
        (submission / "app.py").write_text(dedent(APP), encoding="utf-8")
        launchers.append(start_launcher())
        servers.append(server or database.SqliteServer())
        slot = Slot(
            Ground(submission, compiled, launchers[-1], servers[-1], seed=0), check="window"
        )
        slots.append(slot)
        slot.start()
        assert slot.failure is None
        return slot

    yield run
    for slot in slots:
        slot.stop()
        slot.remove()
    for each in (*servers, *launchers):
        each.close()


def ask(slot: Slot, method: str, path: str, body: bytes = b""):
    deadline = Deadline(10)
    return send(
        slot.port(0), method, path, headers={}, body=body, deadline=deadline, request=path
    ).json


def tell(slot: Slot, code: str) -> dict:
    return ask(slot, "POST", "/do", dedent(code).encode())


# {folder} is the other's world, {answer} its files, {pid} its process, {launcher} what started it,
# {port} where it serves, {service} where its Slack is, {log} what it prints.
ATTEMPTS = {
    "find worlds": "import os; got = os.listdir('/dev/shm')",
    "find worlds in the usual folder": "import os; got = os.listdir('/tmp')",
    "read its note": "got = open('{folder}/home/note').read()",
    "read its answer": "got = open('{answer}/app.py').read()",
    "read its compiled code": "import os; got = os.listdir('{answer}/../compiled')",
    "read what it prints": "got = open('{folder}/app.log').read()",
    "read its database": "got = open('{database}', 'rb').read()",
    "open its database": """
        import sqlite3
        got = sqlite3.connect('{database}').execute('SELECT * FROM note').fetchall()
    """,
    "write into its world": "open('{folder}/home/mark', 'w')",
    "replace its answer": "open('{answer}/app.py', 'w')",
    "list processes": "import os; got = os.listdir('/proc')",
    "read its environment": "got = open('/proc/{pid}/environ').read()",
    "read its command": "got = open('/proc/{pid}/cmdline').read()",
    "write into its memory": "open('/proc/{pid}/mem', 'r+b')",
    "take its descriptors": """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        other = libc.syscall(434, {pid}, 0)
        got = libc.syscall(438, other, 0, 0)
        if got < 0: raise OSError(ctypes.get_errno(), 'no')
    """,
    "look into its memory": """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.ptrace(16, {pid}, 0, 0) < 0: raise OSError(ctypes.get_errno(), 'no')
    """,
    "stop it": "import os, signal; os.kill({pid}, signal.SIGSTOP)",
    "kill it": "import os, signal; os.kill({pid}, signal.SIGKILL)",
    "kill its session": "import os, signal; os.killpg({pid}, signal.SIGKILL)",
    "kill what started it": "import os, signal; os.kill({launcher}, signal.SIGKILL)",
    "slow it down": "import os; os.setpriority(os.PRIO_PROCESS, {pid}, 19)",
    "limit it": "import resource; resource.prlimit({pid}, resource.RLIMIT_NOFILE, (1, 1))",
    "pin it": "import os; os.sched_setaffinity({pid}, {{0}})",
    "talk to it": "import socket; socket.create_connection(('127.0.0.1', {port}))",
    "talk to its services": "import socket; socket.create_connection(('127.0.0.1', {service}))",
    "take a port": "import socket; socket.create_server(('127.0.0.1', {port}), reuse_port=True)",
    "meet it in an abstract socket": """
        import socket
        socket.socket(socket.AF_UNIX).connect(chr(0) + 'hooklab-meeting')
    """,
    "share memory": "from multiprocessing import shared_memory as m; m.SharedMemory('x', True, 99)",
    "share memory of System V": """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.shmget(4711, 4096, 0o1600) < 0: raise OSError(ctypes.get_errno(), 'no')
    """,
}


@pytest.fixture
def meeting():
    """An abstract socket, as the other one might open it."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0hooklab-meeting")
        server.listen()
        yield


def test_nothing_of_an_answer_can_be_reached_by_another(start, meeting):
    one, other = start("one"), start("other")
    places = {
        "folder": other.folder,
        "answer": other.ground.submission,
        "database": other.settings["DATABASE_URL"].removeprefix("sqlite:///"),
        "pid": other.workers[0].pid,
        "launcher": other.ground.launcher._process.pid,
        "port": other.port(0),
        "service": other.settings["SLACK_WEBHOOK_URL"].split(":")[2].split("/")[0],
    }
    assert Path(places["database"]).is_file()
    done = {name: tell(one, code.format(**places)) for name, code in ATTEMPTS.items()}
    assert {name: told for name, told in done.items() if "refused" not in told} == {}
    assert "canary" not in json.dumps(done)
    # The other has noticed nothing, and does what it did.
    assert ask(other, "GET", "/note") == ["canary", "canary"]
    assert sorted(path.name for path in other.home.iterdir()) == ["note"]
    assert other.workers[0].alive


def test_what_is_refused_to_another_is_there(start):
    """Otherwise the test above would prove nothing."""
    one = start("one")
    port = one.settings["SLACK_WEBHOOK_URL"].split(":")[2].split("/")[0]
    allowed = {
        "note": "got = open('note').read()",
        "service": f"import socket; socket.create_connection(('127.0.0.1', {port})); got = 1",
        "signal": "import os; os.kill(os.getpid(), 0); got = 1",
    }
    assert all("got" in tell(one, code) for code in allowed.values())


def test_answers_on_one_server_have_nothing_in_common(start):
    try:
        servers = [database.server(POSTGRES) for _number in range(2)]
    except (HooklabError, psycopg.Error) as error:
        pytest.skip(f"NOT PROVED HERE: no PostgreSQL server: {error}")
    one, other = start("one", servers[0]), start("other", servers[1])
    look = """
        from sqlalchemy import create_engine, text
        url = '{url}'
        with create_engine(url).connect() as connection:
            found = connection.execute(text(
                "SELECT n.nspname FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid "
                "WHERE c.relname = 'note'")).scalars().all()
            got = []
            for schema in found:
                try:
                    with connection.begin_nested():
                        got += connection.scalars(text(f'SELECT said FROM "{{schema}}".note')).all()
                except Exception as error:
                    got.append(type(error).__name__)
    """
    told = tell(one, look.format(url=one.settings["DATABASE_URL"]))
    # Its own note, and no other one.
    assert told["got"].count("canary") == 1, told
    assert ask(other, "GET", "/note") == ["canary", "canary"]
