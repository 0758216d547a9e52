"""The page is white in the dark.

Loses: everybody_can_read_the_page
"""

from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .charts import Row, bars, columns, ring, table
from .sources import UNKNOWN
from .words import DASH, WORDS, Words, day_name, duration, hour_name, percent

STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")

MOST_BARS = 8
"""A chart shows so many countries or sources; its table shows them all."""


def render(summary: dict[str, Any], language: str) -> str:
    """Return the page for a summary, in one of the languages of `WORDS`."""
    words = WORDS[language]
    cards = (
        _signups(summary["signups"]["last_24_hours"], words),
        _connected(summary, words),
        _conversion(summary["conversion"], words, language),
        _days(summary["signups"]["by_day"], words, language),
        _countries(summary["logins"], words, language),
        _sources(summary["users"]["by_source"], words, language),
    )
    now = datetime.now(UTC).astimezone(ZoneInfo(summary["time_zone"]))
    as_of = words["as_of"].format(time=f"{now:%H:%M}", zone=summary["time_zone"])
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{words['title']}</title><style>{STYLE}</style></head><body><main>"
        f"<header><h1>{words['title']}</h1><p>{escape(as_of)}</p></header>"
        f"{_today(summary, words, language)}<div class='cards'>{''.join(cards)}</div>"
        "</main></body></html>"
    )


def _today(summary: dict[str, Any], words: Words, language: str) -> str:
    """The line of figures at the top."""
    live, people = summary["live"], summary["conversion"]
    note = words["live"] if live else words["away"]
    figures = (
        (words["signups_today"], live["signups"] if live else DASH, note),
        (words["logins_today"], live["logins"] if live else DASH, note),
        *(
            (words[step], percent(people[rate], language), words["total"].format(count=count))
            for step, rate, count in (
                ("activated", "activation_rate", people["activated"]),
                ("logged_in", "login_rate", people["logged_in"]),
            )
        ),
    )
    tiles = "".join(
        f"<div><dt>{name}</dt><dd><b>{figure}</b> <span>{note}</span></dd></div>"
        for name, figure, note in figures
    )
    return f"<dl class='tiles' aria-label=\"{words['today']}\">{tiles}</dl>"


def _signups(hours: list[dict[str, Any]], words: Words) -> str:
    points = [(hour_name(each["start"]), each["count"]) for each in hours]
    return _columns("signups", "signups", points, words, head="hour", every=6, wide=True)


def _days(days: list[dict[str, Any]], words: Words, language: str) -> str:
    points = [(day_name(each["day"], language), each["count"]) for each in days]
    return _columns("days", "days", points, words, head="day", every=7, wide=True)


def _columns(
    name: str,
    title: str,
    points: list[tuple[str, int]],
    words: Words,
    *,
    head: str,
    every: int,
    wide: bool,
) -> str:
    numbers = [number for _, number in points]
    label = words[f"{title}_label"].format(total=sum(numbers), most=max(numbers))
    rows = [(each, number, "") for each, number in points]
    behind = table(words[title], (words[head], words["count"]), rows)
    chart = columns(label, points, every)
    sum_ = words["total"].format(count=sum(numbers))
    return _card(name, words[title], sum_, chart, behind, words, wide=wide)


def _connected(summary: dict[str, Any], words: Words) -> str:
    found, everybody = summary["connected"], sum(summary["users"]["by_source"].values())
    label = words["connected_label"].format(users=found["users"])
    chart = (
        f'<div class="dial">{ring(label, found["users"], everybody)}'
        f'<data value="{found["users"]}" aria-hidden="true">{found["users"]}</data></div>'
        f'<p class="explained">{words["connected_note"]}</p>'
    )
    rows = [(words["users"], found["users"], ""), (words["sessions"], found["sessions"], "")]
    behind = table(words["connected"], (words["connected"], words["count"]), rows)
    note = words["open"].format(count=found["sessions"])
    return _card("connected", words["connected"], note, chart, behind, words)


def _conversion(people: dict[str, Any], words: Words, language: str) -> str:
    rates = {"signed_up": None, "activated": "activation_rate", "logged_in": "login_rate"}
    rows = [
        (words[step], people[step], percent(people[rate], language) if rate else "")
        for step, rate in rates.items()
    ]
    chart = bars(words["conversion_label"].format(**people), rows)
    wait = people["median_seconds_to_first_login"]
    text = words["median"].format(time=duration(wait, language)) if wait is not None else ""
    head = (words["step"], words["count"], words["share"])
    behind = table(words["conversion"], head, rows)
    return _card("conversion", words["conversion"], text, chart, behind, words)


def _countries(logins: dict[str, Any], words: Words, language: str) -> str:
    rows = _ranked(logins["by_country"], words, language)
    return _bars("countries", "country", rows, words)


def _sources(by_source: dict[str, int], words: Words, language: str) -> str:
    return _bars("sources", "source", _ranked(by_source, words, language), words)


def _bars(name: str, head: str, rows: list[Row], words: Words) -> str:
    first = rows[0][0] if rows else words["nobody"]
    label = words[f"{name}_label"].format(count=len(rows), first=first)
    chart = bars(label, rows[:MOST_BARS] or [(words["nobody"], 0, "")])
    behind = table(words[name], (words[head], words["count"], words["share"]), rows)
    sum_ = words["total"].format(count=sum(number for _, number, _ in rows))
    return _card(name, words[name], sum_, chart, behind, words)


def _ranked(counts: dict[str, int], words: Words, language: str) -> list[Row]:
    """The counts as rows, the largest first, each with its share."""
    total = sum(counts.values())
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        (words["unknown"] if name == UNKNOWN else name, count, percent(count / total, language))
        for name, count in ranked
    ]


def _card(
    name: str, title: str, note: str, chart: str, behind: str, words: Words, *, wide: bool = False
) -> str:
    return (
        f'<section id="{name}" aria-labelledby="{name}-title"{" class=wide" if wide else ""}>'
        f'<h2 id="{name}-title">{title}</h2><p class="sum">{note}</p>{chart}'
        f"<details><summary>{words['as_table']}</summary>{behind}</details></section>"
    )
