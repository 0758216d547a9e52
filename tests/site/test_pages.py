"""The pages keep the house rules of writing, in both languages."""

import re
from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.texts import number

COURSE = Path(__file__).parents[2] / "course"
PAGES = sorted(COURSE.glob("??/**/*.md"))
BANNED = re.compile(r"\b(simply|just|easy|easily|obviously|simplement|évidemment)\b", re.IGNORECASE)
# One word for one thing, and words that people use today: what is written instead of each.
WORDS = {
    "en": {
        r"whoever|whomever": "anyone who",
        r"somebody": "someone",
        r"anybody": "anyone",
        r"everybody": "everyone",
        r"(?:is|are) answered (?:with )?(?:a )?\d(?:\d\d|xx)": "gets a 4xx",
        r"telephones?": "phone, phone number",
        r"time-outs?": "timeout",
        r"meanwhile": "in the meantime",
        r"anew": "again",
        r"user names?": "username",
        r"(?:users?|someone|people|those|person) whom": "that, or nothing at all",
    },
    "fr": {
        r"vérifications? (?:échoue|automatique)|(?:dernière|mêmes) vérifications?": "contrôle",
        r"(?:nouvel|nouveaux|huit|autre|dernier) essais?": "tentative",
        r"(?:est|sont) donnée?s?(?= :|\.)": "fourni",
        r"prise (?:sans|qui|a une) fin": "réservation (claim)",
        r"lignes? mortes?": "lettre morte",
        r"le staging": "préproduction (staging)",
        r"(?:le|du|votre) support": "assistance",
        r"tourne(?:nt)? sur (?:SQLite|PostgreSQL)": "s\u2019exécuter sous",
        r"quand vous êtes bloqué": "en cas de blocage",
        r"courrier": "e-mail",
        r"corbeille": "boîte de réception (inbox)",
        r"premiers? articles?": "publication",
        r"qui que ce soit qui|quoi qui": "quel que soit",
    },
}
# A line must not break before these signs, or inside quotation marks.
BREAKING = re.compile(r" [:;!?»]|« ")
# A no-break space is of no use where the line has been broken before it.
BROKEN = re.compile(r"^\s*[:;!?»](?=\s|$)", re.MULTILINE)
LONGEST_LISTING = 30
# Of a lesson or the page of a module.
MOST_WORDS = 1300
MOST_SECTIONS = 9
NOT_GRADED = {"en": "What no check can see", "fr": "Ce qu\u2019aucun contrôle ne voit"}
FENCE = re.compile(r"^ *```(.*?)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)

each_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.relative_to(COURSE).as_posix()
)


OPENING = r"(?:“|«\s)"

each_rubric = pytest.mark.parametrize(
    "rubric",
    sorted((COURSE.parent / "graders").glob("*/rubric.toml")),
    ids=lambda rubric: rubric.parent.name,
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


def read_words(page: Path) -> int:
    """How many words of `page` someone reads, without listings, addresses and marks."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    text = re.sub(r"<!--.*?-->|</?quiz>|\]\([^)]*\)|^\|[ :|-]+\|$", "", text, flags=re.MULTILINE)
    return len(re.findall(r"\w[^\s|]*", text))


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.parent.name == "lessons" or page.name.startswith("module-")],
    ids=lambda page: page.relative_to(COURSE).as_posix(),
)
def test_a_lesson_is_short_enough_for_one_sitting(page):
    assert read_words(page) <= MOST_WORDS
    assert len(re.findall(r"^## ", prose(page), re.MULTILINE)) <= MOST_SECTIONS


@each_page
def test_what_no_check_can_see_stands_in_one_box_at_the_end(page):
    """In the middle of a lesson it interrupts the thought."""
    text = page.read_text(encoding="utf-8")
    box = f'!!! note "{NOT_GRADED[page.relative_to(COURSE).parts[0]]}"'
    before, _box, after = text.partition(box)
    sections = re.findall(r"^## ", after, re.MULTILINE)
    assert len(sections) <= 2
    assert box not in after
    if page.parent.name == "lessons":
        said = re.findall(r"no check|aucun contrôle", before, re.IGNORECASE)
        assert said == []


@each_page
def test_a_page_has_a_twin_with_the_same_headings(page):
    other = "fr" if page.is_relative_to(COURSE / "en") else "en"
    twin = COURSE.joinpath(other, *page.relative_to(COURSE).parts[1:])
    levels = [re.findall(r"^#+(?= )", prose(each), re.MULTILINE) for each in (page, twin)]
    assert levels[0] == levels[1]


@each_page
def test_a_page_does_not_call_its_matter_easy(page):
    assert BANNED.findall(prose(page)) == []


def old_words(text: str, language: str) -> dict[str, str]:
    """The words of `text` that are written otherwise, with what is written instead."""
    return {
        match[0]: instead
        for pattern, instead in WORDS[language].items()
        for match in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", text, re.IGNORECASE)
    }


def texts_of(data: Path) -> list[tuple[str, str]]:
    """The texts in a TOML file, each with its language, without code."""
    said = re.findall(r'\b(en|fr) = "((?:[^"\\]|\\.)*)"', data.read_text(encoding="utf-8"))
    return [(language, re.sub(r"`[^`]*`", "", text)) for language, text in said]


@each_rubric
def test_a_rubric_has_the_words_of_the_pages(rubric):
    found = [
        (text, other) for language, text in texts_of(rubric) if (other := old_words(text, language))
    ]
    assert found == []


@each_rubric
def test_a_rubric_names_sections_that_the_pages_have(rubric):
    headings = {
        language: {
            re.sub(r"[`*]", "", heading)
            for page in COURSE.glob(f"{language}/**/*.md")
            for heading in re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        }
        for language in WORDS
    }
    looks = re.findall(
        r'^look\.(en|fr) = "(.*)"$', rubric.read_text(encoding="utf-8"), re.MULTILINE
    )
    # Quotation marks may stand inside quotation marks.
    before = rf"(?:lesson|leçon|module \d), {OPENING}"
    named = [(each[0], re.split(before, each[1])[1:]) for each in looks]
    for language, (section,) in filter(lambda each: each[1], named):
        assert re.sub(r"\s?[”»]$", "", section) in headings[language]


@each_page
def test_a_page_has_one_word_for_one_thing(page):
    text = " ".join(prose(page).split())
    assert old_words(text, page.relative_to(COURSE).parts[0]) == {}


@each_page
def test_apostrophes_are_those_of_the_language(page):
    """Straight in English, as on a keyboard; curly in French, as in print."""
    other = {"en": r"[A-Za-z]\u2019[a-z]", "fr": r"[A-Za-zé]'[a-zàâéèêîôœA-Z]"}
    assert re.findall(other[page.relative_to(COURSE).parts[0]], prose(page)) == []


@pytest.mark.parametrize(
    "exercise", catalogue.load(COURSE.parent).exercises, ids=lambda each: each.slug
)
def test_an_exercise_begins_with_what_the_catalogue_says_of_it(exercise):
    part = {"en": "Part of the final assessment.", "fr": "Fait partie de l\u2019évaluation finale."}
    for language, sentence in part.items():
        text = (COURSE / language / exercise.page).read_text(encoding="utf-8")
        # One title for one thing: in the catalogue, in the menu, at the top of the page.
        assert text.startswith(f"# {exercise.title[language]}\n")
        first = " ".join(text.split("\n\n")[1].split())
        points = number(exercise.points)
        assert first.startswith(f"**{exercise.minutes} minutes, {points} points.")
        assert (sentence in first) == exercise.assessment


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
    lines = re.sub(r"^ *(?:!!!|\?\?\?).*$|:--+", "", prose(page), flags=re.MULTILINE).splitlines()
    assert [line for line in lines if BREAKING.search(line)] == []
    assert BROKEN.findall(FENCE.sub("", page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "data",
    # The claims of the originals are in English, and on no page.
    sorted(set(COURSE.glob("data/**/*.toml")) - set(COURSE.glob("data/coverage/*"))),
    ids=lambda data: f"{data.parent.name}/{data.stem}",
)
def test_texts_of_which_pages_are_made_keep_the_rules_too(data):
    texts = texts_of(data)
    assert texts or data.stem == "index"
    assert [found for language, text in texts if (found := old_words(text, language))] == []
    assert [text for _language, text in texts if BANNED.search(text)] == []
    assert [text for language, text in texts if language == "fr" and BREAKING.search(text)] == []
