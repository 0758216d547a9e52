"""The page: TODO 5; the rest is given. Lesson: course/*/lessons/monitoring.md"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from .models import FAILED, WebhookLog
from .recording import WITH_CODES
from .stats import Filter, Slice
from .words import WORDS, Words, milliseconds, percent

STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
SCRIPT = Path(__file__).with_name("page.js").read_text(encoding="utf-8")

HERE = "/admin/webhooks"


@dataclass(frozen=True)
class View:
    """What the page shows.

    Attributes:
        figures: see `stats.figures`.
        part: the part of the list.
        types: the types that have come so far.
        chosen: the filter.
        after: the cursor of this part; None for the newest.
        replayed: "done" or "failed" after a replay.
        limit_percent: more failures than this are an alert.
        proof: see `replay.proof`.
        language: one of the languages of `WORDS`.
    """

    figures: dict[str, Any]
    part: Slice
    types: list[str]
    chosen: Filter
    after: str | None
    replayed: str | None
    limit_percent: float
    proof: str
    language: str


def render(view: View, nonce: str) -> str:
    """The page, whose style and script carry the nonce."""
    words = WORDS[view.language]
    now = datetime.now(UTC).astimezone(view.chosen.zone)
    as_of = words["as_of"].format(time=f"{now:%H:%M:%S}", zone=view.chosen.zone.key)
    return (
        f'<!doctype html><html lang="{view.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{words['title']}</title>"
        f'<link rel="icon" href="data:,"><style nonce="{nonce}">{STYLE}</style></head><body><main>'
        f'<header><h1>{words["title"]}</h1><p id="as-of">{escape(as_of)}</p>'
        f'<button type="button" id="pause" aria-pressed="false" data-live="{words["live"]}" '
        f'data-paused="{words["paused"]}" hidden></button></header>'
        f"{_notice(view, words)}{_filter(view, words)}"
        f'<div id="figures">{_figures(view, words)}</div>'
        f'<div id="deliveries">{_deliveries(view, words)}</div></main>'
        f'<script nonce="{nonce}">{SCRIPT}</script></body></html>'
    )


def row(view: View, delivery: WebhookLog) -> str:
    """A `<tr role="row">` for the delivery: message, status, duration, time, error, action.

    Whatever is stored is shown as text. A failed message that may be replayed has a form for it.
    """
    # answer 5, first third: six <td role="cell">, all escaped. _status() and milliseconds() help;
    #: # the classes in page.css are message, status, duration, received, error and action.
    words = WORDS[view.language]
    has_failed = delivery.status == FAILED
    local = delivery.received_at.astimezone(view.chosen.zone)
    cells = (
        ("message", f"<b>{escape(delivery.type)}</b><code>{escape(delivery.svix_id)}</code>"),
        ("status", _status(delivery.status, words)),
        ("duration", milliseconds(delivery.duration_ms, view.language)),
        (
            "received",
            f'<time datetime="{delivery.received_at.isoformat()}">{local:%Y-%m-%d %H:%M:%S}</time>',
        ),
        ("error", escape(delivery.error or "")),
        ("action", replay_form(view, delivery) if has_failed else ""),
    )
    inside = "".join(
        f'<td role="cell" class="{name}" data-label="{words[name]}">{cell}</td>'
        for name, cell in cells
    )
    return f'<tr role="row"{" class=has-failed" if has_failed else ""}>{inside}</tr>'


def replay_form(view: View, delivery: WebhookLog) -> str:
    """A form whose button replays the delivery; nothing for one that is never replayed."""
    # answer 5, second third: method=post, the proof, a button.
    if delivery.type in WITH_CODES:
        return ""
    words = WORDS[view.language]
    # Nothing in an id is a path of its own, and no id is a piece of HTML.
    address = escape(f"{HERE}/{quote(delivery.svix_id, safe='')}/replay")
    label = escape(words["replay_label"].format(svix_id=delivery.svix_id))
    return (
        f'<form method="post" action="{address}">'
        f'<input type="hidden" name="proof" value="{escape(view.proof)}">'
        f'<button aria-label="{label}">{words["replay"]}</button></form>'
    )


def next_address(view: View) -> str | None:
    """The address of the next part of the list, with the same filter; None when there is none."""
    # answer 5, last third: the filter and the cursor.
    if view.part.next is None:
        return None
    return f"{HERE}?{urlencode(_query(view.chosen) | {'after': view.part.next})}"


def _query(chosen: Filter) -> dict[str, str]:
    query = {"type": chosen.type, "from": chosen.start, "to": chosen.end}
    return {name: str(value) for name, value in query.items() if value is not None}


def _notice(view: View, words: Words) -> str:
    text = words.get(f"replayed_{view.replayed}")
    return (
        f'<p role="status" class="notice {escape(view.replayed or "")}">{text}</p>' if text else ""
    )


def _status(status: str, words: Words) -> str:
    known = {"done": words["done"], FAILED: words["is_failed"]}
    kind = status if status in known else ""
    return f'<span class="pill {kind}">{escape(known.get(status, status))}</span>'


def _filter(view: View, words: Words) -> str:
    chosen = view.chosen
    kinds = view.types if chosen.type in (None, *view.types) else [*view.types, chosen.type or ""]
    options = "".join(
        f'<option value="{escape(kind)}"{" selected" if kind == chosen.type else ""}>'
        f"{escape(kind)}</option>"
        for kind in kinds
    )
    is_used = f'<a href="{HERE}">{words["clear"]}</a>' if _query(chosen) else ""
    return (
        f'<form method="get" action="{HERE}" class="filter" aria-label="{words["filter"]}">'
        f'<label>{words["type"]}<select name="type"><option value="">{words["all"]}</option>'
        f"{options}</select></label>"
        f"{_day('from', chosen.start, words)}{_day('to', chosen.end, words)}"
        f"<button>{words['show']}</button>{is_used}</form>"
    )


def _day(name: str, day: date | None, words: Words) -> str:
    return f'<label>{words[name]}<input type="date" name="{name}" value="{day or ""}"></label>'


def _figures(view: View, words: Words) -> str:
    found, language = view.figures, view.language
    rate = found["success_rate"]
    limit = words["limit"].format(percent=percent(1 - view.limit_percent / 100, language))
    is_bad = rate is not None and 100 * (1 - rate) > view.limit_percent
    tiles = (
        ("success-rate", words["success_rate"], percent(rate, language), _bar(rate, limit)),
        ("total", words["total"], str(found["total"]), ""),
        ("failed", words["failed"], str(found["failed"]), ""),
        ("mean", words["mean"], milliseconds(found["duration_ms"]["mean"], language), ""),
        ("p95", words["p95"], milliseconds(found["duration_ms"]["p95"], language), ""),
    )
    shown = "".join(
        f'<div class="{name}{" bad" if is_bad and name == "success-rate" else ""}">'
        f'<dt>{title}</dt><dd><b id="{name}">{figure}</b>{more}</dd></div>'
        for name, title, figure, more in tiles
    )
    return (
        f'<section aria-label="{words["figures"]}"><dl class="tiles">{shown}</dl></section>'
        f"{_by_type(found, words)}"
    )


def _bar(rate: float | None, note: str) -> str:
    return (
        '<svg aria-hidden="true" width="100%" height="8"><rect class="track" width="100%" '
        f'height="8" rx="4"/><rect class="bar" width="{100 * (rate or 0):.1f}%" height="8" rx="4"/>'
        f'</svg><span class="note">{note}</span>'
    )


def _by_type(found: dict[str, Any], words: Words) -> str:
    ranked = sorted(found["by_type"].items(), key=lambda each: (-each[1], each[0]))
    if not ranked:
        return ""
    most = ranked[0][1]
    items = "".join(
        f'<li><span>{escape(type_)}</span><b>{count}</b><svg aria-hidden="true" width="100%" '
        f'height="6"><rect class="track" width="100%" height="6" rx="3"/>'
        f'<rect class="bar" width="{100 * count / most:.1f}%" height="6" rx="3"/></svg></li>'
        for type_, count in ranked
    )
    return (
        f'<section aria-labelledby="types-title" class="types"><h2 id="types-title">'
        f"{words['by_type']}</h2><ul>{items}</ul></section>"
    )


def _deliveries(view: View, words: Words) -> str:
    title = words["older"] if view.after else words["latest"]
    if not view.part.deliveries:
        rows = f'<p class="empty">{words["none"]}</p>'
    else:
        columns = ("message", "status", "duration", "received", "error", "action")
        head = "".join(
            f'<th role="columnheader" scope="col">{words[each]}</th>' for each in columns
        )
        rows = (
            f'<table role="table" aria-label="{title}"><thead role="rowgroup">'
            f'<tr role="row">{head}</tr></thead><tbody role="rowgroup">'
            f"{''.join(row(view, each) for each in view.part.deliveries)}</tbody></table>"
        )
    return (
        f'<section aria-labelledby="list-title"><h2 id="list-title">{title}</h2>{rows}'
        f"{_links(view, words)}</section>"
    )


def _links(view: View, words: Words) -> str:
    links = []
    if view.after:
        newest = f"{HERE}?{urlencode(_query(view.chosen))}"
        links.append(f'<a rel="first" href="{escape(newest)}">{words["newest"]}</a>')
    if address := next_address(view):
        links.append(f'<a rel="next" href="{escape(address)}">{words["next"]}</a>')
    return f'<nav aria-label="{words["next"]}">{"".join(links)}</nav>' if links else ""
