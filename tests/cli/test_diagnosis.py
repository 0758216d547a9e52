"""From what came back for a delivery to the one cause that `hooklab doctor` names."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from hooklab.doctor import diagnosis
from hooklab.sender import Response

ADDRESS = "http://app.example.com/webhooks/clerk"
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def redirect(location: str, status: int = 307) -> Response:
    return Response(status, {"location": location})


ANSWERS = [
    (Response(204), None),
    (Response(200, {"content-type": "text/html"}, "<p>thanks</p>"), None),
    (Response(200, {"content-type": "text/html"}, "<h1>Log in</h1>"), "login"),
    (Response(problem="timeout"), "slow"),
    (Response(problem="dropped"), "failing"),
    (Response(400, text="No matching signature found"), "refused"),
    (Response(401, text='{"error":"signing secret"}'), "refused"),
    (Response(400, text='{"error":"Message timestamp too old"}'), "clock"),
    (Response(401, {"WWW-Authenticate": "Basic"}), "login"),
    (Response(401, text='{"detail":"Not authenticated"}'), "login"),
    (Response(403, {"content-type": "text/html; charset=utf-8"}, "<p>CSRF</p>"), "login"),
    (Response(404), "not_found"),
    (Response(410), "not_found"),
    (Response(404, {"x-clerk-auth-status": "signed-out"}), "login"),
    (Response(404, {"ngrok-error-code": "ERR_NGROK_3200"}), "gateway"),
    (Response(405), "method"),
    (Response(422), "model"),
    (Response(429), "failing"),
    (Response(500), "failing"),
    (Response(503), "gateway"),
    (Response(304), "redirect"),
    (redirect("/webhooks/clerk/"), "slash"),
    (redirect("http://app.example.com:8000/webhooks/clerk/"), "slash"),
    (redirect("https://app.example.com/webhooks/clerk", 301), "redirect"),
    (redirect("https://www.app.example.com/webhooks/clerk/", 308), "redirect"),
    (redirect("/sign-in?redirect_url=%2Fwebhooks%2Fclerk"), "login"),
    (redirect("https://accounts.example.com/?to=x", 302), "login"),
    (redirect("/?next=/sign-in", 302), "redirect"),
]


@pytest.mark.parametrize(("response", "cause"), ANSWERS)
def test_an_answer_has_one_cause(response, cause):
    assert diagnosis.cause_of(response, urlsplit(ADDRESS)) == cause


def test_an_address_of_its_own_is_no_login_because_of_its_name():
    address = urlsplit("http://accounts.example.com/auth/webhooks")
    slash = redirect("http://accounts.example.com/auth/webhooks/")
    https = redirect("https://accounts.example.com/auth/webhooks")
    assert diagnosis.cause_of(slash, address) == "slash"
    assert diagnosis.cause_of(https, address) == "redirect"


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("Mon, 02 Mar 2026 10:06:00 GMT", timedelta(minutes=6)),
        ("Mon, 02 Mar 2026 09:00:00 -0000", timedelta(hours=-1)),
        ("", None),
        ("noon", None),
        ("Mon, 99 Mar 2026 10:06:00 GMT", None),
    ],
)
def test_a_clock_is_read_from_the_date_of_the_reply(date, ahead):
    assert diagnosis.clock_ahead(Response(200, {"date": date}), NOW) == ahead


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ok", False),
        ("saved ada@example.com", True),
        ("Traceback (most recent call last):", True),
        ("Error: no\n    at handler (/app/route.js:10:5)", True),
    ],
)
def test_a_reply_repeats_what_is_private_or_where_the_code_stands(text, expected):
    assert diagnosis.repeats(Response(200, text=text), ["ada@example.com"]) is expected


@pytest.mark.parametrize(
    "written", ['"whsec_A"', " whsec_A\r", "v1,whsec_A", "“whsec_A”", "`whsec_A`"]
)
def test_a_secret_is_freed_from_what_stands_around_it(written):
    assert diagnosis.bare(written) == "whsec_A"
