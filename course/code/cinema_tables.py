"""What becomes of the cinema's tickets and films in every order, tried while the page is made."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import permutations

from hooklab.pages.cells import table
from hooklab.texts import pick

from . import cinema
from .cinema import Database, Film, Message, Printer, Steps

MESSAGE = Message("msg_1", "booking_1")
Delivery = Callable[[Database, Printer, int], Steps]


def _outbox(database: Database, ticket: Printer, now: int) -> Steps:
    cinema.owe(database, MESSAGE)
    yield
    yield from cinema.pay(database, now, ticket)


DESIGNS: dict[str, Delivery] = {
    "look_then_mark": lambda db, ticket, _now: cinema.look_then_mark(db, MESSAGE, ticket),
    "mark_first": lambda db, ticket, _now: cinema.mark_first(db, MESSAGE, ticket),
    "outbox": _outbox,
}
LABELS = {
    "look_then_mark": {"en": "look, print, mark", "fr": "regarder, imprimer, marquer"},
    "mark_first": {"en": "mark, print", "fr": "marquer, imprimer"},
    "outbox": {
        "en": "mark and owe; hold, print, done",
        "fr": "marquer et devoir ; réserver, imprimer, terminé",
    },
}


def designs(*names: str) -> str:
    """For each design: in how many orders two deliveries print twice, and what a death costs."""
    header = {
        "en": (
            "What a delivery does",
            "Orders of two deliveries",
            "Two tickets in",
            "Tickets after a death at each place",
        ),
        "fr": (
            "Ce que fait une livraison",
            "Ordres de deux livraisons",
            "Deux tickets dans",
            "Tickets après une mort à chaque endroit",
        ),
    }
    rows = []
    for name in names:
        races = list(raced(DESIGNS[name]))
        deaths = ", ".join(map(str, survived(DESIGNS[name])))
        label = pick(LABELS[name])
        rows.append((label, str(len(races)), str(sum(each > 1 for each in races)), deaths))
    return table(pick(header), rows)


def raced(design: Delivery) -> Iterator[int]:
    """How many tickets two deliveries at once print, for each order of their steps."""
    for order in sorted(set(permutations("A" * _length(design) + "B" * _length(design)))):
        with closing(_database()) as database:
            printed: list[str] = []
            deliveries = {name: design(database, printed.append, 0) for name in "AB"}
            for name in order:
                # The mark of the other one is there: an answer of 500, after the ticket.
                with suppress(sqlite3.IntegrityError):
                    next(deliveries[name], None)
            yield len(printed)


def survived(design: Delivery) -> Iterator[int]:
    """How many tickets there are when the process dies at each `yield`, and all comes again."""
    for place in range(1, _length(design)):
        with closing(_database()) as database:
            printed: list[str] = []
            killed = design(database, printed.append, 0)
            for _step in range(place):
                next(killed)
            killed.close()
            for _step in design(database, printed.append, cinema.LEASE):
                pass
            yield len(printed)


def _length(design: Delivery) -> int:
    """The number of steps of a delivery that is alone."""
    with closing(_database()) as database:
        return 1 + sum(1 for _step in design(database, lambda _booking: None, 0))


def _database() -> Database:
    database = sqlite3.connect(":memory:")
    database.executescript(cinema.SCHEMA)
    return database


OLD, NEW = Film("film_1", "Old", 1), Film("film_1", "New", 2)
CREATED, UPDATED, DELETED = "created", "updated", "deleted"
RULES = {
    "overwrite": (cinema.OVERWRITE, cinema.REMOVE),
    "replace_older": (cinema.REPLACE_OLDER, cinema.REMOVE),
    "and_alive": (cinema.REPLACE_OLDER_AND_ALIVE, cinema.BURY),
}


def orders() -> str:
    """What the table of films holds after each order of three messages, by each rule."""
    header = {
        "en": (
            "Messages in this order",
            "The last one wins",
            "The newest one wins",
            "… and what is gone stays gone",
        ),
        "fr": (
            "Messages dans cet ordre",
            "Le dernier gagne",
            "Le plus récent gagne",
            "… et ce qui a disparu le reste",
        ),
    }
    stories = [*permutations((CREATED, UPDATED)), *permutations((CREATED, UPDATED, DELETED))]
    rows = [
        (", ".join(story), *(_shown(story, title_after(story, *rule)) for rule in RULES.values()))
        for story in stories
    ]
    return table(pick(header), rows, left=range(4))


def title_after(story: tuple[str, ...], write: str, delete: str) -> str | None:
    """The film's title at the end of `story`, None when it is not in the programme."""
    statements = {
        CREATED: (write, vars(OLD)),
        UPDATED: (write, vars(NEW)),
        DELETED: (delete, {"id": OLD.id}),
    }
    with closing(_database()) as database:
        for kind in story:
            database.execute(*statements[kind])
        row = database.execute("SELECT title FROM film WHERE NOT deleted").fetchone()
    return row and str(row[0])


def wanted(story: tuple[str, ...]) -> str | None:
    """The title that the distributor's last word demands."""
    return None if DELETED in story else NEW.title


def _shown(story: tuple[str, ...], title: str | None) -> str:
    words = {
        OLD.title: {"en": "old title", "fr": "ancien titre"},
        NEW.title: {"en": "new title", "fr": "nouveau titre"},
        None: {"en": "gone", "fr": "absent"},
    }
    return pick(words[title]) if title == wanted(story) else f"**{pick(words[title])}** ✗"
