"""What the pages are made from: everything that a template shows, as plain values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from xml.etree.ElementTree import tostring

from markupsafe import Markup

from hooklab.diagram.figure import figure
from hooklab.reports.clean import visible
from hooklab.sender.stories import STORIES
from hooklab.sender.users import primary_of
from hooklab.texts import _
from hooklab.workbench.copies import as_check, as_command, as_curl
from hooklab.workbench.drawn_story import MOST, drawn_story
from hooklab.workbench.forms_read import field_names
from hooklab.workbench.happenings import people
from hooklab.workbench.mrkdwn import drawn
from hooklab.workbench.outside import shelves
from hooklab.workbench.stage import Stage
from hooklab.workbench.taken_apart import take_apart
from hooklab.workbench.telling import kind_names, line, outcome, problem, remark, waits, way_names
from hooklab.workbench.timeline import LONGEST_TEXT, Entry
from hooklab.workbench.workbench import Workbench

SHOWN = 100
MOST_PEOPLE = 200


class Filter(Protocol):
    """Which entries are shown."""

    find: str
    kind: list[Any]
    before: int


@dataclass(frozen=True)
class ShownEntry:
    """A line of the timeline."""

    entry: Entry
    said: str
    mood: str
    ended: str
    aside: str


class Views:
    """The values of the pages of `bench`, in the language in use."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def frame(self) -> dict[str, Any]:
        """What every page has around it."""
        stage = self._bench.stage
        own = isinstance(stage, Stage)
        return {
            "about": stage.subject.slug if isinstance(stage, Stage) else stage.address,
            "is_own": own,
            "has_cron": isinstance(stage, Stage) and stage.has_cron,
            "now": stage.now(),
            "failure": stage.failure,
            "running": sum(stage.processes),
        }

    def timeline(self, chosen: Filter) -> dict[str, Any]:
        """The entries that are chosen, and what waits."""
        bench = self._bench
        found = bench.timeline.newest(
            find=chosen.find, kinds=chosen.kind, before=chosen.before, count=SHOWN + 1
        )
        now = bench.stage.now()
        waiting = [
            (sent, at, waits(max(0.0, (at - now).total_seconds()))) for sent, at in bench.waiting()
        ]
        return {
            **self.frame(),
            "shown": [self._row(entry) for entry in found[:SHOWN]],
            "older": found[SHOWN - 1].number if len(found) > SHOWN else 0,
            "chosen": chosen,
            "kinds": kind_names(),
            "waiting": waiting[:10],
            "count": len(bench.timeline),
        }

    def controls(self) -> dict[str, Any]:
        """What the forms offer."""
        return {"events": list(STORIES), "people": list(self._people()), "names": field_names()}

    def entry(self, entry: Entry) -> dict[str, Any]:
        """One entry."""
        bench, data = self._bench, entry.data
        is_delivery = entry.kind == "delivery"
        is_whole = len(data.get("body", "")) <= LONGEST_TEXT
        address = bench.stage.address
        caused = bench.timeline.caused(data["since"], data["until"]) if "until" in data else []
        return {
            "row": self._row(entry),
            "entry": entry,
            "kinds": kind_names(),
            "problem": problem(data),
            "remark": remark(data) if is_delivery else "",
            "due": _until(data.get("due", ""), entry.at),
            "apart": take_apart(bench.stage.secret, data["headers"], data["body"])
            if is_whole and "svix-id" in data.get("headers", {}) and entry.kind != "call"
            else None,
            "copies": _copies(data, address) if is_delivery else {},
            "caused": [self._row(each) for each in caused if each.number != entry.number],
            "tries": self._tries(entry) if is_delivery else [],
        }

    def outside(self, typed: Mapping[str, str]) -> dict[str, Any]:
        """The services; what was `typed` into the form of one, and refused, stands there again."""
        refused = {"service": "", "status": "", "retry_after": "", "seconds": "", "times": ""}
        return {
            "typed": {**refused, **typed},
            "shelves": shelves(self._bench.stage.world),
            "drawn": drawn,
            "names": field_names(),
            "ways": way_names(),
        }

    def tables(self) -> dict[str, Any]:
        """The app's tables."""
        return {"tables": self._bench.stage.tables()}

    def story(self) -> dict[str, Any]:
        """What was done, and what happened as a picture."""
        bench = self._bench
        kinds = ("delivery", "request", "mail", "call", "note")
        found = bench.timeline.newest(kinds=kinds, count=MOST)[::-1]
        picture = Markup("")
        if found:
            skipped = len(bench.timeline.newest(kinds=kinds, before=found[0].number, count=9999))
            told = drawn_story(found, skipped)
            element = figure(told, "lab", _("What happened"), is_open=False)
            text = visible(tostring(element, encoding="unicode", method="html"))
            picture = Markup(text)  # noqa: S704 - made of elements
        return {"acts": list(bench.story), "picture": picture}

    def _row(self, entry: Entry) -> ShownEntry:
        mood, ended = outcome(entry)
        return ShownEntry(
            entry, line(entry).partition("\n")[0], mood, ended, "; ".join(_asides(entry))
        )

    def _tries(self, entry: Entry) -> list[ShownEntry]:
        """All attempts with the same message id."""
        about = self._bench.timeline.newest(find=entry.about, kinds=("delivery",), count=50)
        return [self._row(each) for each in reversed(about) if each.about == entry.about]

    def _people(self) -> Iterator[tuple[int, str]]:
        """The number of each person who can be chosen, and who that is."""
        known = {user["id"]: user for user in self._bench.stage.clerk.directory.all()}
        for number, user_id in enumerate(people(self._bench.stage.clerk), 1):
            if user := known.get(user_id):
                yield number, _person(user)


def _person(user: dict[str, Any]) -> str:
    try:
        address = primary_of(user, "email_addresses", "primary_email_address_id")["email_address"]
    except ValueError:
        address = user["id"]
    name = " ".join(filter(None, (user["first_name"], user["last_name"])))
    return " · ".join(filter(None, (name, address)))


def _asides(entry: Entry) -> Iterator[str]:
    data = entry.data
    if entry.kind not in ("delivery", "request"):
        return
    if data.get("attempt", 1) > 1:
        yield _("attempt {number}").format(number=data["attempt"])
    if data.get("process"):
        yield _("process 2")
    if "seconds" in data:
        yield f"{data['seconds'] * 1000:.0f} ms"
    if data.get("forged"):
        yield _("forged: {what}").format(what=data["forged"])
    if data.get("due"):
        yield _("again in {wait}").format(wait=_until(data["due"], entry.at))
    elif data.get("state") in ("failed", "stopped"):
        yield _("Svix gives it up")


def _until(due: str, at: datetime) -> str:
    return waits((datetime.fromisoformat(due) - at).total_seconds()) if due else ""


def _copies(data: dict[str, Any], address: str) -> dict[str, str]:
    return {
        "curl": as_curl(data, address),
        "hooklab send": as_command(data, address),
        _("a check"): as_check(data),
    }
