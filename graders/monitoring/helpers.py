"""The administration as a program asks it, and as a person's browser shows it."""

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from hooklab.grading.page import Element, read_page
from hooklab.grading.response import AppResponse
from hooklab.texts import pick

PAGE = "/admin/webhooks"
STATS = "/api/webhooks/stats"
EVIL = "https://evil.example"


def instant(value):
    """A time of a table or an API as an aware one; a naive one is in UTC."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def logged(lab, event, **values):
    """The one row of the event's message in the log; it must have these values."""
    return lab.db.expect_row("webhook_log", {"svix_id": event.message_id}, **values)


def fail(lab, event, times=1):
    """Deliver `event` so often while billing refuses; then it takes everything again."""
    lab.billing.fail(status=503)
    answers = [lab.deliver(event) for _ in range(times)]
    lab.billing.recover()
    logged(lab, event, status="failed")
    return answers


def held_up(lab, event, seconds):
    """Deliver `event` while billing takes so long over it; the answer."""
    with lab.billing.hold("request") as hold:
        request = lab.deliver.later(event)
        hold.wait(during=[request])
        lab.clock.advance(seconds=seconds)
    return request.result()


def small(lab):
    """An event that the app has nothing to do for."""
    return lab.clerk.other(
        "organization.created", {"id": lab.draw.id("org"), "object": "organization"}
    )


def seed(lab, count=1, *, ago=0.0, step=0.0, at=None, times=1, **values):
    """Write so many webhooks into the log; their rows, without copies.

    Args:
        ago: how many minutes ago the first was received.
        step: how many minutes lie between two.
        at: when the first was received; now, if nothing says otherwise.
        times: how often each is there, with another message id.
        values: columns that differ; a function is called with the number of the row.
    """
    first = (at or lab.clock.now()) - timedelta(minutes=ago)
    base = {"type": "user.updated", "status": "done", "duration_ms": 10, "error": None} | values
    rows = [
        {
            "svix_id": lab.draw.id("msg"),
            "received_at": first + timedelta(minutes=step) * number,
        }
        | {name: value(number) if callable(value) else value for name, value in base.items()}
        for number in range(count)
    ]
    for row in rows:
        # A failure has an error, and the app's table may insist on it.
        if row["status"] == "failed" and "error" not in values:
            row["error"] = "TimeoutError"
    if rows:
        lab.database.insert("webhook_log", rows, times=times, apart="svix_id")
    return rows


def bearer(token):
    """The header of a program."""
    return {"authorization": f"Bearer {token}"}


def ask(lab, **query) -> AppResponse:
    """The answer of the API; `from_` stands for `from`."""
    sent = {name.rstrip("_"): value for name, value in query.items() if value is not None}
    path = f"{STATS}?{urlencode(sent)}" if sent else STATS
    return lab.app.get(path, headers=bearer(lab.settings["ADMIN_TOKEN"]))


def stats(lab, **query):
    """The statistics, a JSON object."""
    found = ask(lab, **query).expect("200").json
    lab.require(
        isinstance(found, dict),
        en=f"a JSON object from {STATS}",
        fr=f"un objet JSON de {STATS}",
        got=repr(found),
    )
    return found


def durations(lab, found):
    """The mean and the percentile of the statistics."""
    durations = found.get("duration_ms")
    lab.require(
        isinstance(durations, dict),
        en="duration_ms: an object with mean and p95",
        fr="duration_ms : un objet avec mean et p95",
        got=repr(durations),
    )
    return durations


def listed(lab, found):
    """The list of the statistics: objects."""
    rows = found.get("deliveries")
    lab.require(
        isinstance(rows, list) and all(isinstance(row, dict) for row in rows),
        en="deliveries: a list of objects",
        fr="deliveries : une liste d’objets",
        got=repr(rows),
    )
    return rows


def expect(lab, found, **wanted):
    """Fail unless the object `found` has these values; numbers may be a little off."""
    got = {name: found.get(name) for name in wanted}
    lab.require(
        all(_alike(got[name], value) for name, value in wanted.items()),
        en=", ".join(f"{name}: {_shown(value)}" for name, value in wanted.items()),
        fr=", ".join(f"{name} : {_shown(value)}" for name, value in wanted.items()),
        got=", ".join(f"{name}: {value!r}" for name, value in got.items()),
    )


def _alike(got, wanted):
    if isinstance(wanted, float) and isinstance(got, int | float):
        return abs(got - wanted) < 0.0006 * max(1, abs(wanted))
    return got == wanted


def _shown(value):
    return f"{value:.4g}" if isinstance(value, float) else repr(value)


@dataclass(frozen=True)
class Form:
    """A form as it was found on the page."""

    method: str
    address: str
    fields: dict


class Browser:
    """The browser of somebody who is logged in.

    As all browsers do, it sends the password and its cookies by itself, and says where a form
    comes from. The app stands behind a proxy that speaks TLS, at APP_URL.
    """

    def __init__(self, lab, *, token=None, name=None):
        self._lab = lab
        self._token = lab.settings["ADMIN_TOKEN"] if token is None else token
        self._name = name or lab.draw.word()
        self._cookies = {}

    @property
    def site(self):
        """The app's origin."""
        parts = urlsplit(self._lab.settings["APP_URL"])
        return f"{parts.scheme}://{parts.netloc}"

    def get(self, address=PAGE) -> AppResponse:
        """GET an address of this site."""
        return self._send("GET", address, {"sec-fetch-site": "same-origin"})

    def open(self, address=PAGE) -> Element:
        """The page at the address."""
        answer = self.get(address).expect("200")
        return read_page(answer.text)

    def submit(self, form: Form, **values) -> AppResponse:
        """Send a form of the page, with some fields filled in, as its button does."""
        fields = form.fields | values
        if form.method == "get":
            return self.get(f"{form.address.partition('?')[0]}?{urlencode(fields)}")
        own = {"origin": self.site, "sec-fetch-site": "same-origin", "referer": self.site + PAGE}
        return self._post(form, fields, own)

    def forge(self, form: Form, fields, **headers) -> AppResponse:
        """Send a form that another site has made; the browser adds what it always adds."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._post(form, fields, sent, from_elsewhere=True)

    def _post(self, form, fields, headers, *, from_elsewhere=False):
        kind = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode(fields).encode()
        return self._send("POST", form.address, kind | headers, body, from_elsewhere=from_elsewhere)

    def _send(self, method, address, headers, body=b"", *, from_elsewhere=False):
        credentials = b64encode(f"{self._name}:{self._token}".encode()).decode()
        cookies = "; ".join(
            f"{name}={value}"
            for name, (value, at_home_only) in self._cookies.items()
            if not (from_elsewhere and at_home_only)
        )
        sent = {
            "host": urlsplit(self.site).netloc,
            "x-forwarded-proto": urlsplit(self.site).scheme,
            "accept": "text/html",
            "authorization": f"Basic {credentials}",
            **({"cookie": cookies} if cookies else {}),
            **headers,
        }
        path = _path(urljoin(self.site + PAGE, address))
        answer = self._lab.app.request(method, path, headers=sent, body=body)
        self._keep_cookies(answer.headers.get("set-cookie", ""))
        return answer

    def _keep_cookies(self, lines):
        for line in lines.splitlines():
            try:
                found = SimpleCookie(line)
            except CookieError:
                continue
            for name, cookie in found.items():
                at_home_only = cookie["samesite"].lower() in ("lax", "strict")
                self._cookies[name] = (cookie.value, at_home_only)


def _path(address):
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def row_of(page: Element, svix_id: str) -> Element:
    """The row of the message on the page."""
    for row in page.find_all(role="row"):
        if svix_id in row.text:
            return row
    both = {"en": f"a table row with {svix_id}", "fr": f"une ligne de tableau avec {svix_id}"}
    return page.find(what=pick(both), id=f"row of {svix_id}")


def shown_ids(page: Element, ids) -> list[str]:
    """Those of the message ids that the page's rows show, from top to bottom."""
    rows = [row.text for row in page.find_all(role="row")]
    return [each for row in rows for each in ids if each in row]


def figure(page: Element, name: str) -> float:
    """The number that the element with this id shows; spaces and one comma may be in it."""
    element = page.find(id=name)
    found = re.search(r"\d+(?:[.,]\d+)?", re.sub(r"\s", "", element.text))
    return float(found[0].replace(",", ".")) if found else -1.0


def form_in(element: Element, method: str, names=()) -> Form | None:
    """The first form with this method, and fields of these names, in the element."""
    for form in element.find_all(tag="form"):
        fields = _fields(form)
        if form.attributes.get("method", "get").lower() == method and set(names) <= set(fields):
            return Form(method, form.attributes.get("action") or PAGE, fields)
    return None


def replay_form(lab, page: Element, svix_id: str) -> Form:
    """The form that replays the message; a page without one fails the check."""
    form = form_in(row_of(page, svix_id), "post")
    lab.require(
        form,
        en=f"a form with method=post in the row of {svix_id}",
        fr=f"un formulaire avec method=post dans la ligne de {svix_id}",
        got=row_of(page, svix_id).text,
    )
    return form


def _fields(form: Element) -> dict:
    fields = {}
    for each in form.walk():
        name = each.attributes.get("name")
        if not name or "disabled" in each.attributes:
            continue
        if each.tag == "input" and each.attributes.get("type") in ("checkbox", "radio"):
            if "checked" in each.attributes:
                fields[name] = each.attributes.get("value", "on")
        elif each.tag in ("input", "button", "textarea"):
            fields[name] = each.attributes.get("value", "")
        elif each.tag == "select":
            options = each.find_all(tag="option")
            chosen = [o for o in options if "selected" in o.attributes] or options[:1]
            fields[name] = chosen[0].attributes.get("value", chosen[0].text) if chosen else ""
    return fields
