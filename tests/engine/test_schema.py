"""Keys and indexes are read by what they guarantee, and requests of any kind can race."""

from functools import partial

import pytest

from hooklab.grading.failure import CheckFailed
from hooklab.grading.schema import ForeignKey

# Four ways to say that a name is taken once, and four indexes that do not say it.
TABLES = """
    from fastapi import FastAPI
    from sqlalchemy import text
    from hooklab.services import make_engine

    def create_app(settings):
        engine = make_engine(settings.database_url)
        with engine.begin() as connection:
            for statement in (
                'CREATE TABLE "user" (name VARCHAR(9) PRIMARY KEY)',
                'CREATE TABLE in_line (id INTEGER PRIMARY KEY, name VARCHAR(9) UNIQUE)',
                'CREATE TABLE named (id INTEGER PRIMARY KEY, kind INTEGER, '
                'name VARCHAR(9) REFERENCES "user" (name), CONSTRAINT c UNIQUE (name, kind))',
                'CREATE TABLE indexed (id INTEGER PRIMARY KEY, name VARCHAR(9))',
                'CREATE UNIQUE INDEX i1 ON indexed (name)',
                'CREATE TABLE loose (id INTEGER PRIMARY KEY, kind INTEGER, name VARCHAR(9))',
                'CREATE UNIQUE INDEX i2 ON loose (name) WHERE kind = 1',
                'CREATE UNIQUE INDEX i3 ON loose (lower(name))',
                'CREATE UNIQUE INDEX i4 ON loose (name, kind, lower(name))',
                'CREATE INDEX i5 ON loose (kind)',
            ):
                connection.execute(text(statement))
        return FastAPI()
"""


@pytest.fixture(params=["sqlite", "postgres"])
def schema(request, open_lab):
    server = None if request.param == "sqlite" else request.getfixturevalue("postgres")
    return open_lab(TABLES, server=server).db.schema


def test_uniqueness_counts_however_it_is_said(schema):
    assert schema("user").is_unique("name")
    assert schema("in_line").is_unique("name")
    assert schema("indexed").is_unique("name")
    assert schema("named").is_unique("name", "kind")
    assert schema("named").is_unique("id", "name")
    assert not schema("named").is_unique("name")


def test_an_index_for_some_rows_or_of_an_expression_is_no_key(schema):
    found = schema("loose")
    assert found.unique == (frozenset({"id"}),)
    assert set(found.indexes) == {("id",), ("name",), ("kind",)}


def test_foreign_keys_say_where_they_lead(schema):
    assert schema("named").foreign_keys == (ForeignKey(("name",), "user", ("name",)),)
    assert schema("loose").foreign_keys == ()


def test_a_table_that_is_missing_fails_the_check(schema):
    with pytest.raises(CheckFailed, match="nowhere"):
        schema("nowhere")


COUNTER = """
    from fastapi import FastAPI
    from sqlalchemy import text
    from hooklab.services import make_engine

    def create_app(settings):
        engine = make_engine(settings.database_url)
        app = FastAPI()
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS counter (n INTEGER)"))

        @app.api_route("/webhooks/clerk", methods=["POST"])
        @app.put("/count")
        def count(more: int = 1):
            with engine.begin() as connection:
                n = connection.execute(text("SELECT count(*) FROM counter")).scalar_one()
            with engine.begin() as connection:
                connection.execute(text(f"INSERT INTO counter VALUES ({n})"))
            return n

        return app
"""


def test_requests_of_any_kind_look_before_any_of_them_writes(open_lab):
    lab = open_lab(COUNTER)
    put = partial(lab.app.later, "PUT", "/count", data={})
    delivery = partial(lab.deliver.later, lab.clerk.user_created())
    answers = lab.together([put, delivery])
    assert [answer.expect("200").json for answer in answers] == [0, 0]
    assert lab.app.later("PUT", "/count").result(timeout=5).json == 2
