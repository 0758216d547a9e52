"""Move a library from asking for each book to being told: one writer, one switch, one bookmark.

Module 5 explains this file section by section. It is a sibling of the exercise, not its answer:
books and editions instead of people, plain SQL, and a bookmark of its own.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, text
from sqlmodel import Field, Session, SQLModel, col, select

PAGE = 100


class Book(SQLModel, table=True):
    """A book as the national catalogue describes it; `withdrawn` is its tombstone."""

    isbn: str = Field(primary_key=True)
    title: str
    edition: int
    withdrawn: bool = False


class Notice(SQLModel, table=True):
    """What the catalogue has sent, in the order of arrival."""

    number: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(unique=True)
    isbn: str
    title: str | None
    edition: int
    is_settled: bool = False


class Bookmark(SQLModel, table=True):
    """How far the catalogue has been read."""

    name: str = Field(primary_key=True)
    isbn: str = ""
    ask_again_at: int = 0


@dataclass(frozen=True)
class Entry:
    """A book in the catalogue."""

    isbn: str
    title: str
    edition: int


@dataclass(frozen=True)
class Switch:
    """Read from the database for every notice: whose notices are settled at once."""

    per_mille: int = 0
    is_paused: bool = False


class TooOften(Exception):
    """The catalogue wants to be left in peace for `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


# --8<-- [start:shelve]
SHELVE = text("""
    INSERT INTO book (isbn, title, edition, withdrawn) VALUES (:isbn, :title, :edition, false)
    ON CONFLICT (isbn) DO UPDATE SET title = excluded.title, edition = excluded.edition
    WHERE NOT book.withdrawn AND book.edition < excluded.edition
""")
WITHDRAW = text("""
    INSERT INTO book (isbn, title, edition, withdrawn) VALUES (:isbn, '', 0, true)
    ON CONFLICT (isbn) DO UPDATE SET title = '', edition = 0, withdrawn = true
""")
# --8<-- [end:shelve]


# --8<-- [start:settle]
def take(session: Session, notice: Notice, switch: Switch) -> None:
    """Keep a notice that is new; settle it now if its book is switched. The caller commits."""
    known = select(Notice).where(col(Notice.message_id) == notice.message_id)
    if session.exec(known).first() is None:
        session.add(notice)
        settle(session, notice, switch)


def settle(session: Session, notice: Notice, switch: Switch) -> None:
    """Write what the notice says, unless it has been done or its book is not switched."""
    if notice.is_settled or not is_switched(notice.isbn, switch):
        return
    statement = WITHDRAW if notice.title is None else SHELVE
    session.execute(
        statement, {"isbn": notice.isbn, "title": notice.title, "edition": notice.edition}
    )
    notice.is_settled = True


# --8<-- [end:settle]


# --8<-- [start:share]
def is_switched(isbn: str, switch: Switch) -> bool:
    """Whether notices about this book are settled: the same books for the same share."""
    return not switch.is_paused and zlib.crc32(isbn.encode()) % 1000 < switch.per_mille


# --8<-- [end:share]


# --8<-- [start:read]
def read_on(engine: Engine, page_after: Callable[[str], list[Entry]], now: int) -> bool:
    """Read the next page of the catalogue; False when there is none, or not yet."""
    with Session(engine) as session, session.begin():
        mark = session.get(Bookmark, "catalogue") or Bookmark(name="catalogue")
        session.add(mark)
        if mark.ask_again_at > now:
            return False
        try:
            entries = page_after(mark.isbn)
        except TooOften as refusal:
            mark.ask_again_at = now + refusal.seconds
            return False
        for entry in entries:
            session.execute(SHELVE, vars(entry))
        mark.isbn = entries[-1].isbn if entries else mark.isbn
        return len(entries) == PAGE


# --8<-- [end:read]


# --8<-- [start:compare]
def compare(
    theirs: Mapping[str, int], ours: Mapping[str, int], on_the_way: Mapping[str, int]
) -> dict[str, list[str]]:
    """Which books differ; each mapping gives an edition for an ISBN. What is on the way may."""
    lost = [isbn for isbn, edition in theirs.items() if on_the_way.get(isbn, 0) < edition]
    return {
        "missing": [isbn for isbn in lost if isbn not in ours],
        "stale": [isbn for isbn in lost if ours.get(isbn, theirs[isbn]) < theirs[isbn]],
        "unknown to them": [isbn for isbn in ours if isbn not in theirs],
    }


# --8<-- [end:compare]


# --8<-- [start:open]
def open_page(session: Session, isbn: str, ask: Callable[[str], Entry]) -> Book:
    """The book that a reader wants to see, whether or not its notice has come."""
    book = session.get(Book, isbn)
    if book is None:
        session.execute(SHELVE, vars(ask(isbn)))
        # Not what the catalogue said: by now a notice may have said more.
        book = session.get_one(Book, isbn)
    return book


# --8<-- [end:open]
