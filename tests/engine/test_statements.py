"""What an app asks its database is counted and explained, and the grader writes rows of its own."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from hooklab.grading.failure import CheckFailed
from hooklab.worker.statements import MOST

APP = """
    from datetime import UTC, datetime
    from fastapi import FastAPI
    from sqlalchemy import text
    from sqlmodel import Field, Session, SQLModel, col, func, select
    from hooklab.services import make_engine

    class Parcel(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str = Field(unique=True)
        weight: int = Field(index=True)
        colour: str = "red"
        label: str = Field(unique=True)
        fragile: bool = False
        at: datetime

    def create_app(settings):
        engine = make_engine(settings.database_url)
        SQLModel.metadata.create_all(engine)
        app = FastAPI()

        def ask(query):
            with Session(engine) as session:
                return [str(each) for each in session.exec(query)]

        @app.get("/all")
        def every(): return len(ask(select(Parcel)))

        @app.get("/sum")
        def sum(): return ask(select(func.sum(col(Parcel.weight))))

        @app.get("/heavy")
        def heavy(): return ask(select(Parcel.name).where(col(Parcel.weight) == 7))

        @app.get("/times")
        def times(): return ask(select(Parcel.at))

        @app.get("/one-by-one")
        def one_by_one(): return [ask(select(Parcel).where(Parcel.id == n)) for n in range(500)]

        @app.get("/broken")
        def broken():
            with Session(engine) as session:
                session.execute(text("select nothing from nowhere"))

        return app
"""
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def lab(request, open_lab):
    server = None if request.param == "sqlite" else request.getfixturevalue("postgres")
    return open_lab(APP, server=server)


def parcels(count):
    return [{"name": f"p{n}", "weight": n, "at": NOW} for n in range(count)]


def asked(lab, path):
    with lab.database.statements() as noted:
        answer = lab.app.get(path)
    return answer, [each for each in noted if each.is_about("parcel")]


def test_rows_that_the_app_took_are_counted(lab):
    lab.database.insert("parcel", parcels(40))
    answer, noted = asked(lab, "/all")
    assert (answer.json, [each.rows for each in noted]) == (40, [40])
    _, noted = asked(lab, "/sum")
    assert [each.rows for each in noted] == [1]


def test_a_plan_tells_a_search_from_a_reading_of_everything(lab):
    lab.database.insert("parcel", parcels(5000))
    answer, noted = asked(lab, "/heavy")
    assert answer.json == ["p7"]
    assert [each.reads_all("parcel") for each in noted] == [False]
    assert noted[0].plan
    _, noted = asked(lab, "/sum")
    assert [each.reads_all("parcel") for each in noted] == [True]


def test_a_flood_of_statements_is_cut(lab):
    _, noted = asked(lab, "/one-by-one")
    assert len(noted) == MOST
    assert lab.app.get("/all").json == 0


def test_outside_the_block_nothing_is_noted(lab):
    lab.app.get("/all")
    _, noted = asked(lab, "/sum")
    assert len(noted) == 1


def test_a_statement_that_fails_is_noted_and_fails(lab):
    with lab.database.statements() as noted:
        assert lab.app.get("/broken").status == 500
    assert [each.plan for each in noted if "nowhere" in each.text] == [()]


def test_times_keep_their_instant(lab):
    there = NOW.astimezone(timezone(timedelta(hours=2)))
    lab.database.insert("parcel", [{"name": "p", "weight": 1, "at": there}])
    assert [each[:19] for each in lab.app.get("/times").json] == ["2026-03-10 09:00:00"]


def test_the_database_copies_rows(lab):
    lab.database.insert("parcel", parcels(3), times=1000, apart="name")
    answer, _ = asked(lab, "/all")
    assert answer.json == 3000


@pytest.mark.parametrize("table", ["letter", "parcel"])
def test_a_table_that_does_not_take_rows_fails_the_check(lab, table):
    with pytest.raises(CheckFailed) as failure:
        lab.database.insert(table, [{"name": "p", "size": 1}])
    assert table in failure.value.wanted
