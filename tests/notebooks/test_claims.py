"""What the texts and figures of a notebook claim is what its cells compute."""

import json
from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hooklab.pages.computed import computed
from hooklab.sender import SCHEDULE
from hooklab.sender.carrier import JITTER
from hooklab.site.notebooks import RULE
from hooklab.texts import LANGUAGES

FOLDER = Path(__file__).parents[2] / "notebooks"
HOUR = timedelta(hours=1)


@cache
def cells(name: str) -> list[dict[str, Any]]:
    return json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]


@pytest.fixture
def run(monkeypatch):
    """Run all cells of a notebook, and return the names that they define."""

    def of(name: str) -> dict[str, Any]:
        monkeypatch.setenv("MPLBACKEND", "Agg")
        monkeypatch.chdir(FOLDER)
        names: dict[str, Any] = {}
        for cell in cells(name):
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), names)
                # As a notebook does, where the next cell draws a figure of its own.
                names["plt"].close("all")
        return names

    return of


def text(name: str, language: str) -> str:
    """All that a notebook says in `language`, of its figures too, with plain spaces."""
    place, said = LANGUAGES.index(language), []
    for cell in cells(name):
        if cell["cell_type"] == "markdown":
            said.append("".join(cell["source"]).split(RULE)[place])
        elif alt := cell["metadata"].get("alt"):
            said.append(alt[language])
    return " ".join(" ".join(said).split())


def expect(name: str, values: dict[str, object], **claims: list[str]) -> None:
    """The text of a notebook makes each claim, of which `claims` has a list for each language."""
    missing = [
        claim
        for language, each in claims.items()
        for claim in (one.format(**values) for one in each)
        if claim not in text(name, language)
    ]
    assert missing == []


def test_retries(run):
    names = run("retries")
    shares, start = names["shares"], names["START"]
    values = {
        "all": max(hours for hours, share in shares.items() if share == 1),
        "none": min(hours for hours, share in shares.items() if share == 0),
        "jitter": round(100 * JITTER),
    }
    expect(
        "retries",
        values,
        en=["up to about {all} hours", "from about {none} hours on", "up to {jitter} % shorter"],
        fr=[
            "jusqu\u2019à {all} heures environ",
            "à partir de {none} heures",
            "de {jitter} % au plus",
        ],
    )
    assert SCHEDULE[-1] == 10 * HOUR
    late = names["deliver"]("msg_1", HOUR).attempts[-1].at - start
    assert 2 * HOUR < late < 3 * HOUR, "one hour of outage costs more than two"


def test_race(run):
    names = run("race")
    twice = names["twice"]
    values = {
        "orders": len(names["ORDERS"]),
        "mailed": names["mailed_twice"],
        "all": max(gap for gap, share in twice.items() if share == 100),
        "half": min(twice, key=lambda gap: abs(twice[gap] - 50)),
        "none": min(gap for gap, share in twice.items() if share == 0),
    }
    expect(
        "race",
        values,
        en=[
            "{mailed} of {orders} orders mail twice",
            "distance of {all} milliseconds, half of them at {half}, none from {none} on",
        ],
        fr=[
            "{mailed} ordres sur {orders} envoient",
            "à {all} millisecondes d\u2019écart, la moitié à {half}, aucune à partir de {none}",
        ],
    )
    harmless = [order for order, (mails, _) in names["looked"].items() if mails == 1]
    assert harmless == ["AAABBB", "BBBAAA"]


def test_herd(run):
    names = run("herd")
    wait = {jitter: left for jitter, (_load, left) in names["results"].items()}
    values = {
        "count": names["COUNT"],
        "most": 60 * names["CAPACITY"],
        "capacity": names["CAPACITY"],
    }
    expect(
        "herd",
        values,
        en=["near {count:,}", "all {count:,} retry", "above {most:,}", "first {capacity} calls"],
        fr=["les {capacity} premiers appels"],
    )
    assert min(wait[0]) > 0.95 * names["COUNT"], "without jitter the line stays near all of them"
    half, full = (wait[jitter].index(0) for jitter in (0.5, 1))
    assert half < full < 3600, "with jitter all is sent within the first hour, with half sooner"
    expect("herd", values, en=["zero within the first hour."], fr=["zéro dans la première heure."])


def test_fraud_thresholds(run):
    names = run("fraud_thresholds")
    results = names["results"]
    caught = {limit: thieves for (limit, hours), (thieves, _) in results.items() if hours == 24}
    innocent = {limit: others for (limit, hours), (_, others) in results.items() if hours == 24}
    assert caught[1] == caught[2] == caught[3] == 6, "below the exercise's, no more thieves"
    assert innocent[1] > innocent[2] > innocent[3] == 0, "and more people are accused"
    assert caught[4] < 6
    rows = {limit: [results[limit, hours][1] for hours in names["WINDOWS"]] for limit in (1, 4)}
    assert not any(rows[4]), "the row of more than four is empty"
    assert min(rows[1][1:]) >= 60, "the row of more than one is dark from a day on"


def test_upsert_or_webhooks(run):
    names = run("upsert_or_webhooks")
    out_of_date, ghosts = names["wrong"](names["upsert"], names["END"])
    assert ghosts == len(names["gone"]), "every deleted person stays as a ghost"
    assert out_of_date > 0
    values = {
        "people": len(names["people"]),
        "days": names["DAYS"],
        "deleted": len(names["gone"]),
        "changed": len(names["events"]) - len(names["gone"]),
    }
    expect(
        "upsert_or_webhooks",
        values,
        en=["{people} people use your app for {days} days", "{changed} changes and {deleted} del"],
        fr=[
            "{people} personnes utilisent votre application pendant {days} jours",
            "{changed} modifications et {deleted} suppressions",
        ],
    )


def test_class_results(run):
    names = run("class_results")
    points = sorted(names["earned"].values())
    assert len(points) == 12
    assert names["mean"](points) < names["median"](points), "the mean is below"
    values = {
        "last": f"{points[0]:g}",
        "second": f"{points[1]:g}",
        "from_": f"{points[2]:g}",
        "to": f"{points[-1]:g}",
    }
    expect(
        "class_results",
        values,
        en=["One is at {last}, one at {second}, and ten are between {from_} and {to} of 20."],
    )
    expect(
        "class_results",
        {**values, "to": values["to"].replace(".", ",")},
        fr=["Une est à {last}, une à {second}, et dix sont entre {from_} et {to} sur 20."],
    )
    missed = names["missed"]
    assert [name for name, count in missed.items() if count == max(missed.values())] == [
        "Eight deliveries at once leave one user, in the newest version",
        "Nothing brings a deleted user back",
    ], "the highest bars"
    assert max(missed.values()) == 4
    assert sum(count <= 2 for count in missed.values()) > len(missed) / 2
    dots = names["dots"]
    columns = Counter(learner for _criterion, learner in dots)
    assert [*columns.values()].count(len(names["criteria"])) == 1, "one line is in every column"
    assert len(names["alone"]) > len(points) / 2, "most have a single small dot"
    expect(
        "class_results",
        values,
        en=["about concurrent deliveries and deleted users;", "large dots in every column;"],
        fr=["les livraisons simultanées et les suppressions", "gros points dans toutes les col"],
    )


def test_a_lesson_shows_the_rows_that_the_notebook_finds(run):
    names = run("upsert_or_webhooks")
    copies = [names["upsert"], *names["copies"].values(), names["compared"]]
    found = [names["wrong"](copy, names["END"]) for copy in copies]
    shown = computed(FOLDER.parent, "course/code/copy_tables.py:wrong_rows").splitlines()
    counts = [tuple(int(cell) for cell in line.split("|")[2:4]) for line in shown[-len(found) :]]
    assert counts == found
    assert found[0][1] == len(names["gone"])
    assert found[1] == found[-1] == (0, 0)
    assert f"{len(names['people'])} people" in shown[0]
