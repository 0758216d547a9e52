"""What the boxes "Try it" name to press is on the page, in the language of the lesson."""

import re
from html import unescape

import pytest

from hooklab import texts

from ..site.try_it import COURSE, box, spoken
from .conftest import Visitor, text_of

BEGINNINGS = {
    "en": "By hand, on the page of `.venv/bin/hooklab lab {slug} --solutions`:",
    "fr": "À la main, sur la page de `.venv/bin/hooklab lab {slug} --solutions` :",
}
QUOTED = re.compile(r"“([^”]+)”|« ([^»]+) »")
LESSONS = sorted(page for page in COURSE.glob("??/lessons/*.md") if box(page))


@pytest.fixture
def shown(bench):
    """What stands on the page of a lab, in each language."""
    found = {
        language: unescape(text_of(Visitor(bench, language).read())) for language in texts.LANGUAGES
    }
    texts.use("en")
    return found


def sentence(page):
    """What a box says of the page, after the beginning that it has to have."""
    text = re.sub(r"\s+", " ", page.read_text(encoding="utf-8"))
    beginning = BEGINNINGS[spoken(page)].format(slug=box(page).slug)
    assert text.count(beginning) == 1, page
    return text.partition(beginning)[2].partition(" ??? success")[0]


def test_each_box_names_what_to_press(shown):
    assert LESSONS
    for page in LESSONS:
        names = ["".join(pair) for pair in QUOTED.findall(sentence(page))]
        assert names, page
        assert [name for name in names if name not in shown[spoken(page)]] == [], page


def test_both_languages_name_the_same():
    english, french = (
        {page.stem: sentence(page) for page in LESSONS if spoken(page) == language}
        for language in ("en", "fr")
    )
    assert english.keys() == french.keys()
    for lesson, said in english.items():
        assert re.findall(r"`[^`]+`", said) == re.findall(r"`[^`]+`", french[lesson])
        assert len(QUOTED.findall(said)) == len(QUOTED.findall(french[lesson]))
