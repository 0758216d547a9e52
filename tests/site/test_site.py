"""The built site: both languages, computed tables, nothing from any other host."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hooklab import catalogue, rubric

ROOT = Path(__file__).parents[2]
COURSE = catalogue.load(ROOT)
DRAFTS = {page.removesuffix(".md") for draft in COURSE.drafts for page in draft.pages}
PAGES = sorted(
    page
    for folder, pattern in ((ROOT / "course" / "en", "**/*.md"), (ROOT, "notebooks/*.ipynb"))
    for path in folder.glob(pattern)
    if (page := path.relative_to(folder).with_suffix("").as_posix()) not in DRAFTS
)
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
PHONE = 390


def url(page: str, language: str) -> str:
    """Where `page` is served, relative to the site."""
    folder = "" if language == "en" else f"{language}/"
    return folder + ("" if page == "index" else f"{page}/")


every_page = pytest.mark.parametrize("page", PAGES)
both_languages = pytest.mark.parametrize(("language", "other"), [("en", "fr"), ("fr", "en")])


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
def test_a_page_names_nothing_to_load_from_another_host(site, page, language, other):
    html = (site / url(page, language) / "index.html").read_text(encoding="utf-8")
    assert not [each for each in Loads(html).addresses if urlsplit(each).netloc]


def test_no_style_sheet_loads_from_another_host(site):
    sheets = "".join(sheet.read_text(encoding="utf-8") for sheet in site.rglob("*.css"))
    assert sheets
    assert not re.findall(r"""url\(['"]?(?:https?:)?//|@import""", sheets)


@every_page
@both_languages
def test_a_page_asks_this_site_only_fits_a_phone_and_can_switch_its_language(
    address, browser, page, language, other
):
    # In one test, because opening a page takes most of its time.
    browser.open(address + url(page, language), width=PHONE)
    browser.wait("document.readyState == 'complete'")
    assert browser.hosts == {urlsplit(address).netloc}
    assert browser.errors == []
    assert browser.run("document.documentElement.scrollWidth") <= PHONE
    assert browser.run("document.documentElement.lang") == language
    link = browser.run(f"document.querySelector('.md-select a[hreflang={other}]').href")
    assert link == address + url(page, other)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "tombstone"), ("fr", "pierre tombale"), ("fr", "signatures")]
)
def test_search_finds_the_page_in_its_language(address, browser, language, words):
    browser.open(address + url("index", language))
    browser.run("document.querySelector('input[name=query]').focus()")
    browser.call("Input.insertText", text=words)
    found = "[...document.querySelectorAll('.md-search-result__link')].map(link => link.href)"
    page = url("module-2-endpoint", language)
    browser.wait(f"{found}.some(href => new URL(href).pathname == '/course/{page}')")
    assert browser.hosts == {urlsplit(address).netloc}


def test_the_theme_can_be_made_dark(address, browser):
    browser.open(address)
    assert browser.run("document.body.dataset.mdColorScheme") == "default"
    browser.run("document.querySelector('label[title=\"Switch to the dark theme\"]').click()")
    browser.wait("document.body.dataset.mdColorScheme == 'slate'")


@pytest.mark.parametrize(
    ("language", "praise"), [("en", "Correct answer!"), ("fr", "Bonne réponse")]
)
def test_a_quiz_answers_in_the_language_of_its_page(address, browser, language, praise):
    browser.open(address + url("module-2-endpoint", language))
    browser.run("document.querySelector('.quiz input[data-correct]').click()")
    browser.wait(f"document.querySelector('.quiz-feedback').innerText.includes('{praise}')")


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.slug)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_of_an_exercise_shows_its_whole_rubric(site, exercise, language):
    page = exercise.page.removesuffix(".md")
    html = (site / url(page, language) / "index.html").read_text(encoding="utf-8")
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
