"""The dated price sheet `prices.toml`, and what a list of its lines costs a month."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from pathlib import Path

from hooklab.errors import HooklabError
from hooklab.grading.fields import Fields
from hooklab.texts import language, number, pick
from hooklab.toml import Table, first_repeated, read_table

Text = Mapping[str, str]

GRADERS = Path(__file__).parent
FILE = "prices.toml"

COLON = {"en": ": ", "fr": "\N{NO-BREAK SPACE}: "}
CREDIT = {"en": "credit of", "fr": "crédit de"}

MOST = 1_000_000
"""More units than anybody needs."""


@dataclass(frozen=True)
class Price:
    """One price, as it was read on one day.

    Attributes:
        id: how answers and bills name it.
        group: the table of the site in which it stands.
        vendor: who sells it.
        title: what it is.
        figure: US dollars a month for one `unit`.
        unit: what is counted, a key of the sheet's units.
        included: so many units cost nothing.
        credit: so much of what is `metered` is paid with the plan, once in a bill.
        metered: the ids of what is billed by use beside this plan.
        provides: what runs on it.
        limits: what must not be exceeded.
        commercial: whether its terms allow commercial use.
        read: the day on which the source was read.
        source: where it was read.
        confidence: a key of the sheet's confidences.
        note: what else decides; None when nothing does.
    """

    id: str
    group: str
    vendor: str
    title: Text
    figure: float
    unit: str
    included: float
    credit: float
    metered: tuple[str, ...]
    provides: tuple[str, ...]
    limits: Mapping[str, float]
    commercial: bool
    read: date
    source: str
    confidence: str
    note: Text | None


@dataclass(frozen=True)
class Line:
    """So many units of one price."""

    price: Price
    quantity: float

    @property
    def amount(self) -> float:
        """Dollars a month, before any credit."""
        return max(0.0, self.quantity - self.price.included) * self.price.figure


@dataclass(frozen=True)
class Bill:
    """What somebody pays in one month."""

    lines: tuple[Line, ...]

    @property
    def credits(self) -> Mapping[str, float]:
        """By plan, how much of the metered lines its credit pays."""
        plans = {line.price.id: line.price for line in self.lines if line.price.credit}
        open_ = {line.price.id: 0.0 for line in self.lines}
        for line in self.lines:
            open_[line.price.id] += line.amount
        paid = {}
        for plan in plans.values():
            left = plan.credit
            for id_ in plan.metered:
                used = min(left, open_.get(id_, 0.0))
                left -= used
                if used:
                    open_[id_] -= used
            paid[plan.id] = plan.credit - left
        return {id_: amount for id_, amount in paid.items() if amount}

    @property
    def total(self) -> float:
        """Dollars a month."""
        return sum(line.amount for line in self.lines) - sum(self.credits.values())


@dataclass(frozen=True)
class Sheet:
    """All prices by id, and the words for what they count.

    Attributes:
        units: what a price is for, by the name of the unit.
        limits: what a limit bounds, by its name.
        confidence: what a letter promises.
        where: the file, for messages.
    """

    prices: Mapping[str, Price]
    units: Mapping[str, Text]
    limits: Mapping[str, Text]
    confidence: Mapping[str, Text]
    where: str

    def group(self, name: str) -> tuple[Price, ...]:
        """The prices of one table; HooklabError when there are none."""
        found = tuple(price for price in self.prices.values() if price.group == name)
        if not found:
            raise _refusal(
                Table({}, self.where),
                f"no price has the group “{name}”",
                f"aucun prix n’est du groupe « {name} »",
                _choose(dict.fromkeys(each.group for each in self.prices.values())),
            )
        return found

    def bill_of(self, rows: Iterable[Fields]) -> Bill:
        """The bill in an answer: tables with the `price`'s id and a `quantity`; CheckFailed if not.

        A line of quantity 0 is left out.
        """
        lines = []
        for row in rows:
            row.only("price", "quantity")
            price = self.prices[row.choice("price", tuple(self.prices))]
            lines.append(Line(price, row.number("quantity", 0, MOST)))
        return Bill(tuple(line for line in lines if line.quantity))

    def told(self, bill: Bill) -> str:
        """A bill as text, a line for each price, with what a credit pays and the sum."""
        rows = [
            f"{number(line.quantity)} × {line.price.id}, {money(line.price.figure)} "
            f"{pick(self.units[line.price.unit])} = {money(line.amount, 2)}"
            for line in bill.lines
        ]
        rows += [
            f"{pick(CREDIT)} {id_}{pick(COLON)}{money(-paid, 2)}"
            for id_, paid in bill.credits.items()
        ]
        rows.append(f"= {money(bill.total, 2)}")
        return "\n".join(rows)


def money(value: float, decimals: int | None = None) -> str:
    """Dollars as the language in use writes them: $0.128, or 0,128 $ in French.

    Args:
        decimals: how many; by default none for whole dollars, two or more for parts of one.
    """
    digits = _decimals(value) if decimals is None else decimals
    # Without this, half a cent of rounding may leave “-$0.00”.
    text = number(abs(round(value, digits)), digits)
    sign = "-" if round(value, digits) < 0 else ""
    return f"{sign}{text}\N{NO-BREAK SPACE}$" if language() == "fr" else f"{sign}${text}"


def _decimals(value: float) -> int:
    if value == round(value):
        return 0
    return next((digits for digits in (2, 3, 4) if round(value, digits) == round(value, 6)), 4)


# Reading the sheet and bills


def load(graders: Path = GRADERS) -> Sheet:
    """Read the price sheet in the folder `graders`; anything wrong in it raises HooklabError."""
    table = read_table(graders / FILE)
    table.only("confidence", "units", "limits", "price")
    units, limits, confidence = (_words(table, key) for key in ("units", "limits", "confidence"))
    rows = table.tables("price")
    prices = [_price(row) for row in rows]
    if repeated := first_repeated(price.id for price in prices):
        raise _refusal(
            table,
            f"the id “{repeated}” stands there twice",
            f"l’identifiant « {repeated} » s’y trouve deux fois",
            {"en": "rename one of them", "fr": "renommez l’un des deux"},
        )
    sheet = Sheet({each.id: each for each in prices}, units, limits, confidence, table.where)
    for row, price in zip(rows, prices, strict=True):
        _refuse_unknown_names(row, price, sheet)
    return sheet


def read_bill(path: Path, sheet: Sheet) -> Bill:
    """The bill in the TOML file at `path`, [[line]] tables with a price's id and a quantity."""
    table = read_table(path)
    table.only("line")
    return Bill(tuple(_line(row, sheet) for row in table.tables("line")))


def _words(table: Table, key: str) -> Mapping[str, Text]:
    inner = Table(table.get(key, dict), f"{table.where}, {key}")
    return {name: inner.text(name) for name in inner.values}


def _price(table: Table) -> Price:
    table.only(*Price.__dataclass_fields__)
    limits = Table(table.get("limits", dict, {}), f"{table.where}, limits")
    return Price(
        id=table.get("id", str),
        group=table.get("group", str),
        vendor=table.get("vendor", str),
        title=table.text("title"),
        figure=_number(table, "figure"),
        unit=table.get("unit", str),
        included=_number(table, "included", 0),
        credit=_number(table, "credit", 0),
        metered=_names(table, "metered"),
        provides=_names(table, "provides"),
        limits={name: _number(limits, name) for name in limits.values},
        commercial=table.get("commercial", bool, True),
        read=_day(table),
        source=table.get("source", str),
        confidence=table.get("confidence", str),
        note=table.text("note") if "note" in table.values else None,
    )


def _line(table: Table, sheet: Sheet) -> Line:
    table.only("price", "quantity")
    name = table.get("price", str)
    if name not in sheet.prices:
        raise _refusal(
            table,
            f"the price sheet has no “{name}”",
            f"la feuille de prix n’a pas de « {name} »",
            _choose(sheet.prices),
        )
    return Line(sheet.prices[name], _number(table, "quantity"))


def _number(table: Table, key: str, default: float | None = None) -> float:
    value = table.values.get(key, default)
    if value is None:
        return float(table.get(key, float))
    wrong = isinstance(value, bool) or not isinstance(value, int | float)
    if wrong or not isfinite(value) or value < 0:
        hint = {
            "en": "write a number that is zero or more",
            "fr": "écrivez un nombre positif ou nul",
        }
        raise _wrong(table, key, value, hint)
    return float(value)


def _names(table: Table, key: str) -> tuple[str, ...]:
    values = table.get(key, list, [])
    for value in values:
        if not isinstance(value, str):
            hint = {"en": "write a list of texts", "fr": "écrivez une liste de textes"}
            raise _wrong(table, key, value, hint)
    return tuple(values)


def _day(table: Table) -> date:
    value = table.get("read", date)
    # In Python a moment is a date too.
    if isinstance(value, datetime):
        hint = {
            "en": "write a day such as 2026-08-21",
            "fr": "écrivez un jour, comme 2026-08-21",
        }
        raise _wrong(table, "read", value, hint)
    return value


def _refuse_unknown_names(table: Table, price: Price, sheet: Sheet) -> None:
    for key, name, known in _named(price, sheet):
        if name not in known:
            raise _refusal(
                table,
                f"“{key}” names “{name}”, which is not there",
                f"« {key} » nomme « {name} », qui n’existe pas",
                _choose(known),
            )


def _named(price: Price, sheet: Sheet) -> Iterator[tuple[str, str, Iterable[str]]]:
    yield "unit", price.unit, sheet.units
    yield "confidence", price.confidence, sheet.confidence
    yield from (("limits", name, sheet.limits) for name in price.limits)
    yield from (("metered", name, sheet.prices) for name in price.metered)


def _wrong(table: Table, key: str, value: object, hint: Text) -> HooklabError:
    return _refusal(table, f"“{key}” is {value!r}", f"« {key} » vaut {value!r}", hint)


def _choose(names: Iterable[str]) -> Text:
    listed = ", ".join(names)
    return {"en": f"choose one of: {listed}", "fr": f"choisissez parmi : {listed}"}


def _refusal(table: Table, en: str, fr: str, hint: Text) -> HooklabError:
    return table.refuse(pick({"en": en, "fr": fr}), pick(hint))
