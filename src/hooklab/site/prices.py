"""Tables of prices, and bills, from the price sheet; no page contains a price itself."""

from collections.abc import Iterator
from datetime import date

from hooklab.pages.cells import cell, table
from hooklab.prices import Bill, Price, Sheet, amount, money
from hooklab.texts import _, language, pick


def price_table(sheet: Sheet, groups: list[str]) -> str:
    """A table of all prices of `groups`, each with its day, its source and how sure it is."""
    rows = [_price_row(sheet, price) for group in groups for price in sheet.group(group)]
    header = (_("Price"), _("What it is"), _("US dollars"), _("Source"))
    return table(header, rows, left={0, 1, 3})


def confidence_list(sheet: Sheet) -> str:
    """What each letter of confidence promises."""
    return "\n".join(
        f"- **{letter}**{_(': ')}{cell(pick(text))}" for letter, text in sheet.confidence.items()
    )


def bill_table(sheet: Sheet, bill: Bill) -> str:
    """A bill, line by line, with what a plan's credit pays and the sum."""
    rows = [
        (
            f"`{line.price.id}`",
            amount(line.quantity),
            f"{money(line.price.figure)} {pick(sheet.units[line.price.unit])}",
            money(line.amount, 2),
        )
        for line in bill.lines
    ]
    rows += [
        (_("credit of {id}").format(id=f"`{id_}`"), "", "", money(-credit, 2))
        for id_, credit in bill.credits.items()
    ]
    rows.append((f"**{_('Total')}**", "", "", f"**{money(bill.total, 2)}**"))
    header = (_("Price"), _("Quantity"), _("US dollars"), _("A month"))
    return table(header, rows)


def _price_row(sheet: Sheet, price: Price) -> tuple[str, ...]:
    return (
        f"`{price.id}`",
        cell(
            " ".join((f"{price.vendor}{_(': ')}{pick(price.title)}.", *_conditions(sheet, price)))
        ),
        f"{money(price.figure)} {cell(pick(sheet.units[price.unit]))}",
        cell(f"{day(price.read)}, {price.confidence}{_(': ')}{price.source}"),
    )


def _conditions(sheet: Sheet, price: Price) -> Iterator[str]:
    if not price.commercial:
        yield _("Non-commercial use only.")
    if price.included:
        yield _("The first {count} cost nothing.").format(count=amount(price.included))
    if price.credit:
        yield _("Includes {amount} of use.").format(amount=money(price.credit))
    for name, most in price.limits.items():
        what = pick(sheet.limits[name])
        yield _("{what}: at most {count}.").format(count=amount(most), what=what)
    if price.note:
        yield pick(price.note)


def day(value: date) -> str:
    """A day as the language in use writes it, with the name of the month."""
    # Heavy, and needed on the site alone.
    from babel.dates import format_date

    return format_date(value, "d MMMM y", locale=language())
