"""Sequence diagrams on the pages of the course: the fence, and what the site makes of it."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hooklab import texts
from hooklab.errors import HooklabError
from hooklab.pages.sequences import drawn, listed

COURSE = Path(__file__).parents[2] / "course"
PAGES = sorted(
    page.relative_to(COURSE / "en").with_suffix("").as_posix()
    for page in COURSE.glob("en/**/*.md")
    if "```sequence\n" in page.read_text(encoding="utf-8")
)

FENCE = """\
Before.

```sequence
A lost answer
Svix | your app
[0 s] Svix -> your app: first | attempt
your app --x Svix: 200: lost
note: a while
note your app: works
death your app: ends
start your app: again
your app --> Svix: 200
```

After.
"""


@pytest.fixture(autouse=True)
def english():
    texts.use("en")
    yield
    texts.use("en")


def pictures(html: str) -> list[ElementTree.Element]:
    found = re.findall(r'<svg[^>]* class="sequence".*?</svg>|<svg class="sequence".*?</svg>', html)
    return [ElementTree.fromstring(each) for each in found]


def test_a_fence_becomes_a_picture_with_a_table_in_one_block():
    before, title, block, after = drawn(FENCE).strip().split("\n\n")
    assert (before, title, after) == ("Before.", "*A lost answer*", "After.")
    assert "\n" not in block
    [picture] = pictures(block)
    for words in ("A lost answer", "Your app", "200: lost", "a while", "works", "0 s"):
        assert words in list(picture.itertext())
    kinds = [group.get("class") for group in picture.iter("{http://www.w3.org/2000/svg}g")]
    assert kinds == ["lifelines", "call", "lost", "note", "note", "death", "start", "reply"]
    assert "<td>Svix → your app</td>" in block


def test_two_pictures_of_a_page_share_no_id():
    ids = re.findall(r'\bid="([^"]+)"', drawn(FENCE * 2))
    assert len(ids) == 4
    assert len(set(ids)) == 4


def test_a_terminal_gets_the_table():
    assert listed(FENCE).splitlines()[2:10] == [
        "*A lost answer*",
        "",
        "| Time | Who | What |",
        "| :-- | :-- | :-- |",
        r"| 0 s | Svix → your app | first \| attempt |",
        "|  | your app → Svix | 200: lost |",
        "|  |  | a while |",
        "|  | your app | works |",
    ]


def test_a_french_fence_has_spaces_before_its_colons():
    fence = FENCE.replace("your app", "l'application").replace(": ", "\u00a0: ")
    texts.use("fr")
    assert "Étape par étape" in drawn(fence)
    assert "|  | l'application → Svix | 200\u00a0: lost |" in listed(fence)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Svix => your app: a call", "“Svix => your app: a call” is no step"),
        ("Svix -> your app", "“Svix -> your app” is no step"),
        ("Svix -> the database: a call", "“the database” takes no part"),
        ("note nobody: hello", "“nobody” takes no part"),
    ],
)
def test_a_line_that_nobody_can_draw_is_named(line, said):
    for shown in (drawn, listed):
        with pytest.raises(HooklabError, match=re.escape(said)):
            shown(FENCE.replace("note: a while", line))


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_course_draws_what_happens_in_time(language):
    pages = (COURSE / language).rglob("*.md")
    assert sum(page.read_text(encoding="utf-8").count("```sequence\n") for page in pages) >= 15


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_site_shows_each_diagram_of_a_page(site, page, language):
    source = (COURSE / language / page).with_suffix(".md").read_text(encoding="utf-8")
    folder = site if language == "en" else site / "fr"
    html = (folder / f"{page}.html").read_text(encoding="utf-8")
    assert "```sequence" not in html
    titles = re.findall(r"^```sequence\n(.+)$", source, re.MULTILINE)
    assert [picture[0].text for picture in pictures(html)] == titles


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_the_same_diagrams_in_both_languages(page):
    def shapes(language: str) -> list[list[str]]:
        text = (COURSE / language / page).with_suffix(".md").read_text(encoding="utf-8")
        kinds = "{http://www.w3.org/2000/svg}g"
        return [
            [group.get("class") for group in picture.iter(kinds)]
            for picture in pictures(drawn(text))
        ]

    assert shapes("en") == shapes("fr")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_narrow_columns_cut_no_words(page, language):
    texts.use(language)
    text = (COURSE / language / page).with_suffix(".md").read_text(encoding="utf-8")
    said = [words for each in pictures(drawn(text)) for words in each.itertext()]
    assert [words for words in said if "[…]" in words] == []


@pytest.mark.parametrize("page", ["lessons/inbox_outbox.html", "fr/lessons/twice.html"])
def test_a_picture_of_many_parties_fits_on_a_desk(address, browser, page):
    browser.open(address + page, width=1280)
    frame = "document.querySelector('.story .frame')"
    assert browser.run(f"{frame}.scrollWidth - {frame}.clientWidth") == 0
