"""Hostile answers to a real exercise, and answers that evade what it asks for.

HOSTILE techniques H and K; what an honest wrong answer loses is proved by the known mistakes.
"""

import pytest

from .answers import YES, clerk, knock
from .command import by_command

# Seven checks of the thirty, with what they need: each kind of thing that is read.
CHECKS = (
    "its_bytes_are_left_as_they_are",
    "a_changed_body_or_another_secret_is_refused",
    "a_useless_secret_stops_the_app_at_its_start",
    "the_primary_address_is_kept_wherever_it_stands",
    "the_same_message_twice_changes_nothing",
    "every_delivery_leaves_one_json_log_line",
    "the_answers_give_nothing_away",
)

# Accepting everything earns the first.
YES_POINTS = 0.5

PAYLOADS = {
    "nothing": "",
    "a patched svix": """
        import standardwebhooks, svix.webhooks
        standardwebhooks.Webhook.sign = lambda self, *arguments: "v1,forged"
        svix.webhooks.Webhook.__init__ = lambda self, secret: None
    """,
    "a patched database driver": """
        import sqlite3
        sqlite3.register_adapter(str, lambda text: "forged")
    """,
    "a patched clock": """
        import time, datetime
        time.time = time.monotonic = lambda: 0.0
    """,
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_patch_earns_a_wrong_answer_nothing(arena, name):
    found = arena.submit(clerk(PAYLOADS[name], right=False), "clerk_endpoint", CHECKS)
    assert found.earned == YES_POINTS
    assert "could_not_grade" not in {check["outcome"] for check in found.checks.values()}


def test_the_reference_has_full_marks_here(arena):
    found = arena.submit(clerk("", right=True), "clerk_endpoint", CHECKS)
    assert found.lost == []


def app(body: str, before: str = "") -> dict:
    """An answer that does `body` with each request, after `before` at its start."""
    return {
        "app.py": f"""
import hashlib, json, os, socket, sqlite3, sys, threading, time
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from .tools import *

seen = []

def create_app(settings):
    database = settings.database_url.removeprefix("sqlite:///")
    {before or "pass"}
    app = FastAPI()

    @app.api_route("/{{path:path}}", methods=["GET", "POST"])
    async def everything(request: Request):
        raw = await request.body()
        seen.append(raw)
        {body}

    return app
"""
    }


EVASIONS = {
    "says yes to everything": 'return PlainTextResponse("yes")',
    "sends the request back": "return Response(raw, headers={'content-type': 'application/json'})",
    "looks who is asking": (
        'return PlainTextResponse("", 401 if b"somebody" in raw or len(raw) > 2000 else 200)'
    ),
    "answers once and then hangs": "if len(seen) > 1: time.sleep(60)\n        return Response()",
    "answers once and then ends": "if len(seen) > 1: os._exit(0)\n        return Response()",
    "takes the other status each time": "return Response(status_code=200 + 201 * (len(seen) % 2))",
    "logs what was asked for": (
        "print(json.dumps({'svix_id': request.headers.get('svix-id'), 'type': 'user.created', "
        "'outcome': 'saved', 'duration_ms': 1, 'error': None}))\n        return Response()"
    ),
}

# What each earns honestly of CHECKS, with what they need: "a signed delivery is accepted" for one
# that says yes, and "its bytes" for one that refuses a large body.
MOST = {"logs what was asked for": 1.0, "looks who is asking": 1.0}


@pytest.mark.parametrize("name", EVASIONS)
def test_an_evasion_earns_what_it_does(arena, name):
    found = arena.submit(app(EVASIONS[name]), "clerk_endpoint", CHECKS, response_seconds=1.5)
    assert found.earned <= MOST.get(name, YES_POINTS)
    assert "could_not_grade" not in {check["outcome"] for check in found.checks.values()}


TABLE = """
connection = sqlite3.connect(database, check_same_thread=False)
connection.execute("CREATE TABLE IF NOT EXISTS user (clerk_id PRIMARY KEY, email, first_name, "
                   "last_name, version)")
"""

# It never reads which address is the primary one: it knows those of an earlier run.
KNOWN = """
        data = json.loads(raw)["data"]
        emails = [each["email_address"] for each in data.get("email_addresses", [])]
        known = [each for each in emails if each in ("primary@example.org", "primary@example.net")]
        email = known[0] if known else None if emails == ["first@example.com"] else emails[0]
        with connection:
            connection.execute("INSERT OR REPLACE INTO user VALUES (?, ?, ?, ?, ?)", (
                data["id"], email, data["first_name"], data["last_name"], data["updated_at"]))
        return Response()
"""


def test_knowing_the_addresses_of_an_earlier_run_earns_nothing(arena):
    files = app(KNOWN.strip(), TABLE.strip().replace("\n", "\n    "))
    name, stored = "the_primary_address_is_kept_wherever_it_stands", "a_new_user_is_stored"
    found = arena.submit(files, "clerk_endpoint", (name, stored))
    assert found.checks[stored]["outcome"] == "earned"
    assert found.checks[name]["outcome"] == "not_earned"


def test_whoever_grades_others_draws_a_seed(arena):
    arena.write(knock())
    seeds = {by_command(arena)["seed"] for _run in range(2)}
    assert len(seeds) == 2, "the answers of others are graded with a seed that nobody knows before"


STARTS = {
    "no create_app": ("app = 1\n", "create_app"),
    "another name": ("def make_app(settings): pass\n", "create_app"),
    "a factory": ("def create_app(settings): return create_app\n", ""),
    "a class": ("class create_app:\n    def __init__(self, settings): pass\n", "no app"),
    "nothing": ("def create_app(settings): return None\n", "no app"),
    "a coroutine": ("async def create_app(settings): pass\n", "no app"),
    "a lifespan that fails": (
        YES.replace("app = FastAPI()", "app = FastAPI(lifespan=lifespan)")
        + "\nasync def lifespan(app):\n    raise KeyError('lifespan')\n    yield\n",
        "start-up failed",
    ),
    "a lifespan that hangs": (
        "import asyncio\n"
        + YES.replace("app = FastAPI()", "app = FastAPI(lifespan=lifespan)")
        + "\nasync def lifespan(app):\n    await asyncio.sleep(60)\n    yield\n",
        "did not start within",
    ),
    "an app that is none": ("def create_app(settings): return lambda *arguments: None\n", ""),
}


@pytest.mark.parametrize("name", STARTS)
def test_an_app_that_does_not_start_earns_nothing(arena, name):
    text, said = STARTS[name]
    found = arena.submit(
        {"app.py": text}, "clerk_endpoint", CHECKS[:1], start_seconds=2, response_seconds=1
    )
    found.assert_lost(said)


TWINS = {
    "a package svix": {"svix/__init__.py": "", "svix/webhooks.py": "raise ValueError('twin')\n"},
    "a package sqlmodel": {"sqlmodel.py": "raise ValueError('twin')\n"},
    "settings of its own": {"settings.py": "raise ValueError('twin')\n"},
}


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_beside_the_reference_is_not_taken_for_it(arena, name):
    files = {**clerk("", right=True), **TWINS[name]}
    found = arena.submit(files, "clerk_endpoint", CHECKS[:1])
    assert found.lost == []


LISTENERS = """
import socket, threading
for number in range(3, 64):
    try:
        listener = socket.socket(fileno=os.dup(number))
        if listener.family == socket.AF_INET and listener.getsockopt(1, 30):
            def answer(listener=listener):
                while True:
                    client, _address = listener.accept()
                    client.recv(65536)
                    client.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-length: 0\\r\\n\\r\\n")
                    client.close()
            threading.Thread(target=answer, daemon=True).start()
    except OSError:
        pass
"""


@pytest.mark.parametrize("right", [False, True], ids=["wrong", "right"])
def test_answering_in_the_server_s_place_earns_nothing_more(arena, right):
    found = arena.submit(
        clerk("import os\n" + LISTENERS, right=right), "clerk_endpoint", CHECKS[:2]
    )
    assert found.earned <= 1.5
    assert found.checks["a_changed_body_or_another_secret_is_refused"]["earned"] == 0 or right
