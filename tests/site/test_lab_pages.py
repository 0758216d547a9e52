"""`hooklab lab` in a real browser: by its buttons, live in two tabs, on a phone, and with axe."""

import threading
from contextlib import contextmanager
from functools import partial

import pytest
import uvicorn

from hooklab import catalogue
from hooklab.browser.door import Door
from hooklab.browser.listening import listening
from hooklab.workbench.acts import Break, MoveClock, RunCron, Send
from hooklab.workbench.lab_app import lab_app
from hooklab.workbench.stage import Stage, Subject
from hooklab.workbench.workbench import Workbench
from hooklab.worker.launch import start_launcher

from .axe import serious_faults
from .conftest import ROOT, Browser

COURSE = catalogue.load(ROOT / "tests" / "toy")
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"
PAGES = ("/", "/outside", "/tables", "/story", "/entry/2", "/entry/99")


@pytest.fixture(scope="module")
def bench():
    launcher = start_launcher()
    subject = Subject(COURSE, "ledger", COURSE.solution("ledger"))
    bench = Workbench(partial(Stage, subject, launcher))
    yield bench
    bench.close()
    launcher.close()


@contextmanager
def served(bench, language="en"):
    """The pages on a port of their own; the address that a person opens."""
    with listening(0) as listener:
        door = Door(listener.getsockname()[1], "a-token", language, "hooklab lab")
        config = uvicorn.Config(
            lab_app(bench, door), log_level="error", lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        yield door.address
        server.should_exit = True
        thread.join()


def click(page, text):
    """Press the button with this text; it leads to a page."""
    page.loaded = False
    page.run(
        "[...document.querySelectorAll('main button')]"
        f".find(each => each.innerText.trim() === {text!r} && each.offsetParent).click()"
    )
    while not page.loaded:
        page.receive()


def shows(page, text):
    """Wait until the page shows `text`; by a timer, since a tab behind another draws no frames."""
    page.run(
        "new Promise(done => { const look = () =>"
        f" document.querySelector('main').innerText.includes({text!r}) ? done()"
        " : setTimeout(look, 50); look(); })"
    )


def test_a_person_sends_breaks_and_waits_for_the_retry(browser, bench):
    bench.begin_again()
    with served(bench) as address:
        browser.open(address)
        click(browser, "Send")
        shows(browser, "user.created")
        click(browser, "Kill the app")
        click(browser, "Send")
        shows(browser, "nothing listens there")
        assert [type(act) for act in bench.story] == [Send, Break, Send]


@pytest.fixture
def open_real(request):
    """Opens a lab around the reference of an exercise of the course."""
    launcher = start_launcher()
    benches = []

    def open_(slug):
        course = catalogue.load(ROOT)
        subject = Subject(course, slug, course.solution(slug))
        benches.append(Workbench(partial(Stage, subject, launcher)))
        return benches[-1]

    yield open_
    for bench in benches:
        bench.close()
    launcher.close()


def test_a_welcome_waits_for_the_mail_server(browser, open_real):
    with served(open_real("welcome_email")) as address:
        browser.open(address)
        home = address.partition("/?")[0]
        browser.visit(f"{home}/outside")
        browser.run("document.querySelector('#mail [name=way]').value = 'refuse'")
        browser.follow("#mail button")
        shows(browser, "refuses connections")
        browser.visit(home)
        click(browser, "Send")
        shows(browser, "→ 200")
        click(browser, "To the next due work")
        assert "→ accepted" not in browser.run("document.querySelector('main').innerText")
        browser.visit(f"{home}/outside")
        browser.run("document.querySelector('#mail [name=way]').value = 'works'")
        browser.follow("#mail button")
        browser.visit(home)
        click(browser, "To the next due work")
        shows(browser, "→ accepted")


def test_a_member_takes_a_step_and_is_reminded(browser, open_real):
    with served(open_real("onboarding")) as address:
        browser.open(address)
        click(browser, "Send")
        shows(browser, "→ 200")
        fields = {"method": "PUT", "path": "/me/preferences", "bearer": "person"}
        fields["body"] = '{"language": "fr", "notifications": true}'
        for name, value in fields.items():
            field = f"document.querySelector('.controls [name={name}]')"
            browser.run(f"{field}.value = {value!r}")
        click(browser, "Send the request")
        shows(browser, "→ 204")
        click(browser, "To the next due work")
        shows(browser, "→ accepted")


def test_two_tabs_follow_what_happens(browser, bench):
    bench.begin_again()
    with served(bench) as address:
        browser.open(address)
        other = Browser(browser.devtools)
        other.visit(address)
        bench.perform(Send(tamper="body"))
        for page in (browser, other):
            shows(page, "401")
        other.socket.close()


@pytest.mark.parametrize(
    ("look", "width", "language"), [("light", 390, "fr"), ("dark", 1280, "en")]
)
def test_axe_finds_nothing_and_hostile_text_stays_text(
    browser, bench, scheme, look, width, language
):
    bench.begin_again()
    for act in (
        Send(changes=f"data.first_name={EVIL}"),
        RunCron(),
        Send(drop=True),
        MoveClock(to="retry"),
    ):
        bench.perform(act)
    scheme(look)
    with served(bench, language) as address:
        browser.open(address, width)
        home = address.partition("/?")[0]
        for path in PAGES:
            browser.visit(home + path)
            assert browser.run("document.documentElement.scrollWidth") <= width, path
            assert browser.run("document.querySelectorAll('main script, main img').length") == 0
            browser.run("document.querySelectorAll('details').forEach(each => each.open = true)")
            assert serious_faults(browser) == [], path
        assert all(host.startswith("127.0.0.1:") for host in browser.hosts)
        # The page that is none was asked for.
        assert [each for each in browser.errors if "404" not in each] == []
