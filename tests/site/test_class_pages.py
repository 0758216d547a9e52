"""`hooklab class serve` in a real browser: by keyboard, by two at once, and with axe."""

import shutil
import threading
from contextlib import ExitStack, contextmanager
from importlib.resources import files

import pytest
import uvicorn

from hooklab import catalogue
from hooklab.browser.door import Door
from hooklab.browser.listening import listening
from hooklab.classroom.desk.desk_app import desk_app
from hooklab.classroom.desk.routes import Desk
from hooklab.classroom.gradebook import Gradebook

from ..classroom.one_book import fill
from .conftest import ROOT, Browser

AXE = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
PAGES = {
    "the class": "/",
    "an answer": "/answer?learner=bob&exercise=knock",
    "a question": "/answer?learner=bob&exercise=knock&question=review%3Areasons",
    "all questions": "/questions",
    "the keys": "/keys",
    "an error": "/answer",
}
KEYS = {"Enter": ("\r", 13), "Escape": ("", 27)}
CTRL = 2


@pytest.fixture
def course(tmp_path):
    ignored = shutil.ignore_patterns("__pycache__", ".hooklab")
    shutil.copytree(ROOT / "tests" / "toy", tmp_path / "toy", ignore=ignored)
    return catalogue.load(tmp_path / "toy")


@pytest.fixture
def book_file(course, tmp_path):
    fill(course, tmp_path / "grades.db")
    return tmp_path / "grades.db"


@contextmanager
def served(course, book_file, name, language="en"):
    """The pages on a port of their own; the address that an instructor opens."""
    with Gradebook(str(book_file)) as book, listening(0) as listener:
        door = Door(listener.getsockname()[1], "a-token", language, "hooklab class serve")
        app = desk_app(Desk(course, book, name, language), door)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        yield door.address
        server.should_exit = True
        thread.join()


@pytest.fixture
def grace(course, book_file):
    with served(course, book_file, "Grace") as address:
        yield address


class Hands:
    """Somebody who uses nothing but the keyboard."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys, modifiers=0):
        for key in keys:
            text, code = KEYS.get(key, (key, ord(key[0].upper())))
            event = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
            self.page.call("Input.dispatchKeyEvent", type="keyDown", text=text, **event)
            self.page.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def go(self, *keys, modifiers=0):
        """Press keys, the last of which leads to another page."""
        self.press(*keys[:-1])
        self.page.loaded = False
        self.press(keys[-1], modifiers=modifiers)
        while not self.page.loaded:
            self.page.receive()

    def type(self, text):
        self.page.call("Input.insertText", text=text)

    @property
    def reads(self):
        return self.page.run("document.querySelector('main').innerText")

    @property
    def title(self):
        return self.page.run("document.title")


def test_a_class_is_judged_by_keyboard_alone(browser, grace):
    hands = Hands(browser)
    browser.open(grace)
    hands.press("/")
    hands.type("carol")
    hands.go("Enter")
    assert "1 answer" in hands.reads
    hands.go("j", "Enter")
    assert hands.title == "Carol, Knock at the door · hooklab"
    hands.press("j", "j", "e", "1")
    hands.type("jkq? is the greeting")
    hands.go("Enter", modifiers=CTRL)
    assert "Grace gives 1 points: jkq? is the greeting" in hands.reads
    assert "2.5/4" in hands.reads
    hands.go("u")
    hands.go("q")
    hands.go("j", "j", "Enter")
    assert "1 of 4" in hands.reads
    first = hands.title
    hands.press("e", "1")
    hands.type("convincing")
    hands.go("Enter", modifiers=CTRL)
    assert "2 of 4" in hands.reads
    assert hands.title != first
    hands.go("p")
    assert hands.title == first
    assert "Grace gives 1.5 points: convincing" in hands.reads
    hands.go("a")
    hands.go("?")
    assert "What it does" in hands.reads
    assert browser.errors == []
    assert all(host.startswith("127.0.0.1:") for host in browser.hosts)


def test_single_keys_can_be_turned_off(browser, grace):
    hands = Hands(browser)
    browser.open(grace)
    hands.go("?")
    browser.run("document.getElementById('single-keys').focus()")
    hands.press("Enter")
    assert browser.run("document.getElementById('single-keys').ariaPressed") == "false"
    hands.press("u")
    assert browser.run("location.pathname") == "/keys"
    browser.run("document.getElementById('single-keys').click()")
    hands.go("u")
    assert browser.run("location.pathname") == "/"


def test_two_instructors_at_once_lose_nothing(browser, course, book_file, grace):
    with ExitStack() as stack:
        hedy = stack.enter_context(served(course, book_file, "Hedy"))
        other = Browser(browser.devtools)
        stack.callback(other.socket.close)
        pages = (browser, grace), (other, hedy)
        answer = "/answer?learner=carol&exercise=knock&question=check%3Ait_greets_by_name"
        for page, address in pages:
            page.visit(address)
            page.visit(address.partition("/?")[0] + answer)
        first, second = Hands(browser), Hands(other)
        first.press("j", "e", "1")
        first.type("all of it")
        second.press("j", "e", "2")
        second.type("nothing of it")
        second.go("Enter", modifiers=CTRL)
        first.go("Enter", modifiers=CTRL)
        assert "Someone has decided in the meantime" in first.reads
        assert "Hedy gives 0 points: nothing of it" in first.reads
        assert browser.run("document.querySelector('textarea').value") == "all of it"
        browser.run("document.querySelector('textarea').focus()")
        first.go("Enter", modifiers=CTRL)
        second.go("p")
        assert "Grace gives 1 points: all of it" in second.reads
        assert "Hedy gives 0 points: nothing of it" in second.reads


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("look", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_and_no_page_is_too_wide(
    browser, course, book_file, scheme, language, look, width
):
    scheme(look)
    with served(course, book_file, "Grace", language) as address:
        browser.open(address, width)
        for name, path in PAGES.items():
            browser.visit(address.partition("/?")[0] + path)
            assert browser.run("document.documentElement.scrollWidth") <= width, name
            browser.run("document.querySelectorAll('details').forEach(each => each.open = true)")
            browser.run(AXE)
            found = browser.run(
                "axe.run().then(({passes, violations}) => ({passes: passes.length, violations:"
                " violations.map(({id, nodes}) => [id, nodes.map(({html}) => html)])}))"
            )
            assert found["violations"] == [], name
            assert found["passes"] > 10, name
        # The page that is none is an error of the console too, and was asked for.
        assert [each for each in browser.errors if "404" not in each] == []


def test_nothing_that_a_learner_wrote_runs(browser, grace):
    browser.open(grace)
    browser.run("window.alert = () => { document.title = 'ran' }")
    for path in PAGES.values():
        browser.visit(grace.partition("/?")[0] + path)
        assert browser.run("document.querySelectorAll('main script, main img').length") == 0
        assert browser.run("document.title") != "ran"
    assert all(host.startswith("127.0.0.1:") for host in browser.hosts)
