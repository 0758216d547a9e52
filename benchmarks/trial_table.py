"""The table on the page about forged grades: other graders as kept, hooklab as its script found."""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date

from hooklab.pages.cells import cell, table
from hooklab.texts import language, pick

HERE = Path(__file__).parent


def forged() -> str:
    """A row for each payload, a column for each grader, hooklab's first."""
    others, ours = _others(), _ours()
    header = {"en": "In a wrong answer", "fr": "Dans une réponse fausse"}
    rows = [
        (
            cell(pick(row["name"])),
            f"**{' / '.join(dict.fromkeys(ours['gave'][name] for name in row['ours']))}**",
            *row["gave"],
        )
        for row in others["payload"]
    ]
    return table((pick(header), "**hooklab**", *others["graders"]), rows)


def tried() -> str:
    """When and on what hooklab's column was computed, and what the reference got then."""
    ours = _ours()
    day = format_date(date.fromisoformat(ours["day"]), format="long", locale=language())
    text = {
        "en": "hooklab’s column: {day}, hooklab {hooklab} with the isolation `{isolation}`, Python "
        "{python}, {system}. The reference solution, graded in the same run: **{right}**.",
        "fr": "Colonne de hooklab : {day}, hooklab {hooklab} avec l’isolation `{isolation}`, "
        "Python {python}, {system}. La solution de référence, notée au même passage : **{right}**.",
    }
    return pick(text).format(**{**ours, "day": day}, right=ours["gave"]["the reference"])


def _others() -> dict[str, Any]:
    return tomllib.loads((HERE / "trial.toml").read_text(encoding="utf-8"))


def _ours() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / "trial.json").read_text(encoding="utf-8"))
    return found
