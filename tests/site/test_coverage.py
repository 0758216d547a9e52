"""Whatever the two original documents say is taught somewhere, or taught as a mistake.

They are no part of the kit. `course/data/coverage` has their claims by line, in short.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hooklab import catalogue, rubric, texts
from hooklab.errors import HooklabError
from hooklab.pages.common_mistakes import groups, traps
from hooklab.pages.headings import section

ROOT = Path(__file__).parents[2]
COURSE = catalogue.load(ROOT)
ORIGINALS = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "course/data/coverage").glob("*.toml"))
}
CLAIMS = [claim for original in ORIGINALS.values() for claim in original["claims"]]

each_original = pytest.mark.parametrize("original", ORIGINALS.values(), ids=ORIGINALS)


@pytest.fixture(autouse=True)
def _english():
    yield
    texts.use("en")


def lines(ranges: str) -> Iterator[int]:
    """The numbers in `ranges`, such as 4, 7, 8 and 9 in “4 7-9”."""
    for each in ranges.split():
        first, _dash, last = each.partition("-")
        yield from range(int(first), int(last or first) + 1)


def fault(place: str) -> str | None:
    """What is wrong with a page or its section, in the language in use."""
    page, _sign, anchor = place.partition("#")
    if not (ROOT / "course" / texts.language() / page).is_file():
        return f"{page} does not exist"
    try:
        if anchor:
            section(ROOT, place)
    except HooklabError as error:
        return error.what
    return None


@each_original
def test_every_line_of_an_original_is_accounted_for(original):
    said = {line for claim in original["claims"] for line in lines(claim["line"])}
    nothing = set(lines(original["nothing"]))
    assert said & nothing == set()
    assert said | nothing == set(range(1, original["lines"] + 1))


@each_original
def test_the_claims_stand_in_the_order_of_the_original_and_once(original):
    known = [(claim["line"], claim["says"]) for claim in original["claims"]]
    assert len(known) == len(set(known))
    starts = [min(lines(line)) for line, _says in known]
    assert starts == sorted(starts)


@each_original
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_each_claim_names_a_section_that_the_language_has(original, language):
    texts.use(language)
    assert all(claim["at"] for claim in original["claims"])
    places = {place for claim in original["claims"] for place in claim["at"]}
    assert {place: found for place in places if (found := fault(place))} == {}


@pytest.mark.parametrize("place", ["lessons/nowhere.md", "lessons/decide.md#nowhere"])
def test_a_place_that_is_gone_is_noticed(place):
    assert "nowhere" in fault(place)


def test_a_mistake_of_an_original_is_a_common_mistake():
    known = {trap.id for group in groups(COURSE) for trap in traps(COURSE, group)}
    named = {trap for claim in CLAIMS for trap in claim.get("mistake", [])}
    assert named
    assert named <= known


@pytest.mark.parametrize(
    "claim", [claim for claim in CLAIMS if "points" in claim], ids=lambda claim: claim["at"][0]
)
def test_an_exercise_has_the_points_of_the_sheet(claim):
    slug = re.match(r"exercises/(\w+)\.md", claim["at"][0])[1]
    criteria = rubric.load(COURSE.grader(slug)).criteria
    assert [criterion.points for criterion in criteria] == claim["points"]


@pytest.mark.parametrize(
    "claim", [claim for claim in CLAIMS if "minutes" in claim], ids=lambda claim: claim["at"][0]
)
def test_an_exercise_takes_the_minutes_of_the_sheet(claim):
    [exercise] = [each for each in COURSE.exercises if each.page == claim["at"][0]]
    assert exercise.minutes == claim["minutes"]
