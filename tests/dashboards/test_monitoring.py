"""The page of monitoring in a real browser: filter, pages, replay, and text that stays text."""

import base64
import random
import re
import sqlite3
import urllib.request
from contextlib import closing, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest

from hooklab.sender import Clerk, headers, new_secret

PHONE, SCREEN = 360, 1280
SECRET = new_secret(random.Random(1))
ADMIN, CRON = "the administration's own", "the cron's own"
STRANGE = "<script>document.title = 'broken into'</script>"

sizes = pytest.mark.parametrize("width", [PHONE, SCREEN])
schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


class Shop:
    """A running app with some history.

    Attributes:
        page: the address of its page.
    """

    def __init__(self, address, database, world) -> None:
        self.page = f"{address}/admin/webhooks"
        self._address = address
        self._database = database
        self._world = world
        self._clerk = Clerk(seed=7, now=lambda: datetime.now(UTC))
        self._chance = random.Random(7)

    def deliver(self, *, fails=False):
        """Deliver a sign-up, which billing refuses or takes; its message id."""
        if fails:
            self._world.billing.fail(status=503, times=1)
        event = self._clerk.user_created()
        signed = headers(event.message_id, event.body, [SECRET], datetime.now(UTC))
        request = urllib.request.Request(
            f"{self._address}/webhooks/clerk", event.body.encode(), signed, method="POST"
        )
        with suppress(HTTPError) if fails else nullcontext():
            urllib.request.urlopen(request, timeout=60).close()
        return event.message_id

    def remember(self, count):
        """Write so many webhooks of the last days straight into the log."""
        kinds = ["user.created"] * 5 + ["user.updated"] * 4 + ["session.created"] * 6
        now, chance = datetime.now(UTC), self._chance
        rows = []
        for number in range(count):
            at = now - timedelta(minutes=20 * (number + 1))
            failed = number % 17 == 3
            error = ("BillingUnreachable", "OperationalError")[number % 2] if failed else None
            took = round(chance.lognormvariate(3.5, 0.9), 1) * (40 if failed else 1)
            kind, status = chance.choice(kinds), "failed" if failed else "done"
            when = f"{at:%Y-%m-%d %H:%M:%S.%f}"
            rows.append((f"msg_old{number:022}", kind, status, took, when, error))
        rows.append(("msg_strange", STRANGE, "failed", 9, f"{now:%Y-%m-%d %H:%M:%S.%f}", STRANGE))
        with closing(sqlite3.connect(self._database, timeout=30)) as connection, connection:
            connection.executemany(
                "INSERT INTO webhook_log (svix_id, type, status, duration_ms, received_at, error) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )


@pytest.fixture(scope="module", params=["en", "fr"])
def shop(request, serve, world, tmp_path_factory):
    database = tmp_path_factory.mktemp("log") / "app.db"
    address = serve(
        "monitoring",
        {
            "DATABASE_URL": f"sqlite:///{database}",
            "CLERK_WEBHOOK_SIGNING_SECRET": SECRET,
            "ADMIN_TOKEN": ADMIN,
            "CRON_SECRET": CRON,
            "APP_LANGUAGE": request.param,
            "BILLING_APP_URL": world.billing.url,
            "BILLING_APP_SECRET": world.billing.secret,
        },
    )
    shop = Shop(address, database, world)
    shop.deliver()
    shop.remember(230)
    return shop


@pytest.fixture
def look(shop, browser):
    """Opens the page as an administrator, in a window of this width."""

    def open_(width=SCREEN, scheme="light", query=""):
        credentials = base64.b64encode(f"Grace:{ADMIN}".encode()).decode()
        browser.call(
            "Network.setExtraHTTPHeaders", headers={"authorization": f"Basic {credentials}"}
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.call("Emulation.setEmulatedMedia", features=features)
        browser.open(shop.page + query, width=width)
        return browser

    yield open_
    browser.call("Network.setExtraHTTPHeaders", headers={})
    browser.call("Emulation.setEmulatedMedia", features=[])


def follow(seen, script):
    """Do something that leads to another page, and wait for it."""
    seen.loaded = False
    seen.run(script)
    while not seen.loaded:
        seen.receive()


def press(seen, key, code):
    """Press and release a key, as a person does."""
    typed = {"text": "\r"} if key == "Enter" else {}
    for kind in ("keyDown", "keyUp"):
        named = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        seen.call("Input.dispatchKeyEvent", type=kind, **named, **typed)


def column(seen, name):
    """The texts of a column, from top to bottom."""
    cells = f"[...document.querySelectorAll('tbody .{name}')].map(each => each.textContent)"
    return seen.run(cells)


@sizes
def test_the_page_asks_no_other_host_and_runs_its_own_script_alone(shop, look, width):
    seen = look(width)
    assert seen.hosts == {urlsplit(shop.page).netloc}
    assert seen.errors == []
    assert seen.run("document.querySelectorAll('script').length") == 1
    assert seen.run("document.querySelectorAll('[onerror], [onclick], [style]').length") == 0


@sizes
@pytest.mark.parametrize("scheme", ["light"])
def test_nothing_is_wider_than_the_window(look, width, scheme):
    seen = look(width, scheme)
    assert seen.run("document.documentElement.scrollWidth") <= width
    rights = "[...document.querySelectorAll('b, code, td, dd, button, input, select, a')].map("
    rights += "each => each.getBoundingClientRect().right)"
    assert max(seen.run(rights)) <= width


@schemes
def test_texts_stand_out_from_their_ground(look, scheme):
    seen = look(SCREEN, scheme)
    grounds = {
        "#deliveries section": ("h2", "th", ".message b", "code", ".received", ".error", "nav a"),
        ".tiles div": ("dt", "#total", "#success-rate", ".note"),
        ".pill.done": (".pill.done",),
        ".pill.failed": (".pill.failed",),
        ".filter button": (".filter button",),
        "body": ("h1", "header p", ".filter label"),
    }
    for ground, texts in grounds.items():
        behind = colour(seen, ground, "backgroundColor")
        for text in texts:
            assert contrast(colour(seen, text, "color"), behind) >= 4.5, (ground, text)
    assert (luminance(colour(seen, "body", "backgroundColor")) < 0.2) == (scheme == "dark")


def colour(seen, selector, kind):
    """A colour of the first such element, as three numbers."""
    said = seen.run(f"getComputedStyle(document.querySelector({selector!r})).{kind}")
    return [int(each) for each in re.findall(r"\d+", said)[:3]]


def luminance(rgb):
    """As WCAG 2.2 defines it."""
    parts = [each / 255 for each in rgb]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """As WCAG 2.2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_filter_and_the_next_page_go_together(look):
    seen = look()
    seen.run("document.querySelector('select[name=type]').value = 'session.created'")
    seen.run("document.querySelector('.filter button').focus()")
    seen.loaded = False
    press(seen, "Enter", 13)
    while not seen.loaded:
        seen.receive()
    shown = []
    while True:
        shown += column(seen, "message")
        if not seen.run("!!document.querySelector('a[rel=next]')"):
            break
        follow(seen, "document.querySelector('a[rel=next]').click()")
    total = int(seen.run("document.getElementById('total').textContent"))
    assert total > 50
    assert len(set(shown)) == len(shown) == total
    assert all(each.startswith("session.created") for each in shown)
    follow(seen, "document.querySelector('a[rel=first]').click()")
    assert column(seen, "message") == shown[:50]


@sizes
def test_a_failed_webhook_is_replayed_by_its_button(shop, look, width):
    svix_id = shop.deliver(fails=True)
    seen = look(width)
    failed = int(seen.run("document.getElementById('failed').textContent"))
    assert svix_id in column(seen, "message")[0]
    assert column(seen, "error")[0] == "BillingRefused"
    follow(seen, "document.querySelector('tbody tr button').click()")
    assert seen.run("!!document.querySelector('[role=status].done')")
    assert int(seen.run("document.getElementById('failed').textContent")) == failed - 1
    assert column(seen, "error")[0] == ""


def test_a_keyboard_reaches_every_control(look):
    seen = look()
    seen.run("document.querySelector('#pause').click()")
    focusable = "a[href], button, input:not([type=hidden]), select"
    wanted = seen.run(f"document.querySelectorAll('{focusable}').length")
    reached = set()
    seen.run("document.body.focus()")
    for _ in range(4 * wanted):
        press(seen, "Tab", 9)
        place = f"[...document.querySelectorAll('{focusable}')].indexOf(document.activeElement)"
        reached.add(seen.run(place))
        if len(reached - {-1}) == wanted:
            break
    assert len(reached - {-1}) == wanted


def test_a_stored_script_stays_text(look):
    seen = look()
    row = next(each for each in column(seen, "message") if "msg_strange" in each)
    assert STRANGE in row
    assert STRANGE in column(seen, "error")
    assert seen.run("document.title") == "Webhooks"


def test_the_figures_follow_by_themselves_until_they_are_paused(shop, look):
    seen = look()
    total = int(seen.run("document.getElementById('total').textContent"))
    svix_id = shop.deliver()
    seen.wait(f"document.getElementById('total').textContent == '{total + 1}'")
    assert svix_id in column(seen, "message")[0]
    assert seen.run("document.querySelector('#pause').ariaPressed") == "true"
    seen.run("document.querySelector('#pause').click()")
    assert seen.run("document.querySelector('#pause').ariaPressed") == "false"


@sizes
def test_a_screen_reader_finds_a_table_and_names(look, width):
    seen = look(width)
    seen.call("Accessibility.enable")
    nodes = seen.call("Accessibility.getFullAXTree")["nodes"]
    named = [
        (each["role"]["value"], each.get("name", {}).get("value"))
        for each in nodes
        if "role" in each and not each.get("ignored")
    ]
    roles = [role for role, _ in named]
    # On a telephone the rows look like cards, and are rows all the same.
    assert roles.count("table") == 1
    assert roles.count("row") == 51
    assert roles.count("columnheader") == 6
    controls = ("button", "link", "combobox", "Date")
    assert all(name for role, name in named if role in controls)
    replays = [name for role, name in named if role == "button" and "msg_" in name]
    assert len(set(replays)) == len(replays) > 1


def test_nobody_may_put_the_page_into_a_frame(shop, look):
    look()
    credentials = base64.b64encode(f"Grace:{ADMIN}".encode()).decode()
    asked = urllib.request.Request(shop.page, headers={"authorization": f"Basic {credentials}"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    with pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(shop.page, timeout=60)
    with refused.value:
        assert refused.value.code == 401
