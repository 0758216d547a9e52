"""The page about forged grades: every payload is told of, and none has earned anything."""

import runpy
from pathlib import Path

import pytest

from hooklab.catalogue import load
from hooklab.pages.computed import computed
from hooklab.texts import use

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def payloads():
    return {each.name for each in runpy.run_path(str(ROOT / "benchmarks/trial.py"))["PAYLOADS"]}


@pytest.fixture(scope="module")
def kept():
    found = runpy.run_path(str(ROOT / "benchmarks/trial_table.py"))
    return found["_others"](), found["_ours"]()


def test_the_page_tells_of_the_payloads_that_are_tried(payloads, kept):
    others, ours = kept
    told = [name for row in others["payload"] for name in row["ours"]]
    assert sorted(told) == sorted(payloads)
    assert ours["gave"].keys() == {*payloads, "the reference"}
    assert {len(row["gave"]) for row in others["payload"]} == {len(others["graders"])}


def test_no_point_was_forged_when_it_was_tried(kept):
    gave = dict(kept[1]["gave"])
    assert gave.pop("the reference") == "F"
    assert set(gave.values()) == {"0"}


@pytest.mark.parametrize(("language", "first"), [("en", "In a wrong"), ("fr", "Dans une réponse")])
def test_the_table_is_computed_in_both_languages(language, first):
    use(language)
    try:
        header, _rule, *rows = computed(load(ROOT).root, "benchmarks/trial_table.py:forged").split(
            "\n"
        )
    finally:
        use("en")
    assert header.startswith(f"| {first}")
    assert "**hooklab**" in header
    assert len(rows) == 19
    assert all("**0**" in row for row in rows)
