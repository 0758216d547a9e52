"""Tables of prices, and bills, for the pages of the course; no page contains a price itself.

A page asks for one by a comment such as `<!-- computed: graders/price_tables.py:prices clerk -->`.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from babel.dates import format_date

from hooklab.pages.cells import cell, table
from hooklab.texts import language, number, pick

from .prices import COLON, CREDIT, Price, Sheet, load, money, read_bill

ROOT = Path(__file__).parents[1]


def prices(group: str, *groups: str) -> str:
    """A table of all prices of the groups, each with its day, its source and how sure it is."""
    sheet = load()
    rows = [_price_row(sheet, price) for each in (group, *groups) for price in sheet.group(each)]
    header = {
        "en": ("Price", "What it is", "US dollars", "Source"),
        "fr": ("Prix", "Ce que c’est", "En dollars américains", "Source"),
    }
    return table(header[language()], rows, left={0, 1, 3})


def confidence() -> str:
    """What each letter of confidence promises."""
    return "\n".join(
        f"- **{letter}**{pick(COLON)}{cell(pick(text))}"
        for letter, text in load().confidence.items()
    )


def bill(path: str) -> str:
    """The bill at `path`, seen from the course's root: its lines, what credits pay, and the sum."""
    sheet = load()
    found = read_bill(ROOT / path, sheet)
    rows = [
        (
            f"`{line.price.id}`",
            number(line.quantity),
            f"{money(line.price.figure)} {pick(sheet.units[line.price.unit])}",
            money(line.amount, 2),
        )
        for line in found.lines
    ]
    rows += [
        (f"{pick(CREDIT)} `{id_}`", "", "", money(-paid, 2)) for id_, paid in found.credits.items()
    ]
    rows.append(("**Total**", "", "", f"**{money(found.total, 2)}**"))
    header = {
        "en": ("Price", "Quantity", "US dollars", "A month"),
        "fr": ("Prix", "Quantité", "En dollars américains", "Par mois"),
    }
    return table(header[language()], rows)


def _price_row(sheet: Sheet, price: Price) -> tuple[str, ...]:
    what = f"{price.vendor}{pick(COLON)}{pick(price.title)}."
    return (
        f"`{price.id}`",
        cell(" ".join((what, *_conditions(sheet, price)))),
        f"{money(price.figure)} {cell(pick(sheet.units[price.unit]))}",
        cell(f"{_day(price.read)}, {price.confidence}{pick(COLON)}{price.source}"),
    )


def _conditions(sheet: Sheet, price: Price) -> Iterator[str]:
    if not price.commercial:
        yield pick({"en": "Non-commercial use only.", "fr": "Usage non commercial seulement."})
    if price.included:
        free = number(price.included)
        yield pick(
            {
                "en": f"The first {free} cost nothing.",
                "fr": f"Les {free} premiers sont gratuits.",
            }
        )
    if price.credit:
        credit = money(price.credit)
        yield pick({"en": f"Includes {credit} of use.", "fr": f"Comprend {credit} d’usage."})
    for name, limit in price.limits.items():
        most = {"en": f"at most {number(limit)}.", "fr": f"au plus {number(limit)}."}
        yield f"{pick(sheet.limits[name])}{pick(COLON)}{pick(most)}"
    if price.note:
        yield pick(price.note)


def _day(value: date) -> str:
    """A day as the language in use writes it, with the name of the month."""
    return format_date(value, "d MMMM y", locale=language())
