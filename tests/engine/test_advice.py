"""Common mistakes are recognised, and where they stand is named; what only looks like one is not.

Each is a small endpoint, whose lost check says where to look first.
"""

import signal
from textwrap import dedent

import pytest

from hooklab import texts
from hooklab.grading import app as app_module
from hooklab.grading.advice.code import MOST_STEPS, Code, TooMuch, read_code

HEAD = """
import asyncio, json, threading, time
from fastapi import FastAPI, HTTPException, Request
from svix.webhooks import Webhook, WebhookVerificationError

def create_app(settings):
    app = FastAPI()
    secret = settings.clerk_webhook_signing_secret.get_secret_value()
    webhook = Webhook(secret)

"""

TESTS = """
    def test_accepted(lab):
        lab.deliver(lab.clerk.user_created(first_name="Ada")).expect("2xx")

    def test_refused(lab):
        signup = lab.clerk.user_created(first_name="Ada")
        lab.deliver(signup, change=lab.draw.forged(), note="forged").expect("4xx")

    def test_greeted(lab):
        lab.deliver(lab.clerk.user_created()).expect("2xx")
        lab.inbox.expect(1)
"""

GOOD = """
@app.post("/webhooks/clerk")
async def receive(request: Request) -> str:
    body = await request.body()
    try:
        webhook.verify(body, dict(request.headers))
    except WebhookVerificationError:
        raise HTTPException(401) from None
    event = json.loads(body)
    return event["data"]["id"]
"""


@pytest.fixture
def graded(sample):
    """Grades an endpoint; the checks by name, and the line of the answer with a mark in it."""

    def grade(source, **options):
        text = HEAD + "\n".join(f"    {line}" for line in dedent(source).splitlines())
        (sample.answer / "app.py").write_text(f"{text}\n\n    return app\n", encoding="utf-8")
        sample.write(TESTS, "accepted", "refused", "greeted")
        checks = sample.grade(**options)
        lines = text.splitlines()

        def place(mark):
            line = next(number for number, line in enumerate(lines, 1) if mark in line)
            return f"{sample.answer / 'app.py'}:{line}"

        return checks, place

    return grade


def test_a_good_endpoint_gets_no_advice_but_the_rubrics(graded):
    checks, _place = graded(GOOD)
    assert [check.outcome for check in checks.values()] == ["earned", "earned", "not_earned"]
    assert checks["greeted"].hint == "here"


RETURNED = GOOD.replace("    try:", "    event = None\n    try:").replace(
    "        webhook.verify", "        event = webhook.verify"
)
THROUGH_A_FUNCTION = """
def check(body, headers):
    return webhook.verify(body, headers)

@app.post("/webhooks/clerk")
async def receive(request: Request) -> str:
    event = check(await request.body(), dict(request.headers))
    return event["data"]["id"]
"""


@pytest.mark.parametrize(
    ("source", "mark", "name"),
    [
        (RETURNED.replace("    event = json.loads(body)\n", ""), "webhook.verify", "event = …"),
        (THROUGH_A_FUNCTION, "webhook.verify", "event = …"),
        (
            GOOD.replace('event["data"]', 'webhook.verify(body, request.headers)["data"]'),
            "return ev",
            "verify(…)[…]",
        ),
    ],
)
def test_the_value_of_verify_is_none(graded, source, mark, name):
    checks, place = graded(source)
    mark = "webhook.verify(body, request.headers)[" if "[" in name else mark
    assert checks["accepted"].hint == (
        f"First {place(mark)}: verify() of svix 2 returns None, but its value is used "
        f"({name}). Read the event from the bytes that were verified, with json.loads(). Then here"
    )


def test_a_value_of_verify_that_nobody_needs_is_no_fault(graded):
    checks, _place = graded(RETURNED)
    assert checks["greeted"].hint == "here"


REWRITTEN = {
    "json.dumps": ("await request.body()", "json.dumps(await request.json())", "dumps()"),
    "dumps, encoded": (
        "await request.body()",
        "json.dumps(await request.json(), indent=1).encode()",
        "dumps()",
    ),
    "str": ("await request.body()", "str(await request.json())", "str()"),
    "a dictionary": ("await request.body()", "await request.json()", "json()"),
}


@pytest.mark.parametrize("name", REWRITTEN)
def test_a_body_that_was_written_again_is_another(graded, name):
    before, after, function = REWRITTEN[name]
    source = (
        GOOD.replace(before, after)
        .replace("except Webhook", "except (ValueError, AttributeError, TypeError, Webhook")
        .replace("tionError:", "tionError):")
    )
    checks, place = graded(source)
    assert checks["accepted"].outcome == "not_earned"
    assert (
        f"First {place(after)}: {function} makes another text of the body"
        in checks["accepted"].hint
    )
    assert "what request.body() returns" in checks["accepted"].hint


def test_a_body_that_was_decoded_is_the_same(graded):
    checks, _place = graded(GOOD.replace("await request.body()", "(await request.body()).decode()"))
    assert checks["greeted"].hint == "here"


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("= await request.body()", "= request.body()", "body"),
        ("= json.loads(body)", "= read(body)", "read"),
    ],
)
def test_a_forgotten_await_is_named(graded, before, after, name):
    source = "async def read(body):\n    return json.loads(body)\n" + GOOD.replace(before, after)
    checks, place = graded(source)
    assert checks["accepted"].hint == (
        f"First {place(after)}: {name}() is a coroutine, which does nothing until it is awaited. "
        f"Write: await {name}(…). Then here"
    )


def test_a_create_app_that_is_a_coroutine_is_told_so(sample):
    sample.write_app("async def create_app(settings):\n    return 1\n")
    sample.write(TESTS, "accepted", "refused", "greeted")
    assert "write `def create_app`, without `async`" in sample.grade()["accepted"].message


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("svix_id", "svix-id"),
        ("Svix-Sig", "svix-signature"),
        ("x-svix-signature", "svix-signature"),
        ("webhook-signature", "svix-signature"),
        ("clerk-timestamp-signature", ""),
    ],
)
def test_a_header_of_another_name_is_told_of(graded, name, near):
    names = ["svix-id", "svix-timestamp", "svix-signature"]
    sent = [name if each == near else each for each in names]
    read = (
        "{"
        + ", ".join(
            f'"{right}": request.headers.get("{each}", "")'
            for right, each in zip(names, sent, strict=True)
        )
        + "}"
    )
    checks, place = graded(GOOD.replace("dict(request.headers)", read))
    if near:
        assert checks["accepted"].hint == (
            f"First {place(read)}: no header is called “{name}”. Svix sends “{near}”. Then here"
        )
    else:
        assert checks["greeted"].hint == "here"


def test_header_names_are_found_in_a_tuple(graded):
    names = '("svix-id", "svix_timestamp", "svix-signature")'
    read = f'{{name: request.headers.get(name, "") for name in {names}}}'
    source = GOOD.replace("dict(request.headers)", read)
    assert "“svix_timestamp”. Svix sends “svix-timestamp”" in graded(source)[0]["accepted"].hint


@pytest.mark.parametrize(
    ("caught", "does"),
    [
        ("Exception", "pass"),
        ("", 'return "ok"'),
        ("WebhookVerificationError as error", "print(error)"),
    ],
)
def test_a_refusal_that_is_swallowed_is_the_hole(graded, caught, does):
    source = GOOD.replace("except WebhookVerificationError", f"except {caught}".rstrip())
    source = source.replace("raise HTTPException(401) from None", does)
    checks, place = graded(source)
    assert checks["refused"].hint == (
        f"First {place(f'except {caught}'.rstrip())}: this except also catches what verify() "
        "raises, and the delivery goes on as if it were genuine. Let it end in a 401. Then here"
    )
    assert checks["greeted"].hint == "here"


def test_the_hole_comes_before_an_open_todo(graded):
    source = GOOD.replace("raise HTTPException(401) from None", "pass").replace(
        "    event = json",
        '    raise NotImplementedError("keep(): TODO 4 is still open")\n    event = json',
    )
    checks, place = graded(source)
    assert checks["refused"].hint.startswith(f"First {place('except Webhook')}: this except")
    assert checks["accepted"].hint == (
        f"First TODO 4 ({place('TODO 4')}), which is still open. Then here"
    )


def test_an_open_todo_behind_a_hole_is_not_where_to_look(graded, sample):
    todo = '    raise NotImplementedError("keep(): TODO 4 is still open")\n    event = json'
    source = GOOD.replace("    event = json", todo).replace("webhook.verify(", "print(")
    _checks, place = graded(source)
    rubric = sample.grader / "rubric.toml"
    text = rubric.read_text(encoding="utf-8").replace('en = "here"', 'en = "TODO 2; page"')
    rubric.write_text(text, encoding="utf-8")
    checks = sample.grade()
    assert checks["refused"].hint == "TODO 2; page"
    assert checks["accepted"].hint == (
        f"First TODO 4 ({place('TODO 4')}), which is still open. Then TODO 2; page"
    )


def test_an_open_todo_is_one_line_without_a_traceback(graded):
    source = GOOD.replace(
        "    body =",
        '    raise NotImplementedError("receive(): TODO 2 is still open, in app.py")\n    body =',
    )
    checks, place = graded(source)
    message = checks["accepted"].message
    assert f"TODO 2 is still open (NotImplementedError): {place('TODO 2')}" in message
    assert "Traceback" not in message
    assert message.count("TODO 2") == 1


def test_an_open_todo_at_the_start_is_one_line_too(graded):
    checks, place = graded('raise NotImplementedError("create_app(): TODO 1 is still open")')
    message = checks["accepted"].message
    assert message == (
        "What was wanted:\n  an app that starts\nWhat happened:\n"
        f"  TODO 1 is still open (NotImplementedError): {place('TODO 1')}"
    )


def test_a_breakpoint_without_a_debugger_is_named(graded):
    checks, place = graded(GOOD.replace("    event =", "    breakpoint()\n    event ="))
    assert checks["accepted"].hint == (
        f"First {place('breakpoint()')}: breakpoint() stops the app, and nobody sits at its "
        "terminal. Remove it, or run: hooklab grade sample --debug. Then here"
    )


WAITING = {
    "an endless loop": ("async def", "while True: pass"),
    "a sleep": ("def", "time.sleep(3600)"),
    "a deadlock": ("def", "lock = threading.Lock(); lock.acquire(); lock.acquire()"),
    "an event that never comes": ("async def", "await asyncio.Event().wait()"),
}


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="only POSIX has signals of one's own")
@pytest.mark.parametrize("name", WAITING)
def test_where_an_app_stands_that_does_not_answer(graded, monkeypatch, name):
    monkeypatch.setattr(app_module, "RESPONSE_SECONDS", 1.5)
    kind, line = WAITING[name]
    checks, place = graded(f'@app.post("/webhooks/clerk")\n{kind} receive() -> None:\n    {line}\n')
    assert f"it says that it stands at {place(line)}" in checks["accepted"].message
    assert checks["accepted"].hint == (
        f"First {place(line)}, where the app stood while no answer came. Then here"
    )


def test_a_redirect_is_said_to_lead_nowhere(graded):
    checks, place = graded(GOOD.replace('"/webhooks/clerk"', '"/webhooks/clerk/"'))
    assert "→ 307 → http://" in checks["accepted"].message
    assert "(Svix follows no redirect: give it the final address)" in checks["accepted"].message
    assert checks["accepted"].hint == (
        f"First {place('@app.post')}: the route is “/webhooks/clerk/”, and deliveries go to "
        "“/webhooks/clerk”. Then here"
    )


def test_a_route_elsewhere_or_of_another_method_is_found(graded):
    checks, place = graded(GOOD.replace('"/webhooks/clerk"', '"/webhook/clerk"'))
    assert checks["accepted"].hint == (
        f"First {place('@app.post')}: the route is “/webhook/clerk”, and deliveries go to "
        "“/webhooks/clerk”. Then here"
    )
    checks, place = graded(GOOD.replace("@app.post", "@app.get"))
    assert checks["accepted"].hint == (
        f"First {place('@app.get')}: the route takes GET, and deliveries come by POST. Then here"
    )


def test_places_are_told_from_where_the_learner_stands(graded, sample, monkeypatch):
    monkeypatch.chdir(sample.root)
    checks, _place = graded(GOOD.replace("await request.body()", "request.body()"))
    assert checks["accepted"].hint.startswith("First exercises/sample/app.py:")
    assert 'File "exercises/sample/app.py", line' in checks["accepted"].message


def test_advice_is_given_in_french(graded):
    texts.use("fr")
    checks, place = graded(GOOD.replace("await request.body()", "request.body()"))
    assert checks["accepted"].hint == (
        f"D\u2019abord {place('request.body()')}\u00a0: body() est une coroutine, qui ne fait "
        "rien tant que personne ne l\u2019attend. Écrivez\u00a0: await body(…). Ensuite ici"
    )


def test_an_answer_that_lies_about_a_todo_is_not_believed(graded):
    lie = 'print("NotImplementedError: x(): TODO 9 is still open"); raise ValueError'
    source = GOOD.replace("    event =", f"    {lie}\n    event =")
    assert graded(source)[0]["accepted"].hint == "here"


def test_an_answer_that_takes_too_long_to_look_through_gets_no_advice(tmp_path):
    (tmp_path / "app.py").write_text("f()\n" * 40_000)
    code = read_code(tmp_path)
    for _number in range(MOST_STEPS // 40_000):
        assert len(code.calls("g")) == 0
    with pytest.raises(TooMuch):
        code.calls("g")
    (tmp_path / "more.py").write_text("f()\n" * 40_000)
    assert read_code(tmp_path).calls("f") == []


def test_links_and_files_that_are_no_python_are_left_out(tmp_path):
    (tmp_path / "broken.py").write_text("def (:")
    (tmp_path / "good.py").write_text("f()")
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    assert [call.lineno for call in read_code(tmp_path).calls("f")] == [1]
    assert Code({}).calls("f") == []
