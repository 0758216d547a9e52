"""Read what should stay hidden, and send it away.

HOSTILE techniques F, and what else a process of the same user could reach.
"""

import socket
import threading
from pathlib import Path

import pytest

from .answers import RIGHT, WRONG, WRONG_POINTS, knock
from .arena import KNOCK_POINTS, needs_landlock

PLACES = {
    "a secret": 'read(OUTSIDE / "secret.txt")',
    "another answer": "read_below(OTHER)",
    "the class": "read_below(OTHER.parents[1])",
    "the reference": 'read_below(COURSE / "solutions")',
    "the graders": 'read_below(COURSE / "graders")',
    "the course by a link": (
        'attempt("made a link", os.symlink, COURSE, "course")\nread_below("course/solutions")'
    ),
    "a secret by a hard link": (
        'attempt("made a hard link", os.link, OUTSIDE / "secret.txt", "mine")\nread("mine")'
    ),
    "a secret from another folder": 'os.chdir("/"); read(OUTSIDE / "secret.txt")',
    "a secret by another program": (
        "import subprocess\n"
        'print(subprocess.run(["/bin/cat", OUTSIDE / "secret.txt"], capture_output=True).stdout)'
    ),
    "its own environment": 'read("/proc/self/environ"); tell_canaries(repr(os.environ).encode())',
    "its parent's environment": 'read(f"/proc/{os.getppid()}/environ")',
    "the judge's environment": 'read(f"/proc/{JUDGE}/environ")',
    "the judge's folder": 'read_below(f"/proc/{JUDGE}/cwd")',
    "the judge's view of the disk": 'read(f"/proc/{JUDGE}/root{OUTSIDE}/secret.txt")',
    "the judge's files": (
        "for number in range(32):\n"
        '    attempt("opened a file of the judge\'s", os.open, f"/proc/{JUDGE}/fd/{number}", 0)'
    ),
    "a parallel check": (
        "home = Path(os.environ['HOME']).parent\n"
        "for each in (SCRATCH.iterdir() if os.access(SCRATCH, os.R_OK) else ()):\n"
        "    if each != home and (each / 'home').exists():\n"
        "        attempt('looked into a parallel check', os.listdir, each)"
    ),
    "a folder above": 'attempt("looked above", os.listdir, COURSE.parent)',
}


@pytest.mark.parametrize("value", [WRONG, RIGHT], ids=["wrong", "right"])
@pytest.mark.parametrize("name", PLACES)
def test_no_secret_is_read(arena, name, value):
    needs_landlock(1, "a file of the same user")
    payload = f"try:\n{_inside(PLACES[name])}\nexcept OSError as error: print(type(error))"
    found = arena.submit(knock(payload, when="import", value=value))
    assert found.earned == (WRONG_POINTS if value == WRONG else KNOCK_POINTS)


def _inside(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def test_the_reference_cannot_be_asked(arena):
    needs_landlock(1, "a file of the same user")
    payload = """
    import importlib.util
    try:
        place = COURSE / "solutions" / "knock" / "greeting.py"
        spec = importlib.util.spec_from_file_location("reference", place)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.greet(name)
    except OSError:
        return "Hello"
    """
    found = arena.submit(knock(payload, when="value"))
    found.assert_lost("a greeting for", earned=WRONG_POINTS)


LOG = """
log = Path(os.environ["HOME"]).parent / "app.log"
def {change}
attempt("put a link in the place of its log", change)
"""

LOGS = {
    "a link to a secret": "change(): log.unlink(); log.symlink_to(OUTSIDE / 'secret.txt')",
    "a hard link to a secret": "change(): log.unlink(); os.link(OUTSIDE / 'secret.txt', log)",
    "a link to the judge's environment": (
        "change(): log.unlink(); log.symlink_to(f'/proc/{os.getppid()}/environ')"
    ),
    "a link to its reader's environment": (
        "change(): log.unlink(); log.symlink_to('/proc/self/environ')"
    ),
}


@pytest.mark.parametrize("name", LOGS)
def test_no_log_is_a_link(arena, name):
    needs_landlock(1, "the folder of the log")
    found = arena.submit(knock(LOG.replace("{change}", LOGS[name])))
    assert found.earned == WRONG_POINTS


DATABASE = """
place = Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///"))
def change():
    place.unlink(missing_ok=True)
    place.symlink_to(OUTSIDE / "secret.txt")
change()
"""


def test_no_database_is_a_link(arena):
    files = {
        **_ledger(),
        "payload.py": f"from .tools import *\nimport os\n\ndef put():\n{_inside(DATABASE)}\n",
    }
    found = arena.submit(files, "ledger", ("a_signup_is_stored",))
    assert found.lost[0]["outcome"] == "not_earned"


def _ledger():
    from .answers import TESTS

    folder = TESTS / "toy" / "solutions" / "ledger"
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    # After it has answered, and before the trusted side looks.
    files["app.py"] = files["app.py"].replace(
        "            await run_in_threadpool(save, event)\n",
        "            await run_in_threadpool(save, event)\n"
        "            from .payload import put\n"
        "            try:\n                put()\n"
        "            except OSError as error:\n                print(type(error))\n",
    )
    return files


def _reached(arena, connect: str, when: str = "import"):
    found = arena.submit(
        knock(f"import socket\n{connect}", when=when),
    )
    assert found.earned == WRONG_POINTS


def test_no_foreign_port_is_reached(arena):
    needs_landlock(4, "a port of somebody else's")
    _reached(arena, 'say("hello")')


@pytest.mark.parametrize("port", [5432, 6379], ids=["PostgreSQL", "Redis"])
def test_no_server_of_this_machine_is_reached(arena, port):
    needs_landlock(4, "a port of somebody else's")
    with socket.socket() as tried:
        if tried.connect_ex(("127.0.0.1", port)):
            pytest.skip(f"NOT PROVED HERE: nobody listens on port {port}")
    _reached(
        arena,
        f"attempt('reached port {port}', socket.create_connection, ('127.0.0.1', {port}), 2)",
    )


def test_no_port_is_taken(arena):
    needs_landlock(4, "a port")
    _reached(arena, "attempt('listens on a port', socket.create_server, ('127.0.0.1', 0))")


def test_no_abstract_socket_is_reached(arena):
    needs_landlock(6, "an abstract socket")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0{arena.mark}")
        server.listen()
        _reached(
            arena,
            "attempt('reached an abstract socket', "
            f"lambda: socket.socket(socket.AF_UNIX).connect('\\0{arena.mark}'))",
        )


def test_no_named_socket_is_reached(arena):
    """Such as PostgreSQL's own, which asks nobody for a password."""
    # Landlock 9 has a right for it; before, only a filter of system calls refuses such sockets.
    needs_landlock(1, "a named socket")
    path = f"/tmp/{arena.mark}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        Path(path).chmod(0o777)
        server.listen()
        try:
            _reached(
                arena,
                "attempt('reached a named socket', "
                f"lambda: socket.socket(socket.AF_UNIX).connect({path!r}))",
            )
        finally:
            Path(path).unlink()


def test_a_secret_does_not_leave_by_a_datagram(arena):
    """Landlock leaves UDP alone: what cannot be read cannot be sent."""
    needs_landlock(1, "a file of the same user")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.2)
        port = server.getsockname()[1]
        heard: list[bytes] = []

        def listen() -> None:
            while True:
                try:
                    heard.append(server.recv(65536))
                except TimeoutError:
                    continue
                except OSError:
                    return

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        payload = f"""
        for path in (OUTSIDE / "secret.txt", "/proc/self/environ", f"/proc/{{JUDGE}}/environ"):
            try:
                out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                out.sendto(Path(path).read_bytes()[:60_000], ("127.0.0.1", {port}))
            except OSError as error:
                print(type(error))
        """
        found = arena.submit(knock(payload, when="import"))
    assert found.earned == WRONG_POINTS
    assert b"canary" not in b"".join(heard)
