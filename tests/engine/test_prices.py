"""The price sheet: what it must be like, what a bill comes to, how sums are written."""

import re
from datetime import date
from pathlib import Path

import pytest

from hooklab import catalogue, prices, texts
from hooklab.errors import HooklabError
from hooklab.prices import Bill, Line

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


@pytest.fixture
def load(tmp_path):
    def load_(text: str) -> prices.Sheet:
        (tmp_path / prices.FILE).write_text(text, encoding="utf-8")
        return prices.load(tmp_path)

    return load_


@pytest.fixture
def sheet(load) -> prices.Sheet:
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


def bill(sheet, **quantities: float) -> Bill:
    return Bill(tuple(Line(sheet.prices[id_], each) for id_, each in quantities.items()))


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
def test_a_bill_counts_what_is_free_and_what_a_plan_pays(sheet, quantities, total, credit):
    found = bill(sheet, **quantities)
    assert found.total == pytest.approx(total)
    assert found.credits == pytest.approx(credit)


def test_a_bill_is_read_from_a_file(sheet, tmp_path):
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
def test_a_broken_sheet_is_refused(load, case, language):
    texts.use(language)
    text, said = REFUSED[case]
    with pytest.raises(HooklabError, match=re.escape(said) if language == "en" else ".") as caught:
        load(WORDS + text + HEAT)
    assert prices.FILE in caught.value.what
    assert caught.value.hint


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
def test_each_language_writes_money_in_its_own_way(value, decimals, english, french):
    assert prices.money(value, decimals) == english
    texts.use("fr")
    assert prices.money(value, decimals) == french


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [(20_000, "20,000", "20\u202f000"), (0.18, "0.18", "0,18"), (1, "1", "1")],
)
def test_each_language_writes_quantities_in_its_own_way(value, english, french):
    assert prices.amount(value) == english
    texts.use("fr")
    assert prices.amount(value) == french


def test_the_courses_own_sheet_can_be_read():
    root = catalogue.find_root(Path(__file__))
    sheet = prices.load(root / "graders")
    assert all(price.read <= date.today() for price in sheet.prices.values())
