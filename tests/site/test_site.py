"""The built site: both languages, computed tables, nothing from any other host."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from hooklab import rubric

from .axe import STILL, serious_faults
from .pages import COURSE, PAGES, url

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}

every_page = pytest.mark.parametrize("page", PAGES)
both_languages = pytest.mark.parametrize("language", ["en", "fr"])


class Loads(HTMLParser):
    """Collects what a page loads by itself; links that a reader follows are not among them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        if address := dict(attributes).get(LOADED.get(tag, "")):
            self.addresses.append(address)


@every_page
@both_languages
def test_a_page_names_nothing_to_load_from_another_host(site, page, language):
    html = (site / url(page, language)).read_text(encoding="utf-8")
    assert not [each for each in Loads(html).addresses if urlsplit(each).netloc]


def test_no_style_sheet_loads_from_another_host(site):
    sheets = "".join(sheet.read_text(encoding="utf-8") for sheet in site.rglob("*.css"))
    assert sheets
    assert not re.findall(r"""url\(['"]?(?:https?:)?//|@import""", sheets)


FOUND = "[...document.querySelectorAll('.md-search-result__link')].map(link => link.pathname)"


def look_for(browser, words: str) -> None:
    """Type `words` into the search of the page."""
    browser.run("document.querySelector('input[name=query]').focus()")
    browser.call("Input.insertText", text=words)


@pytest.mark.parametrize(
    ("language", "words", "name"),
    [
        ("en", "tombstone", "lessons/answer_and_repeat"),
        ("fr", "pierre tombale", "lessons/answer_and_repeat"),
        ("fr", "signatures", "module-2-endpoint"),
    ],
)
def test_search_finds_pages_of_its_language_only(address, browser, language, words, name):
    browser.open(address + url("lessons/decide", language))
    look_for(browser, words)
    browser.wait(f"{FOUND}.includes('/course/{url(name, language)}')")
    assert {path.startswith("/course/fr/") for path in browser.run(FOUND)} == {language == "fr"}
    assert browser.hosts == {urlsplit(address).netloc}


def test_the_site_works_from_disk(site, browser):
    browser.open((site / "fr/lessons/decide.html").as_uri())
    link = browser.run("document.querySelector('.md-nav a[href*=glossary]').href")
    assert link == (site / "fr/glossary.html").as_uri()
    look_for(browser, "pierre tombale")
    browser.wait(f"{FOUND}.some(path => path.endsWith('/fr/lessons/answer_and_repeat.html'))")
    assert browser.hosts == {""}
    assert browser.errors == []


def test_a_change_of_language_stays_in_the_section(address, browser):
    sections = {"fr": "treize-signes-peses", "en": "thirteen-signs-weighed"}
    browser.open(f"{address}{url('lessons/decide', 'en')}#{sections['en']}")
    for language, section in sections.items():
        browser.follow(f".md-select a[hreflang={language}]")
        assert (
            browser.run("location.href") == f"{address}{url('lessons/decide', language)}#{section}"
        )
        top = f"document.getElementById('{section}').getBoundingClientRect().top"
        assert 0 <= browser.run(top) < 200


def test_a_page_that_is_none_leads_home_in_both_languages(site, address, browser):
    browser.open(f"{address}404.html")
    told = {
        each: browser.run(f"document.querySelector('[lang={each}]').innerText") for each in TOLD
    }
    assert all(TOLD[each] in told[each] for each in TOLD)
    homes = "[...document.querySelectorAll('[data-home]')].map(link => link.href)"
    script = re.search(r"<script>(.*)</script>", (site / "404.html").read_text("utf-8"), re.DOTALL)
    # A server shows it in the place of the address that was asked for.
    for asked in ("nothing", "fr/nothing/at/all", "lessons/nothing.html"):
        browser.run(f"history.replaceState(null, '', '{address}{asked}')")
        browser.run(f"{{ {script[1]} }}")
        assert browser.run(homes) == [address + url("index", each) for each in TOLD]


TOLD = {"en": "There is no such page", "fr": "Cette page n\u2019existe pas"}


def test_the_copy_button_copies_what_runs(address, browser):
    browser.call("Browser.grantPermissions", permissions=["clipboardReadWrite"])
    browser.open(address + url("index", "en"))
    browser.call("Page.bringToFront")
    browser.wait("document.querySelector('.md-code__button')")
    browser.run("document.querySelector('.md-code__button[data-md-type=copy]').focus()")
    press(browser, "Enter")
    browser.wait("document.querySelector('.md-dialog').innerText")
    assert browser.run("navigator.clipboard.readText()").strip() == "make grade"


def test_the_theme_can_be_made_dark(address, browser):
    browser.open(address)
    assert browser.run("document.body.dataset.mdColorScheme") == "default"
    browser.run("document.querySelector('label[title=\"Switch to the dark theme\"]').click()")
    browser.wait("document.body.dataset.mdColorScheme == 'slate'")


@pytest.mark.parametrize(
    ("language", "wrong", "right"),
    [("en", "Please try again.", "Correct answer!"), ("fr", "Essayez encore.", "Bonne réponse")],
)
def test_a_quiz_answers_the_keyboard_in_the_language_of_its_page(
    address, browser, language, wrong, right
):
    browser.open(address + url("module-2-endpoint", language))
    first, second = (f"document.querySelectorAll('.quiz')[{number}]" for number in (0, 1))
    said = ".querySelector('.quiz-feedback').innerText"
    # The right answer is the third, two steps down; to choose is not to answer.
    browser.run(f"{first}.querySelector('input').focus()")
    for key in (" ", "ArrowDown", "ArrowDown"):
        press(browser, key)
    assert browser.run(f"{first}.querySelector('input[data-correct]').checked")
    assert browser.run(f"{first}{said}") == ""
    press(browser, "Enter")
    browser.wait(f"{first}{said}.includes('{right}')")
    browser.run(f"{second}.querySelector('input:not([data-correct])').click()")
    browser.run(f"{second}.querySelector('button').click()")
    browser.wait(f"{second}{said}.includes('{wrong}')")
    # Both verdicts can be read.
    browser.call("Emulation.setEmulatedMedia", features=STILL)
    for scheme in ("default", "slate"):
        browser.run(f"document.body.dataset.mdColorScheme = '{scheme}'")
        assert serious_faults(browser, ".quiz") == []


def press(browser, key: str) -> None:
    """Press and release one key, as a person does in the focused element."""
    code, text = {" ": (32, " "), "Enter": (13, "\r"), "ArrowDown": (40, "")}[key]
    named = {"key": key, "code": key.strip() or "Space", "windowsVirtualKeyCode": code}
    browser.call("Input.dispatchKeyEvent", type="keyDown", text=text, **named)
    browser.call("Input.dispatchKeyEvent", type="keyUp", **named)


def test_an_arrow_key_moves_in_a_quiz_and_answers_nothing(address, browser):
    browser.open(address + url("module-7-quiz", "en"))
    browser.run("document.querySelector('.quiz input').focus()")
    key = {"key": "ArrowDown", "code": "ArrowDown", "windowsVirtualKeyCode": 40}
    for kind in ("rawKeyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, **key)
    browser.wait("document.querySelectorAll('.quiz input')[1].checked")
    assert browser.run("document.querySelectorAll('.quiz input:disabled').length") == 0
    assert browser.run("document.querySelectorAll('.quiz-feedback:not(.hidden)').length") == 0


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.slug)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_of_an_exercise_shows_its_whole_rubric(site, exercise, language):
    page = exercise.page.removesuffix(".md")
    html = (site / url(page, language)).read_text(encoding="utf-8")
    text = HTMLText(html).text
    criteria = rubric.load(COURSE.grader(exercise.slug)).criteria
    assert criteria
    for criterion in criteria:
        assert " ".join(criterion.title[language].split()) in text


class HTMLText(HTMLParser):
    """The text of a page, white space folded."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.feed(html)
        self.text = " ".join("".join(self.pieces).split())

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
