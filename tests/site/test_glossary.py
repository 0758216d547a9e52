"""The words of the field: introduced in bold, listed on a page, and told by tooltips elsewhere."""

import re
from html import unescape
from pathlib import Path

import pytest

from hooklab import texts
from hooklab.errors import HooklabError
from hooklab.pages import glossary

ROOT = Path(__file__).parents[2]
TERMS = glossary.terms(ROOT)
SMALL = """
[[term]]
page = "door.md"
words = { en = ["door", "doors"], fr = ["porte"] }
means = { en = "A way in | out.", fr = "Une entrée." }

[[term]]
page = "eaves.md"
words = { en = ["eaves"], fr = ["égout"] }
means = { en = "An edge.", fr = "Un bord." }
everyday = true
"""


@pytest.fixture(autouse=True)
def english():
    texts.use("en")
    yield
    texts.use("en")


@pytest.fixture
def house(tmp_path):
    (tmp_path / glossary.FILE).parent.mkdir(parents=True)
    (tmp_path / glossary.FILE).write_text(SMALL, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.words["en"][0])
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_term_is_in_bold_where_it_is_introduced(term, language):
    text = (ROOT / "course" / language / term.page).read_text(encoding="utf-8")
    bold = {
        " ".join(each.strip("*").split()) for each in re.findall(r"\*\*.+?\*\*", text, re.DOTALL)
    }
    assert bold & set(term.words[language]), term.page


def test_forty_terms_have_words_of_their_own():
    assert len(TERMS) >= 40
    for language in texts.LANGUAGES:
        words = [word for term in TERMS for word in term.words[language]]
        assert len(words) == len(set(words))


def test_the_table_is_sorted_in_each_language_and_keeps_the_english_word(house):
    assert glossary.glossary_table(house).splitlines()[2:] == [
        r"| **[door](door.md)** | A way in \| out. |",
        "| **[eaves](eaves.md)** | An edge. |",
    ]
    texts.use("fr")
    assert glossary.glossary_table(house).splitlines()[2:] == [
        "| **[égout](eaves.md)** (*eaves*) | Un bord. |",
        "| **[porte](door.md)** (*door*) | Une entrée. |",
    ]


def test_an_everyday_word_has_no_tooltip(house):
    assert glossary.tooltips(house).splitlines() == [
        f"*[{form}]: A way in | out." for form in ("door", "Door", "doors", "Doors")
    ]


def test_a_course_may_have_no_glossary(tmp_path):
    assert glossary.tooltips(tmp_path) == ""


def test_a_term_without_a_language_is_refused(house):
    broken = SMALL.replace('fr = ["porte"]', 'fr = "porte"')
    (house / glossary.FILE).write_text(broken, encoding="utf-8")
    with pytest.raises(HooklabError, match="words"):
        glossary.terms(house)


def test_a_tooltip_is_shown_once_and_never_in_a_heading():
    door = '<abbr title="A way in.">{}</abbr>'
    html = (
        f"<h2 id='a'>{door.format('Doors')}</h2><p>{door.format('door')} {door.format('doors')}</p>"
    )
    assert glossary.once(html) == f"<h2 id='a'>Doors</h2><p>{door.format('door')} doors</p>"


@pytest.mark.parametrize(("folder", "word"), [("", "idempotent"), ("fr/", "idempotente")])
def test_a_page_of_the_site_has_tooltips(site, folder, word):
    html = (site / folder / "lessons/twice.html").read_text(encoding="utf-8")
    told = [unescape(each) for each in re.findall(r'<abbr title="(.*?)">', html)]
    assert len(told) == len(set(told))
    assert re.search(rf'<abbr title="[^"]+">{word}</abbr>', html)


@pytest.mark.parametrize("folder", ["", "fr/"])
def test_the_page_of_the_glossary_has_all_terms_and_no_tooltip(site, folder):
    html = (site / folder / "glossary.html").read_text(encoding="utf-8")
    assert html.count("<tr>") == 1 + len(TERMS)
    assert "<abbr" not in html
