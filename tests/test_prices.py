"""The price sheet: what it must be like, what a bill comes to, how sums are written."""

import importlib.util
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from hooklab import texts
from hooklab.errors import HooklabError
from hooklab.grading.failure import CheckFailed
from hooklab.grading.fields import Fields

GRADERS = Path(__file__).parents[1] / "graders"
# A mark that may stand alone at the beginning of a line.
FRENCH_FAULT = re.compile(r" [:;!?»]|« ")

WORDS = """
[confidence]
A = { en = "sure", fr = "sûr" }
[units]
month = { en = "a month", fr = "par mois" }
hour = { en = "an hour", fr = "par heure" }
[limits]
rooms = { en = "rooms", fr = "salles" }
"""

PLAN = """
[[price]]
id = "plan"
group = "house"
vendor = "Inn"
title = { en = "A plan", fr = "Une formule" }
figure = 20
unit = "month"
credit = 5
metered = ["heat"]
limits = { rooms = 3 }
read = 2026-08-21
source = "inn.example"
confidence = "A"
"""

HEAT = """
[[price]]
id = "heat"
group = "house"
vendor = "Inn"
title = { en = "Heat", fr = "Chauffage" }
figure = 0.5
unit = "hour"
included = 10
read = 2026-08-21
source = "inn.example"
confidence = "A"
"""


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    before = texts.language()
    texts.use("en")
    yield
    texts.use(before)


@pytest.fixture(scope="module")
def prices() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prices", GRADERS / "prices.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def load(prices, tmp_path):
    def load_(text: str):
        (tmp_path / prices.FILE).write_text(text, encoding="utf-8")
        return prices.load(tmp_path)

    return load_


@pytest.fixture
def sheet(load):
    return load(WORDS + PLAN + HEAT)


def test_a_price_says_when_it_was_read(sheet):
    plan = sheet.prices["plan"]
    assert (plan.figure, plan.unit, plan.read) == (20, "month", date(2026, 8, 21))
    assert (plan.limits, plan.commercial, plan.note) == ({"rooms": 3}, True, None)
    assert [each.id for each in sheet.group("house")] == ["plan", "heat"]


def test_an_unknown_group_names_those_that_there_are(sheet):
    with pytest.raises(HooklabError, match="garden") as caught:
        sheet.group("garden")
    assert "house" in caught.value.hint


@pytest.mark.parametrize(
    ("quantities", "total", "credit"),
    [
        ({"plan": 1}, 20, {}),
        ({"plan": 1, "heat": 10}, 20, {}),
        ({"plan": 1, "heat": 16}, 20, {"plan": 3}),
        ({"plan": 1, "heat": 30}, 25, {"plan": 5}),
        # The credit comes once, however many seats the plan has.
        ({"plan": 3, "heat": 30}, 65, {"plan": 5}),
        ({"heat": 30}, 10, {}),
        ({}, 0, {}),
    ],
)
def test_a_bill_counts_what_is_free_and_what_a_plan_pays(sheet, prices, quantities, total, credit):
    lines = (prices.Line(sheet.prices[id_], each) for id_, each in quantities.items())
    found = prices.Bill(tuple(lines))
    assert found.total == pytest.approx(total)
    assert found.credits == pytest.approx(credit)


def test_a_bill_is_read_from_a_file(prices, sheet, tmp_path):
    path = tmp_path / "bill.toml"
    path.write_text('[[line]]\nprice = "heat"\nquantity = 30\n', encoding="utf-8")
    assert prices.read_bill(path, sheet).total == pytest.approx(10)
    path.write_text('[[line]]\nprice = "water"\nquantity = 1\n', encoding="utf-8")
    with pytest.raises(HooklabError, match="water"):
        prices.read_bill(path, sheet)


REFUSED = {
    "an unknown key": (PLAN + 'colour = "red"\n', "unknown key “colour”"),
    "a figure below zero": (PLAN.replace("figure = 20", "figure = -1"), "“figure” is -1"),
    "a figure that is none": (PLAN.replace("figure = 20", "figure = nan"), "“figure” is nan"),
    "a figure without end": (PLAN.replace("figure = 20", "figure = inf"), "“figure” is inf"),
    "a figure that is true": (PLAN.replace("figure = 20", "figure = true"), "“figure” is True"),
    "a figure in quotes": (PLAN.replace("figure = 20", 'figure = "20"'), "“figure” is '20'"),
    "no figure": (PLAN.replace("figure = 20\n", ""), "“figure” is missing"),
    "no day": (PLAN.replace("read = 2026-08-21\n", ""), "“read” is missing"),
    "a moment": (PLAN.replace("08-21", "08-21T10:00:00"), "“read” is"),
    "a unit that nobody explains": (PLAN.replace('"month"', '"year"'), "“unit” names “year”"),
    "a limit that nobody explains": (PLAN.replace("rooms =", "beds ="), "“limits” names “beds”"),
    "a letter that nobody explains": (PLAN.replace('"A"', '"D"'), "“confidence” names “D”"),
    "metered and not there": (PLAN.replace('"heat"', '"water"'), "“metered” names “water”"),
    "a list of numbers": (PLAN.replace('["heat"]', "[1]"), "“metered” is 1"),
    "an id twice": (PLAN + PLAN, "the id “plan” stands there twice"),
    "one language": (PLAN.replace(', fr = "Une formule"', ""), "“fr” is missing"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_broken_sheet_is_refused(prices, load, case, language):
    texts.use(language)
    text, said = REFUSED[case]
    with pytest.raises(HooklabError, match=re.escape(said) if language == "en" else ".") as caught:
        load(WORDS + text + HEAT)
    assert prices.FILE in caught.value.what
    assert caught.value.hint
    assert not FRENCH_FAULT.search(str(caught.value))


@pytest.mark.parametrize(
    ("value", "decimals", "english", "french"),
    [
        (20, None, "$20", "20\u00a0$"),
        (0.6, None, "$0.60", "0,60\u00a0$"),
        (0.128, None, "$0.128", "0,128\u00a0$"),
        (0.0106, None, "$0.0106", "0,0106\u00a0$"),
        (1234.5, 2, "$1,234.50", "1\u202f234,50\u00a0$"),
        (-0.001, 2, "$0.00", "0,00\u00a0$"),
        (-3, 2, "-$3.00", "-3,00\u00a0$"),
    ],
)
def test_each_language_writes_money_in_its_own_way(prices, value, decimals, english, french):
    assert prices.money(value, decimals) == english
    texts.use("fr")
    assert prices.money(value, decimals) == french


def rows(*lines: dict) -> list[Fields]:
    return [Fields(line, f"a.toml, line {number}") for number, line in enumerate(lines, 1)]


def test_a_bill_in_an_answer_is_told_line_by_line(sheet):
    used = {"price": "heat", "quantity": 16}
    bill = sheet.bill_of(rows({"price": "plan", "quantity": 2}, used, {**used, "quantity": 0}))
    assert sheet.told(bill).splitlines() == [
        "2 \u00d7 plan, $20 a month = $40.00",
        "16 \u00d7 heat, $0.50 an hour = $3.00",
        "credit of plan: -$3.00",
        "= $40.00",
    ]
    texts.use("fr")
    assert "crédit de plan\u00a0: -3,00\u00a0$" in sheet.told(bill)


@pytest.mark.parametrize(
    "line",
    [{"price": "water", "quantity": 1}, {"price": "heat"}, {"price": "heat", "quantity": -1}],
)
def test_a_line_of_an_answer_that_is_none_fails_its_check(sheet, line):
    with pytest.raises(CheckFailed, match=r"a\.toml, line 1"):
        sheet.bill_of(rows(line))


def test_the_courses_own_sheet_can_be_read(prices):
    sheet = prices.load()
    assert all(price.read <= date.today() for price in sheet.prices.values())
