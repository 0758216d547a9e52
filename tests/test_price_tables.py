"""Tables of prices and bills on pages: computed in both languages, for the site and a terminal."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hooklab import texts
from hooklab.catalogue import Course
from hooklab.cli.pages import plain_page
from hooklab.errors import HooklabError
from hooklab.pages.markers import fill

GRADERS = Path(__file__).parents[1] / "graders"

SHEET = """
[confidence]
B = { en = "a copy", fr = "une copie" }
[units]
seat = { en = "per seat", fr = "par siège" }
hour = { en = "an hour", fr = "par heure" }
[limits]
rooms = { en = "Rooms", fr = "Salles" }

[[price]]
id = "plan"
group = "house"
vendor = "Inn"
title = { en = "A|B", fr = "A|B" }
figure = 1000
unit = "seat"
credit = 5
metered = ["heat"]
limits = { rooms = 3 }
commercial = false
read = 2026-08-21
source = "inn.example"
confidence = "B"
note = { en = "Seats add up.", fr = "On additionne les sièges." }

[[price]]
id = "heat"
group = "house"
vendor = "Inn"
title = { en = "Heat", fr = "Chauffage" }
figure = 0.128
unit = "hour"
included = 10
read = 2026-08-21
source = "inn.example"
confidence = "B"
"""

BILL = """
[[line]]
price = "plan"
quantity = 2

[[line]]
price = "heat"
quantity = 110
"""


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    texts.use("en")
    yield
    texts.use("en")


@pytest.fixture
def course(tmp_path) -> Course:
    """A course with the real functions, and a sheet and a bill of its own."""
    for name, text in {"graders/prices.toml": SHEET, "course/code/stay.toml": BILL}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in ("prices.py", "price_tables.py"):
        shutil.copy(GRADERS / name, tmp_path / "graders")
    return Course(tmp_path, ())


def marker(call: str) -> str:
    return f"<!-- computed: graders/price_tables.py:{call} -->"


def test_a_price_is_shown_with_its_conditions_and_its_source(course):
    _header, _rule, plan, heat = fill(course, marker("prices house")).splitlines()
    assert plan == (
        r"| `plan` | Inn: A\|B. Non-commercial use only. Includes $5 of use. Rooms: at most 3. "
        "Seats add up. | $1,000 per seat | 21 August 2026, B: inn.example |"
    )
    assert "Heat. The first 10 cost nothing. | $0.128 an hour |" in heat


def test_prices_are_written_as_the_french_write_them(course):
    texts.use("fr")
    text = fill(course, marker("prices house"))
    assert "| 1\u202f000\u00a0$ par siège |" in text
    assert "| 0,128\u00a0$ par heure |" in text
    assert "| 21 août 2026, B\u00a0: inn.example |" in text


def test_a_bill_is_computed_line_by_line(course):
    assert fill(course, marker("bill course/code/stay.toml")).splitlines()[2:] == [
        "| `plan` | 2 | $1,000 per seat | $2,000.00 |",
        "| `heat` | 110 | $0.128 an hour | $12.80 |",
        "| credit of `plan` |  |  | -$5.00 |",
        "| **Total** |  |  | **$2,007.80** |",
    ]


def test_the_letters_are_explained(course):
    assert fill(course, marker("confidence")) == "- **B**: a copy"


@pytest.mark.parametrize("call", ["prices garden", "bill course/code/other.toml"])
def test_what_is_not_there_is_refused_by_name(course, call):
    with pytest.raises(HooklabError, match=call.split()[1]):
        fill(course, marker(call))


def test_a_terminal_shows_the_same_tables(course):
    page = course.root / "page.md"
    page.write_text(f"Before\n\n{marker('prices house')}\n\n<!-- a note -->\nAfter\n", "utf-8")
    text = plain_page(course, page)
    assert "| `heat` |" in text
    assert "<!--" not in text
