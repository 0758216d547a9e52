"""The pages keep the house rules of writing, in both languages."""

import re
from pathlib import Path

import pytest

COURSE = Path(__file__).parents[2] / "course"
PAGES = sorted(COURSE.glob("??/**/*.md"))
BANNED = re.compile(r"\b(simply|just|easy|easily|obviously|simplement|évidemment)\b", re.IGNORECASE)
LONGEST_LISTING = 30
FENCE = re.compile(r"^```(.*?)\n(.*?)^```", re.DOTALL | re.MULTILINE)

each_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.relative_to(COURSE).as_posix()
)


def prose(page: Path) -> str:
    """The text of `page` without listings, code, addresses and table rules."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return re.sub(r"`[^`]*`|\]\([^)]*\)|^\|[ :|-]+\|$|<!--.*?-->", "", text, flags=re.MULTILINE)


def fences(page: Path) -> list[tuple[str, str]]:
    """Language and inside of every fence of `page`."""
    return FENCE.findall(page.read_text(encoding="utf-8"))


def included(body: str) -> str:
    found = re.fullmatch(r'--8<-- "([^:"]+):(\w+)"\n', body)
    if not found:
        return body
    source = (COURSE.parent / found[1]).read_text(encoding="utf-8")
    section = rf"\[start:{found[2]}\]\n(.*?)\n *# --8<-- \[end:{found[2]}\]"
    return re.search(section, source, re.DOTALL)[1].strip("\n")


@each_page
def test_a_page_has_a_twin_with_the_same_headings(page):
    other = "fr" if page.is_relative_to(COURSE / "en") else "en"
    twin = COURSE.joinpath(other, *page.relative_to(COURSE).parts[1:])
    levels = [re.findall(r"^#+(?= )", prose(each), re.MULTILINE) for each in (page, twin)]
    assert levels[0] == levels[1]


@each_page
def test_a_page_does_not_call_its_matter_easy(page):
    assert BANNED.findall(prose(page)) == []


@each_page
def test_a_page_has_at_most_two_call_outs(page):
    assert len(re.findall(r"^(?:!!!|\?\?\?)", prose(page), re.MULTILINE)) <= 2


@each_page
def test_listings_are_short_and_say_their_language(page):
    assert all(language for language, _ in fences(page))
    assert all(included(body).count("\n") < LONGEST_LISTING for _, body in fences(page))


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.is_relative_to(COURSE / "fr")],
    ids=lambda page: page.relative_to(COURSE).as_posix(),
)
def test_french_signs_keep_their_space(page):
    """A line must not break before `:`, `;`, `!`, `?` or inside quotation marks."""
    lines = re.sub(r"^(?:!!!|\?\?\?).*$|:--+", "", prose(page), flags=re.MULTILINE).splitlines()
    assert [line for line in lines if re.search(r" [:;!?»]|« ", line)] == []
