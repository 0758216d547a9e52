"""Forge the result: the report's file, the control channel, the descriptors, the output.

HOSTILE techniques E.
"""

import json

import pytest

from .answers import RIGHT, WRONG, WRONG_POINTS, knock
from .arena import KNOCK_POINTS, needs_landlock
from .command import by_command

FORGED = '{"schema": "hooklab/scorecard/v1", "exercises": [{"slug": "knock", "earned": 20}]}'

REWRITE = f"""
def rewrite(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for target in ([RESULT] if RESULT.exists() else []):
            try:
                target.write_text({FORGED!r})
            except OSError:
                pass
        time.sleep(0.02)
"""

# Each grading by the command takes seconds, so that several writers share one.
WRITERS = {
    "in its process": (
        "rewrite(0.1)",
        "threading.Thread(target=rewrite, args=(8,), daemon=True).start()",
        "import atexit; atexit.register(rewrite, 2)",
        "signal.signal(signal.SIGTERM, lambda *arguments: rewrite(2))",
    ),
    "in processes": (
        "child = os.fork()\nif child == 0: mark(); rewrite(8); os._exit(0)",
        "daemon(lambda: rewrite(8))",
        "daemon(lambda: daemon(lambda: daemon(lambda: rewrite(8))))",
        "family(6, lambda: rewrite(8))",
    ),
}


@pytest.mark.parametrize("where", WRITERS)
def test_the_report_s_file_is_what_the_judge_wrote(arena, where):
    place = f"RESULT = Path({str(arena.folder / 'out' / 'result.json')!r})\n"
    payload = "\n".join((f"global RESULT, rewrite\n{place}{REWRITE}", *WRITERS[where]))
    arena.write(knock(payload, when="import"))
    card = by_command(arena)
    assert sum(each["earned"] for each in card["exercises"]) == WRONG_POINTS


def test_the_tier_in_force_is_in_the_report(arena):
    needs_landlock(1, "the tier called landlock")
    assert arena.submit(knock()).card["isolation"].startswith("landlock-")


LINES = {
    "no JSON": b"garbage\n",
    "no object": b"[1, 2]\n",
    "too long": b"x" * 1_000_000,
    "too deep": b"[" * 60_000 + b"\n",
    "no UTF-8": b"\xff\xfe\n",
    "no event": b'{"event": "earned", "points": 99}\n',
    "an event that is a table": b'{"event": {}}\n{"event": "done", "of": {}}\n',
    "a flood": b'{"event": "done", "of": 1}\n' * 20_000,
    "no numbers": b'{"event": NaN, "count": Infinity}\n',
    "a number without end": b'{"of": ' + b"9" * 5000 + b"}\n",
    "keys twice": b'{"event": "ready", "event": "failed", "event": "ready"}\n',
    "a pickle": b"\x80\x04\x95\n",
    "answers to commands to come": b"".join(
        b'{"event": "done", "of": %d, "result": true}\n' % number for number in range(50)
    ),
    "holds": b'{"event": "held", "count": "many"}\n' * 50,
    "answers to whom nobody asked": b'{"event": "warm"}\n{"pid": 1}\n{"status": 0}\n{}\n',
}


@pytest.mark.parametrize("value", [WRONG, RIGHT], ids=["wrong", "right"])
@pytest.mark.parametrize("name", LINES)
def test_a_line_to_the_judge_brings_nothing(arena, name, value):
    found = arena.submit(knock(f"tell({LINES[name]!r})", when="import", value=value))
    assert found.earned <= (WRONG_POINTS if value == WRONG else KNOCK_POINTS)
    assert "could_not_grade" not in {check["outcome"] for check in found.checks.values()}


FAILURES = {
    "a text": {"stage": "import", "error": "text"},
    "a list": {"stage": "import", "error": [1, 2, 3]},
    "a number": {"stage": "import", "error": 7},
    "pairs": {"stage": "create_app", "error": [["type", "X"], ["message", {}]]},
    "nested": {"stage": "startup", "error": {"type": {"a": []}, "message": [[]], "line": {}}},
    "escapes": {"stage": "import", "error": {"type": "\x1b[2J", "file": "/a\n::error::b"}},
    "no stage": {"error": {}},
    "a stage that is a list": {"stage": ["import"], "error": {}},
    "a flood": {"stage": "import", "error": {"message": "x" * 60_000}},
    "nothing": {"stage": None, "error": None},
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_malformed_failure_is_the_answer_s_own(arena, name):
    line = json.dumps({"event": "failed", **FAILURES[name]}).encode() + b"\n"
    found = arena.submit(knock(f"tell({line!r})", when="import", value=RIGHT))
    found.assert_lost()
    assert "\x1b" not in found.text


def test_a_start_is_told_once(arena):
    line = b'{"event": "ready"}\n'
    arena.submit(knock(f"tell({line!r}); raise KeyError", when="import")).assert_lost()


DESCRIPTORS = """
for number in list(range(3, 64)):
    for path in (f"/proc/self/fd/{number}", f"/proc/{os.getppid()}/fd/{number}"):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            os.write(descriptor, b'{"event": "earned"}\\n')
            os.close(descriptor)
        except OSError:
            pass
    try:
        os.write(number, b'{"card": {"exercises": []}}\\n')
    except OSError:
        pass
"""


@pytest.mark.parametrize("value", [WRONG, RIGHT], ids=["wrong", "right"])
def test_no_descriptor_leads_to_a_verdict(arena, value):
    found = arena.submit(knock(DESCRIPTORS, value=value))
    assert found.earned <= (WRONG_POINTS if value == WRONG else KNOCK_POINTS)


def test_what_is_printed_is_only_text(arena):
    payload = f"""
    for stream in (sys.stdout, sys.stderr):
        print({FORGED!r}, file=stream)
        print("4 passed in 0.01s", "Total 20/20", "---- 8< ----", file=stream, sep="\\n")
    """
    found = arena.submit(knock(payload, value=WRONG))
    found.assert_lost("a greeting for", "Total 20/20", earned=WRONG_POINTS)


HOMES = {
    "locks a folder": "(home / 'a' / 'b').mkdir(parents=True)\n"
    "(home / 'a' / 'b' / 'c').write_bytes(b'x' * 10_000_000)\n"
    "(home / 'a' / 'b').chmod(0); (home / 'a').chmod(0)",
    "locks its home": "(home / 'large').write_bytes(b'x' * 10_000_000); home.chmod(0)",
    "forbids everything": "os.umask(0o777); (home / 'a').mkdir()",
    "removes its home": "import shutil; os.chdir('/'); shutil.rmtree(home, ignore_errors=True)",
    "nests folders": "for _ in range(400):\n    os.mkdir('d'); os.chdir('d')",
    "makes many files": "for n in range(5000): (home / f'{n}').touch()",
    "removes the slot's folder": "attempt('removed the slot', os.rename, home.parent, 'x')",
}


@pytest.mark.parametrize("name", HOMES)
def test_a_slot_is_removed_whatever_was_done_to_it(arena, name):
    payload = f"home = Path(os.environ['HOME'])\n{HOMES[name]}"
    found = arena.submit(knock(payload, when="thread"))
    assert found.earned <= WRONG_POINTS
