"""One request looks, another one overtakes it, and only then does the first one write."""

from functools import partial

import pytest

NEWEST = """
    import json
    from fastapi import FastAPI, Request
    from sqlalchemy import BigInteger, text
    from sqlmodel import Field, Session, SQLModel
    from starlette.concurrency import run_in_threadpool
    from hooklab.services import insert, make_engine

    class Person(SQLModel, table=True):
        id: str = Field(primary_key=True)
        updated_at: int = Field(sa_type=BigInteger)

    def create_app(settings):
        engine = make_engine(settings.database_url)
        SQLModel.metadata.create_all(engine)
        app = FastAPI()

        def work(id, updated_at):
            with Session(engine) as session:
                WORK
                session.commit()

        @app.post("/webhooks/clerk")
        async def receive(request: Request) -> None:
            data = json.loads(await request.body())["data"]
            await run_in_threadpool(work, data["id"], data["updated_at"])

        return app
"""

COMPARE_THEN_WRITE = """
                person = session.get(Person, id)
                if person is None or person.updated_at < updated_at:
                    session.execute(
                        insert(session, Person)
                        .values(id=id, updated_at=updated_at)
                        .on_conflict_do_update(
                            index_elements=["id"], set_={"updated_at": updated_at}
                        )
                    )
"""

COMPARE_IN_THE_WRITE = """
                statement = insert(session, Person).values(id=id, updated_at=updated_at)
                session.execute(
                    statement.on_conflict_do_update(
                        index_elements=["id"],
                        set_={"updated_at": updated_at},
                        where=Person.updated_at < statement.excluded.updated_at,
                    )
                )
"""

COMPARE_UNDER_A_LOCK = """
                if session.get_bind().dialect.name == "sqlite":
                    session.execute(text("BEGIN IMMEDIATE"))
                else:
                    session.execute(text("SELECT pg_advisory_xact_lock(1)"))
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("work", "newest_wins"),
    [
        (COMPARE_THEN_WRITE, False),
        (COMPARE_IN_THE_WRITE, True),
        (COMPARE_UNDER_A_LOCK + COMPARE_THEN_WRITE, True),
    ],
    ids=["compares too early", "compares in the write", "locks"],
)
def test_a_newer_event_overtakes_an_older_one(open_lab, request, kind, work, newest_wins):
    server = request.getfixturevalue("postgres") if kind == "postgresql" else None
    lab = open_lab(NEWEST.replace("WORK", work.strip()), server)
    old = lab.clerk.user_created()
    lab.clock.advance(minutes=1)
    new = lab.clerk.user_updated(old)
    answers = lab.deliver.overtaken(old, by=new)
    assert [answer.ok for answer in answers] == [True, True]
    wanted = new if newest_wins else old
    lab.db.expect_row("person", {}, updated_at=wanted.data["updated_at"])
    assert "a second one overtakes it" in str(lab.journal)


def test_requests_of_any_kind_overtake_each_other(open_lab):
    lab = open_lab(NEWEST.replace("WORK", COMPARE_THEN_WRITE.strip()))
    old = lab.clerk.user_created()
    lab.clock.advance(minutes=1)
    new = lab.clerk.user_updated(old)
    answers = lab.overtaken(partial(lab.deliver.later, old), by=partial(lab.deliver.later, new))
    assert [answer.status for answer in answers] == [200, 200]
    lab.db.expect_row("person", {}, updated_at=old.data["updated_at"])


NOTE_FIRST = """
                noted = insert(session, Person).values(id=f"note {updated_at}", updated_at=0)
                session.execute(noted)
                session.commit()
"""


@pytest.mark.parametrize(("after", "who_stays"), [(0, "new"), (1, "old")])
def test_some_writes_may_pass_before_a_request_is_overtaken(open_lab, after, who_stays):
    lab = open_lab(NEWEST.replace("WORK", (NOTE_FIRST + COMPARE_THEN_WRITE).strip()))
    events = {"old": lab.clerk.user_created()}
    lab.clock.advance(minutes=1)
    events["new"] = lab.clerk.user_updated(events["old"])
    old, new = (partial(lab.deliver.later, event) for event in events.values())
    lab.overtaken(old, by=new, after=after)
    stays = events[who_stays].data["updated_at"]
    lab.db.expect_row("person", {"id": events["old"].user_id}, updated_at=stays)


AFTERWARDS = """
    import time
    from fastapi import BackgroundTasks, FastAPI, Request
    from hooklab.services import make_engine
    from hooklab.webhooks import read_event
    from sqlalchemy import text

    def create_app(settings):
        engine = make_engine(settings.database_url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS person (id TEXT)"))
        app = FastAPI()

        def keep(id):
            with engine.begin() as connection:
                connection.execute(text("INSERT INTO person VALUES (:id)"), {"id": id})

        def erase():
            time.sleep(0.3)
            with engine.begin() as connection:
                connection.execute(text("DELETE FROM person"))

        @app.post("/webhooks/clerk")
        async def receive(request: Request, afterwards: BackgroundTasks) -> None:
            event = await read_event(request, settings.clerk_webhook_signing_secret)
            if event.type == "user.deleted":
                afterwards.add_task(erase)
            else:
                afterwards.add_task(keep, event.data["id"])

        return app
"""


def test_work_after_the_answer_overtakes_too(open_lab):
    lab = open_lab(AFTERWARDS)
    signup = lab.clerk.user_created()
    lab.deliver.overtaken(signup, by=lab.clerk.user_deleted(signup))
    lab.db.expect("person", 1, id=signup.user_id)
