"""The listings of the lesson on moving to webhooks, run on a database of their own."""

from types import ModuleType

import pytest
from sqlmodel import Session, SQLModel, select

from hooklab.services import make_engine


@pytest.fixture(scope="module")
def library(listing) -> ModuleType:
    return listing("library")


@pytest.fixture
def engine(library, tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'library.db'}")
    models = (library.Book, library.Notice, library.Bookmark)
    SQLModel.metadata.create_all(engine, tables=[model.__table__ for model in models])
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine):
    with Session(engine) as session:
        yield session


def told(library, session, edition, title="Emma", isbn="1", message=None, **switch):
    switch = library.Switch(**({"per_mille": 1000} | switch))
    notice = library.Notice(
        message_id=message or f"{isbn}/{edition}/{title}", isbn=isbn, title=title, edition=edition
    )
    library.take(session, notice, switch)
    session.commit()


def edition(library, session, isbn="1"):
    session.expire_all()
    book = session.get(library.Book, isbn)
    return None if book is None or book.withdrawn else book.edition


def test_the_newest_edition_stays_and_a_withdrawal_wins(library, session):
    told(library, session, 2)
    told(library, session, 1)
    assert edition(library, session) == 2
    told(library, session, 0, title=None)
    told(library, session, 3)
    assert edition(library, session) is None
    assert session.get(library.Book, "1").title == ""


def test_a_notice_counts_once_and_waits_while_its_book_is_not_switched(library, session):
    told(library, session, 1, per_mille=0)
    told(library, session, 1, per_mille=1000)
    assert edition(library, session) is None
    [notice] = session.exec(select(library.Notice)).all()
    library.settle(session, notice, library.Switch(1000, is_paused=True))
    assert edition(library, session) is None
    library.settle(session, notice, library.Switch(1000))
    session.commit()
    assert edition(library, session) == 1
    assert notice.is_settled


def test_a_larger_share_holds_the_smaller_one(library):
    books = [str(number) for number in range(2000)]

    def share(per_mille):
        return {each for each in books if library.is_switched(each, library.Switch(per_mille))}

    assert share(0) == set()
    assert share(100) < share(400) < share(1000) == set(books)
    assert 120 < len(share(100)) < 280


def test_reading_goes_on_from_the_bookmark_and_waits_when_asked(library, engine, session):
    entries = [library.Entry(f"{number:03}", "Emma", 1) for number in range(250)]
    asked = []

    def page_after(isbn):
        asked.append(isbn)
        if len(asked) == 2:
            raise library.TooOften(60)
        return [each for each in entries if each.isbn > isbn][: library.PAGE]

    assert library.read_on(engine, page_after, now=0)
    assert not library.read_on(engine, page_after, now=1)
    assert not library.read_on(engine, page_after, now=60)
    assert library.read_on(engine, page_after, now=61)
    assert not library.read_on(engine, page_after, now=61)
    assert asked == ["", "099", "099", "199"]
    assert len(session.exec(select(library.Book)).all()) == 250


def test_a_page_that_fails_moves_no_bookmark(library, engine, session):
    with pytest.raises(ZeroDivisionError):
        library.read_on(engine, lambda _isbn: 1 / 0, now=0)
    assert session.exec(select(library.Bookmark)).all() == []


def test_what_is_on_the_way_is_not_lost(library):
    found = library.compare(
        theirs={"a": 1, "b": 2, "c": 3, "d": 4},
        ours={"b": 2, "c": 1, "d": 3, "e": 1},
        on_the_way={"d": 4},
    )
    assert found == {"missing": ["a"], "stale": ["c"], "unknown to them": ["e"]}


def test_a_page_opens_before_its_notice_has_come(library, session):
    asked = []

    def ask(isbn):
        asked.append(isbn)
        return library.Entry(isbn, "Emma", 3)

    assert [library.open_page(session, "1", ask).edition for _time in range(2)] == [3, 3]
    assert asked == ["1"]
