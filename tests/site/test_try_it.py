"""What the boxes "Try it" claim is what happens: their commands are run as they stand there."""

import re

import pytest

from hooklab import catalogue, texts

from .try_it import COURSE, Playground, box, differences

PAGES = sorted(page for page in COURSE.glob("??/**/*.md") if box(page))
# No delivery shows more than these say, or the page has a section of this name.
WITHOUT = {
    "before_you_start",
    "decide",
    "organizations",
}


@pytest.fixture(scope="module")
def playground(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    with Playground(catalogue.load(COURSE.parent), folder).open() as playground:
        yield playground


@pytest.fixture(autouse=True)
def _english():
    yield
    texts.use("en")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(COURSE).as_posix())
def test_what_a_box_claims_is_what_happens(playground, monkeypatch, capsys, page):
    monkeypatch.chdir(playground.folder)
    tried = box(page)
    shown = playground.play(tried, page.relative_to(COURSE).parts[0], capsys)
    assert differences(tried.shown, shown) == []


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_lesson_has_a_box(language):
    lessons = {page.stem for page in (COURSE / language / "lessons").glob("*.md")}
    assert {page.stem for page in PAGES if page.parent.name == "lessons"} == lessons - WITHOUT


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(COURSE).as_posix())
def test_a_box_asks_for_a_prediction_and_hides_what_happens(page):
    text = page.read_text(encoding="utf-8")
    ask = {"en": "**Predict first.**", "fr": "**Prédisez d\u2019abord.**"}
    asked, hidden = text.find(ask[page.relative_to(COURSE).parts[0]]), text.find("    ??? success")
    assert 0 < asked < hidden
    assert re.search(r"^ {8}\S.*\.$", text[hidden:], re.MULTILINE)


def test_a_claim_that_does_not_hold_is_told():
    claimed = ["user.created · … → 200 (… ms) delivered", "  saved", "… mail: … → accepted"]
    shown = ["user.created · msg_1 → 200 (7 ms) delivered", "  stale"]
    assert differences(claimed, shown) == [
        "claimed:   saved",
        "claimed: … mail: … → accepted",
        "shown:   stale",
    ]
