"""`hooklab doctor` at little apps on loopback, each with one fault of the field."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import uvicorn
from fastapi import Body, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from svix.webhooks import Webhook, WebhookVerificationError

from hooklab import texts
from hooklab.doctor.causes import causes
from hooklab.doctor.examination import titles

SECRET = "whsec_" + "QUJD" * 8
OTHER = "whsec_" + "REVG" * 8
PATH = "/webhooks/clerk"
SIGN_IN = "<html><form action=/sign-in>Sign in <input type=password></form></html>"


async def verified(request: Request, secret: str = SECRET) -> bytes:
    raw = await request.body()
    try:
        Webhook(secret).verify(raw, dict(request.headers))
    except (WebhookVerificationError, ValueError):
        raise HTTPException(401, "the signature does not hold") from None
    return raw


def takes(answer: Callable, path: str = PATH, method: str = "POST") -> FastAPI:
    """An app with the one route."""
    app = FastAPI()
    app.api_route(path, methods=[method], response_model=None)(answer)
    return app


async def right(request: Request) -> Response:
    await verified(request)
    return Response(status_code=204)


async def another_secret(request: Request) -> Response:
    await verified(request, OTHER)
    return Response(status_code=204)


def parsed_first(**spelling: object) -> Callable:
    """A route that verifies what it has parsed and written again."""

    async def answer(request: Request) -> Response:
        raw = json.dumps(json.loads(await request.body()), **spelling)
        try:
            Webhook(SECRET).verify(raw, dict(request.headers))
        except WebhookVerificationError:
            raise HTTPException(400, "no") from None
        return Response(status_code=204)

    return answer


async def open_to_all() -> None:
    pass


async def uncaught(request: Request) -> None:
    Webhook(SECRET).verify(await request.body(), dict(request.headers))


async def failing(request: Request) -> None:
    await verified(request)
    raise HTTPException(500, "Internal Server Error")


async def model(_event: Request, name: str = Body(embed=True)) -> None:
    pass


async def slow(_event: Request) -> None:
    time.sleep(1)


async def echo(request: Request) -> Response:
    return Response(await verified(request), media_type="application/json")


async def greets(request: Request) -> dict[str, str]:
    user = json.loads(await verified(request))["data"]
    return {"saved": f"{user['first_name']} {user['last_name']}"}


async def shows_a_traceback(request: Request) -> Response:
    await verified(request)
    return PlainTextResponse("Traceback (most recent call last):\n  File …")


async def bad_gateway(_event: Request) -> Response:
    return HTMLResponse("<h1>Bad Gateway</h1>", 502)


async def to_https(_event: Request) -> Response:
    return RedirectResponse("https://www.example.com/webhooks/clerk", 308)


async def to_sign_in(_event: Request) -> Response:
    return RedirectResponse("https://accounts.example.com/sign-in?redirect_url=x", 307)


async def wants_a_bearer(_event: Request) -> None:
    raise HTTPException(401, "no token", {"WWW-Authenticate": "Bearer"})


async def forbidden(_event: Request) -> None:
    raise HTTPException(403, "Not authenticated")


async def page_of_a_login(_event: Request) -> Response:
    return HTMLResponse(SIGN_IN)


async def hidden_by_clerk(_event: Request) -> None:
    raise HTTPException(404, headers={"x-clerk-auth-status": "signed-out"})


async def shifted(request: Request) -> Response:
    """An app whose clock is six minutes behind."""
    ahead = datetime.fromtimestamp(int(request.headers["svix-timestamp"]), UTC)
    late = format_datetime(ahead - timedelta(minutes=6), usegmt=True)
    return Response(status_code=401, headers={"date": late})


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address of PATH at `app`, as long as the block lasts."""
    # The server tells the time, unless the app does so itself.
    own_date = any(getattr(route, "endpoint", None) is shifted for route in app.routes)
    config = uvicorn.Config(app, port=0, log_level="critical", date_header=not own_date)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}{PATH}"
    finally:
        server.should_exit = True
        thread.join()


FAULTS = {
    "another secret": (takes(another_secret), "delivery", "refused", "401 in "),
    "a body that Python rewrites": (takes(parsed_first()), "bytes", "rewritten", "400 in "),
    "a body that is rewritten as JavaScript does": (
        takes(parsed_first(separators=(",", ":"), ensure_ascii=False)),
        *("bytes", "rewritten", "400 in "),
    ),
    "no verification": (takes(open_to_all), "forgery", "open", "200 in "),
    "an exception of the verification": (takes(uncaught), "forgery", "uncaught", "500 in "),
    "code that fails": (takes(failing), "delivery", "failing", "500 in "),
    "a model in the route": (takes(model), "delivery", "model", "422 in "),
    "a slow answer": (takes(slow), "time", "slow", "no answer within 15 s"),
    "an echo": (takes(echo), "echo", "echo", ""),
    "a reply that names people": (takes(greets), "echo", "echo", ""),
    "a traceback": (takes(shows_a_traceback), "echo", "echo", ""),
    "a proxy without its app": (takes(bad_gateway), "delivery", "gateway", "502 in "),
    "a slash at the end": (takes(right, f"{PATH}/"), "redirect", "slash", "307 → http://127.0.0.1"),
    "www": (takes(to_https), "redirect", "redirect", "308 → https://www.example.com/webhooks"),
    "a sign-in page": (takes(to_sign_in), "login", "login", "307 → https://accounts.example"),
    "a bearer token": (takes(wants_a_bearer), "login", "login", "401 in "),
    "a session": (takes(forbidden), "login", "login", "403 in "),
    "a sign-in page that says 200": (takes(page_of_a_login), "login", "login", "200 in "),
    "a route that Clerk hides": (takes(hidden_by_clerk), "login", "login", "404 in "),
    "another path": (takes(right, "/webhook"), "route", "not_found", "404 in "),
    "no POST": (takes(open_to_all, method="GET"), "route", "method", "405 in "),
    "a clock that is behind": (takes(shifted), "clock", "clock", "behind by 0:06:0"),
}


@pytest.fixture
def doctor(course, hooklab, monkeypatch):
    # What takes fifteen seconds in the field takes half a second here.
    monkeypatch.setattr("hooklab.sender.http.TIMEOUT", timedelta(seconds=0.5))

    def examine(address: str, *options: str, secret: str | None = SECRET) -> tuple[int, str, str]:
        own = () if secret is None else ("--secret", secret)
        return hooklab("doctor", "--to", address, *own, *options)

    return examine


def failures(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith("✗")]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_named_and_explained(doctor, fault):
    app, check, cause, seen = FAULTS[fault]
    with serving(app) as address:
        code, out, _err = doctor(address)
    (line,) = failures(out)
    assert code == 1
    assert line.startswith(f"✗ {titles()[check]}{': ' if seen else ''}{seen}")
    told = " ".join(out.split())
    for text in (causes()[cause].shown, causes()[cause].cause, causes()[cause].remedy):
        assert text in told
    assert f"  course/en/{causes()[cause].page}\n" in out
    assert out.endswith("1 thing to mend.\n")


def test_ten_short_lines_say_that_all_is_well(doctor):
    with serving(takes(right)) as address:
        code, out, err = doctor(address)
    *lines, last = out.splitlines()
    assert (code, len(lines), last) == (0, 10, "All is well.")
    assert all(line.startswith("✓ ") for line in lines)
    assert err == f"Delivers events about made-up people to {address}\n"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_fits_a_narrow_terminal_without_colour_in_both_languages(doctor, language):
    with serving(takes(another_secret)) as address:
        code, out, _err = doctor(address, "--lang", language)
    assert code == 1
    assert "\x1b" not in out
    assert all(len(line) <= 80 for line in out.splitlines())
    # No line begins with a mark that belongs to the word before it.
    assert " ".join(causes()["refused"].cause.split(" ")) in " ".join(re.split("[ \n]+", out))


def test_the_reply_is_shown_where_it_helps_and_obeyed_nowhere(doctor):
    async def talkative(_event: Request) -> Response:
        return PlainTextResponse("no such\x1b[2J table", 500)

    with serving(takes(talkative)) as address:
        out = doctor(address)[1]
    assert "  Reply:     no such\ufffd[2J table\n" in out


def test_an_app_that_hangs_up_leaves_the_rest_open(doctor):
    with socket.create_server(("127.0.0.1", 0)) as door:
        hanging_up = threading.Thread(target=lambda: [door.accept()[0].close() for _n in range(2)])
        hanging_up.start()
        code, out, _err = doctor(f"http://127.0.0.1:{door.getsockname()[1]}{PATH}")
        hanging_up.join()
    first, second, explained, *_others = out.splitlines()
    assert (code, first) == (1, "✓ The secret stands alone")
    assert second == "✗ A delivery arrives: the connection broke"
    assert explained.startswith("  Dashboard: ")
    assert out.count("✓") == 1
    assert out.count("· ") == 8


def test_what_stands_behind_a_fault_is_left_open(doctor):
    with serving(takes(to_https)) as address:
        out = doctor(address)[1]
    assert "· A delivery arrives: 308 in " in out
    assert "· No login stands in front: cannot be told yet" in out
    assert "· A wrong secret is refused: cannot be told yet" in out


@pytest.mark.parametrize(
    "written",
    [f'"{SECRET}"', f"'{SECRET}'", f" {SECRET}", f"{SECRET}  ", f"v1,{SECRET}"],
)
def test_a_secret_with_something_around_it_is_found_in_the_file(doctor, written):
    Path(".env").write_text(f"A=1\nCLERK_WEBHOOK_SIGNING_SECRET={written}\nB=2\n")
    with serving(takes(right)) as address:
        code, out, _err = doctor(address, secret=None)
    assert (code, failures(out)) == (1, [f"✗ {titles()['secret']}"])
    assert causes()["quoted"].remedy in " ".join(out.split())


def test_a_secret_in_quotes_is_found_in_the_environment(doctor, monkeypatch):
    monkeypatch.setenv("CLERK_WEBHOOK_SIGNING_SECRET", f'"{SECRET}"')
    Path(".env").write_text(f"CLERK_WEBHOOK_SIGNING_SECRET={OTHER}\n")
    with serving(takes(right)) as address:
        code, out, _err = doctor(address, secret=None)
    assert (code, failures(out)) == (1, [f"✗ {titles()['secret']}"])


def test_a_secret_alone_on_its_line_is_well_with_a_remark_behind_it(doctor):
    Path("own.env").write_text(f"export CLERK_WEBHOOK_SIGNING_SECRET={SECRET} # of this app\n")
    with serving(takes(right)) as address:
        assert doctor(address, "--env", "own.env", secret=None)[0] == 0


def test_an_app_that_is_not_there_is_a_sentence(doctor):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    code, _out, err = doctor(f"http://127.0.0.1:{port}{PATH}")
    assert code == 2
    assert f"nothing answers at 127.0.0.1:{port}" in err
    assert "hooklab run SLUG" in err


@pytest.mark.parametrize("secret", [None, "whsec_short", '""'])
def test_without_a_secret_nothing_is_delivered(doctor, secret):
    code, out, err = doctor("http://127.0.0.1:9/", secret=secret)
    assert (code, out) == (2, "")
    assert "secret" in err


def test_every_cause_leads_to_a_heading_of_the_course_in_both_languages():
    course = Path(__file__).parents[2] / "course"
    for language in texts.LANGUAGES:
        texts.use(language)
        for cause in causes().values():
            page, _hash, heading = cause.page.partition("#")
            text = (course / language / page).read_text(encoding="utf-8")
            headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
            assert heading in {anchor(each) for each in headings}
    texts.use("en")


def anchor(heading: str) -> str:
    """What MkDocs makes of a heading."""
    from markdown.extensions.toc import slugify

    return slugify(heading, "-")
