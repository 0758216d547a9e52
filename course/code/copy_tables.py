"""Whose rows are wrong after a month: a table of what the notebook on it computes."""

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from hooklab.pages.cells import table
from hooklab.texts import number, pick

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "upsert_or_webhooks.ipynb"


def wrong_rows() -> str:
    """What happens in that month; then, for each way to keep a copy, its rows that are wrong."""
    names = _computed()
    return f"{_month(names)}\n\n{_rows(names)}"


def _month(names: dict[str, Any]) -> str:
    text = {
        "en": "The kit simulates {people} people for {days} days, with {changes} changes and "
        "{gone} deletions. What is wrong two days later, compared with Clerk:",
        "fr": "Le kit simule {people} personnes pendant {days} jours, avec {changes} "
        "modifications et {gone} suppressions. Voici ce qui est faux deux jours plus tard, par "
        "rapport à Clerk\N{NO-BREAK SPACE}:",
    }
    gone = len(names["gone"])
    return pick(text).format(
        people=len(names["people"]),
        days=names["DAYS"],
        changes=len(names["events"]) - gone,
        gone=gone,
    )


def _rows(names: dict[str, Any]) -> str:
    header = {
        "en": ("a copy kept by", "rows out of date", "rows of deleted people"),
        "fr": ("copie tenue par", "lignes périmées", "lignes de personnes supprimées"),
    }
    upsert = pick({"en": "an upsert at login", "fr": "upsert à la connexion"})
    webhooks = pick({"en": "webhooks", "fr": "webhooks"})
    away = pick(
        {
            "en": "webhooks, the app away for {hours} h",
            "fr": "webhooks, l’application absente {hours} h",
        }
    )
    nightly = pick(
        {
            "en": "{way}, and a comparison every night",
            "fr": "{way}, et une comparaison chaque nuit",
        }
    )
    copies = {
        away.format(hours=hours) if hours else webhooks: learned
        for hours, learned in names["copies"].items()
    }
    ways = {upsert: names["upsert"], **copies}
    ways[nightly.format(way=list(copies)[-1])] = names["compared"]
    return table(
        pick(header),
        (
            (way, *map(number, names["wrong"](learned, names["END"])))
            for way, learned in ways.items()
        ),
    )


def _computed() -> dict[str, Any]:
    """The names that the cells of the notebook define; no figure is drawn."""
    names: dict[str, Any] = {}
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        code = "".join(line for line in cell["source"] if "matplotlib" not in line)
        if cell["cell_type"] == "code" and "plt.plot" not in code:
            with redirect_stdout(StringIO()):
                exec(code.replace('plt.style.use("figures.mplstyle")', ""), names)  # noqa: S102 - our own
    return names
