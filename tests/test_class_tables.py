"""The page about a class: its tables know every limit, and compute what a large class needs."""

from dataclasses import fields
from pathlib import Path

import pytest

from hooklab.catalogue import load
from hooklab.limits import Limits
from hooklab.pages.computed import computed
from hooklab.texts import use

ROOT = load(Path(__file__).parents[1]).root
FILE = "benchmarks/class_tables.py"


@pytest.fixture(params=["en", "fr"])
def language(request):
    use(request.param)
    yield request.param
    use("en")


def test_every_limit_has_a_row_in_both_languages(language):
    header, _rule, *rows = computed(ROOT, f"{FILE}:limits").split("\n")
    assert {"en": "by default", "fr": "par défaut"}[language] in header
    assert [row.split("`")[1] for row in rows] == [each.name for each in fields(Limits)]
    assert not any("|  |" in row for row in rows)


def test_more_cores_take_less_time_and_more_memory(language):
    rows = computed(ROOT, f"{FILE}:ten_thousand").split("\n")[2:]
    found = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    hours = [
        float(row[1].replace(",", ".").replace("\N{NARROW NO-BREAK SPACE}", "")) for row in found
    ]
    assert hours == sorted(hours, reverse=True)
    assert hours[0] == pytest.approx(4 * hours[1], rel=0.05)
    assert "landlock" in computed(ROOT, f"{FILE}:measured")
