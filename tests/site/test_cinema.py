"""The listings of module 3, and the tables that are computed from them and from the kit's Svix."""

import sqlite3
from pathlib import Path
from types import ModuleType

import pytest

from hooklab import texts
from hooklab.pages.computed import computed

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cinema(listing) -> ModuleType:
    return listing("cinema")


@pytest.fixture
def database(cinema):
    connection = sqlite3.connect(":memory:")
    connection.executescript(cinema.SCHEMA)
    yield connection
    connection.close()


@pytest.fixture(params=texts.LANGUAGES, autouse=True)
def language(request):
    texts.use(request.param)
    yield request.param
    texts.use("en")


@pytest.fixture
def messages(cinema):
    return [cinema.Message("msg_1", "booking_1"), cinema.Message("msg_2", "booking_1")]


def run(steps):
    for _step in steps:
        pass


def rows(file: str, call: str) -> list[list[str]]:
    """The cells of a computed table without its header, their spaces as one types them."""
    text = computed(ROOT, f"course/code/{file}.py:{call}").replace("\N{NO-BREAK SPACE}", " ")
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines()[2:]
    ]


def test_the_second_of_two_that_looked_prints_too_and_then_fails(cinema, database, messages):
    printed = []
    one, two = (cinema.look_then_mark(database, messages[0], printed.append) for _ in range(2))
    for delivery in (one, two, one, two):
        next(delivery)
    assert printed == ["booking_1", "booking_1"]
    run(one)
    with pytest.raises(sqlite3.IntegrityError):
        run(two)


@pytest.mark.parametrize("design", ["look_then_mark", "mark_first"])
def test_one_after_the_other_prints_once(cinema, database, messages, design):
    printed = []
    for _delivery in range(2):
        run(getattr(cinema, design)(database, messages[0], printed.append))
    assert printed == ["booking_1"]


def test_the_key_of_a_message_does_not_see_a_second_message(cinema, database, messages):
    printed = []
    for message in messages:
        run(cinema.mark_first(database, message, printed.append))
    assert printed == ["booking_1", "booking_1"]


def test_the_key_of_an_effect_does(cinema, database, messages):
    printed = []
    for message in (*messages, messages[0]):
        cinema.owe(database, message)
    for _run in range(3):
        run(cinema.pay(database, 0, printed.append))
    assert printed == ["booking_1"]


def test_a_debt_is_owed_with_its_mark_or_not_at_all(cinema, database, messages):
    database.execute("DROP TABLE owed")
    with pytest.raises(sqlite3.OperationalError):
        cinema.owe(database, messages[0])
    assert database.execute("SELECT count(*) FROM mark").fetchone() == (0,)


def test_a_lease_ends(cinema, database, messages):
    printed = []
    cinema.owe(database, messages[0])
    next(cinema.pay(database, 0, printed.append))
    run(cinema.pay(database, cinema.LEASE - 1, printed.append))
    assert printed == []
    run(cinema.pay(database, cinema.LEASE, printed.append))
    assert printed == ["booking_1"]


def test_the_current_state_needs_no_order_and_still_a_version(cinema, database):
    new, old = cinema.Film("film_1", "New", 2), cinema.Film("film_1", "Old", 1)
    for answer in (new, old):
        cinema.refresh(database, "film_1", lambda _id, answer=answer: answer)
    assert database.execute("SELECT title FROM film").fetchall() == [("New",)]
    for answer in (None, new):
        cinema.refresh(database, "film_1", lambda _id, answer=answer: answer)
    assert database.execute("SELECT title, deleted FROM film").fetchall() == [(None, 1)]


def test_two_lists_differ_in_three_ways(cinema):
    differences = cinema.compare({"a": 1, "b": 2, "c": 3, "d": 4}, {"b": 2, "c": 4, "d": 3, "e": 1})
    assert differences == cinema.Differences(
        missing=frozenset("e"), stale=frozenset("c"), surplus=frozenset("a")
    )


def test_the_table_of_designs_has_what_the_pages_say_of_it():
    found = rows("cinema_tables", "designs look_then_mark mark_first outbox")
    assert [row[1:] for row in found] == [
        ["20", "18", "1, 2"],
        ["6", "0", "0"],
        ["70", "0", "1, 1, 2"],
    ]


def test_only_the_third_rule_is_right_in_every_order():
    wrong = [
        [row[rule] for row in rows("cinema_tables", "orders") if "✗" in row[rule]]
        for rule in (1, 2, 3)
    ]
    assert [len(each) for each in wrong] == [5, 4, 0]


def test_the_schedule_is_that_of_svix():
    schedule = rows("svix_tables", "schedule")
    assert len(schedule) == 8
    assert schedule[-1][3] == "27 h 35 min 5 s"


def test_an_outage_ends_with_a_later_attempt_or_with_none():
    found = rows("svix_tables", "outages 1 30")
    assert [row[1].partition(":")[0].strip() for row in found] in (["5", "none"], ["5", "aucune"])


def test_a_busy_app_is_left_alone_for_a_minute():
    assert [row[1] for row in rows("svix_tables", "waits")] == ["5 s", "1 min", "1 min", "10 s"]


def test_the_vectors_are_those_of_the_specification():
    text = computed(ROOT, "course/code/svix_tables.py:vectors")
    assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" in text
    assert "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=" in text
