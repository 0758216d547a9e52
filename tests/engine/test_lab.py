"""What a check can do to an app and see of it: deliveries, races, time, crashes, work."""

import threading
from datetime import timedelta

import pytest

from hooklab.grading.clock import START
from hooklab.grading.failure import CheckFailed

ECHO = """
    import datetime as module
    import json
    import time
    from datetime import UTC, date, datetime
    from time import monotonic, time as now

    from fastapi import BackgroundTasks, FastAPI, Request, Response

    def create_app(settings):
        app = FastAPI()
        seen = []

        @app.post("/webhooks/clerk")
        @app.post("/elsewhere")
        async def receive(request: Request) -> dict:
            seen.append({"headers": dict(request.headers), "body": (await request.body()).decode()})
            return seen[-1]

        @app.get("/seen")
        def count() -> int:
            return len(seen)

        @app.get("/clock")
        def clock() -> dict:
            return {
                "time": [time.time(), now()],
                "now": [datetime.now().isoformat(), module.datetime.now().isoformat()],
                "utc": datetime.now(UTC).isoformat(),
                "today": date.today().isoformat(),
                "monotonic": [time.monotonic(), monotonic()],
            }

        @app.post("/later")
        def later(tasks: BackgroundTasks) -> None:
            def work():
                threading.Event().wait(0.2)
                print(json.dumps({"svix_id": "late", "done": True}))
            tasks.add_task(work)

        @app.post("/internal/cron")
        def cron(request: Request, response: Response) -> None:
            secret = settings.cron_secret.get_secret_value()
            if request.headers["authorization"] != f"Bearer {secret}":
                response.status_code = 401

        return app

    import threading
"""


@pytest.fixture
def lab(open_lab):
    return open_lab(ECHO)


def test_a_delivery_carries_svix_headers_and_the_exact_body(lab):
    event = lab.clerk.user_created()
    seen = lab.deliver(event).expect("200").json
    assert seen["body"] == event.body
    assert seen["headers"]["svix-id"] == event.message_id
    assert seen["headers"]["svix-timestamp"] == str(int(START.timestamp()))
    assert seen["headers"]["svix-signature"].startswith("v1,")


def test_the_knobs_of_a_delivery(lab):
    event = lab.clerk.user_created()

    def headers(**knobs):
        return lab.deliver(event, **knobs).expect("200").json["headers"]

    good = headers()["svix-signature"]
    assert headers(secrets=[])["svix-signature"] == ""
    assert headers(secrets=[lab.deliver.secret] * 2)["svix-signature"] == f"{good} {good}"
    assert headers(age=timedelta(minutes=6))["svix-timestamp"] == str(int(START.timestamp()) - 360)
    assert "svix-id" not in headers(change={"svix-id": None})
    assert headers(change={"svix-id": "msg_other"})["svix-id"] == "msg_other"
    assert lab.deliver(event, body=b"other").json["body"] == "other"
    assert lab.deliver(event, path="/elsewhere").status == 200
    assert lab.deliver(event, path="/nowhere").status == 404


def test_a_delivery_in_the_background_has_its_answer_later(lab):
    assert lab.deliver.later(lab.clerk.user_created()).result(timeout=5).status == 200


def test_a_second_process_has_its_own_memory(lab):
    number = lab.app.another()
    event = lab.clerk.user_created()
    lab.deliver(event, app=number)
    lab.deliver(event, app=number)
    assert lab.app.request("GET", "/seen", app=number).json == 2
    assert lab.app.get("/seen").json == 0


def test_every_clock_of_the_app_stands_where_the_graders_stands(lab):
    first = lab.app.get("/clock").json
    assert first["time"] == [START.timestamp()] * 2
    assert first["now"] == [START.replace(tzinfo=None).isoformat()] * 2
    assert first["utc"] == START.isoformat()
    assert first["today"] == "2026-03-10"
    lab.clock.advance(days=1, hours=2, seconds=3)
    later = START + timedelta(days=1, hours=2, seconds=3)
    second = lab.app.get("/clock").json
    assert second["time"] == [later.timestamp()] * 2
    assert second["now"] == [later.replace(tzinfo=None).isoformat()] * 2
    assert second["utc"] == later.isoformat()
    assert second["today"] == "2026-03-11"
    passed = [b - a for a, b in zip(first["monotonic"], second["monotonic"], strict=True)]
    assert passed == [timedelta(days=1, hours=2, seconds=3).total_seconds()] * 2


def test_the_clock_moves_every_process_and_outlives_a_restart(lab):
    number = lab.app.another()
    lab.clock.advance(hours=5)
    utc = (START + timedelta(hours=5)).isoformat()
    assert lab.app.request("GET", "/clock", app=number).json["utc"] == utc
    lab.app.kill()
    lab.app.restart()
    assert lab.app.get("/clock").json["utc"] == utc


def test_the_clock_does_not_run_backwards(lab):
    with pytest.raises(ValueError, match="backwards"):
        lab.clock.advance(hours=-1)


def test_a_killed_app_is_gone_until_it_is_restarted(lab):
    lab.app.kill()
    answer = lab.app.get("/seen")
    assert (answer.status, answer.problem) == (0, "refused")
    assert lab.obituary() == ""
    lab.app.restart()
    lab.app.get("/seen").expect("200")


def test_cron_presents_the_apps_own_secret(lab):
    assert lab.cron().status == 200
    with pytest.raises(CheckFailed, match="5xx"):
        lab.cron(expect="5xx")


def test_looking_waits_for_work_in_the_background(lab):
    lab.app.post("/later").expect("200")
    assert lab.logs.about("late") == [{"svix_id": "late", "done": True}]


def test_an_answer_that_is_not_json_fails_the_check(lab):
    with pytest.raises(CheckFailed, match="a JSON body"):
        _ = lab.app.get("/docs").json


def test_svix_tries_again_on_its_schedule(open_lab):
    lab = open_lab("""
        from fastapi import FastAPI, Response

        def create_app(settings):
            app, answers = FastAPI(), iter([500, 302, 404])

            @app.post("/webhooks/clerk")
            def receive(response: Response) -> None:
                response.status_code = next(answers, 204)

            return app
    """)
    answers = lab.deliver.until_delivered(lab.clerk.user_created())
    assert [answer.status for answer in answers] == [500, 302, 404, 204]
    assert timedelta(minutes=25) < lab.clock.now() - START < timedelta(minutes=45)


RACE = """
    from fastapi import FastAPI, Request
    from sqlmodel import Field, Session, SQLModel, select
    from starlette.concurrency import run_in_threadpool
    from hooklab.services import make_engine

    class Visit(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        message: str

    def create_app(settings):
        engine = make_engine(settings.database_url)
        SQLModel.metadata.create_all(engine)
        app = FastAPI()

        def work(message):
            with Session(engine) as session:
                if session.exec(select(Visit).where(Visit.message == message)).first() is None:
                    session.add(Visit(message=message))
                    session.commit()

        @app.post("/webhooks/clerk")
        async def receive(request: Request) -> None:
            await run_in_threadpool(work, request.headers["svix-id"])

        @app.get("/count")
        def count() -> int:
            with Session(engine) as session:
                return len(session.exec(select(Visit)).all())

        return app
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_together_meets_the_race_for_certain(open_lab, request, kind):
    server = request.getfixturevalue("postgres") if kind == "postgresql" else None
    for attempt in range(3):
        lab = open_lab(RACE, server, seed=attempt)
        answers = lab.deliver.together([lab.clerk.user_created()] * 4)
        assert all(answer.ok for answer in answers)
        lab.db.expect("visit", 4)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_database_goes_away_and_comes_back(open_lab, request, kind):
    server = request.getfixturevalue("postgres") if kind == "postgresql" else None
    lab = open_lab(RACE, server)
    event = lab.clerk.user_created()
    lab.deliver(event).expect("2xx")
    with lab.database.unavailable():
        lab.app.get("/count").expect("5xx")
        lab.deliver(event.again()).expect("5xx")
    assert lab.app.get("/count").json == 1
    lab.deliver(event.again()).expect("2xx")
    lab.db.expect("visit", 2)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_crash_keeps_the_database(open_lab, request, kind):
    server = request.getfixturevalue("postgres") if kind == "postgresql" else None
    lab = open_lab(RACE, server)
    lab.deliver(lab.clerk.user_created()).expect("2xx")
    lab.app.kill()
    lab.app.restart()
    assert lab.app.get("/count").json == 1
    assert lab.db.tables() == ["visit"]


def test_rows_that_are_not_as_wanted_are_shown_whole(open_lab):
    lab = open_lab(RACE)
    event = lab.clerk.user_created()
    lab.deliver(event)
    assert lab.db.expect_row("visit", {"message": event.message_id})["id"] == 1
    for look, said in (
        (lambda: lab.db.expect("visit", 2), event.message_id),
        (lambda: lab.db.rows("visits"), "visit"),
        (lambda: lab.db.rows("visit", colour="red"), "id, message"),
        (lambda: lab.db.expect_row("visit", {"id": 1}, colour="red"), "id, message"),
        (lambda: lab.db.expect_row("visit", {"id": 1}, message="other"), event.message_id),
    ):
        with pytest.raises(CheckFailed) as caught:
            look()
        assert said in caught.value.happened


MAIL = """
    from email.message import EmailMessage
    from fastapi import FastAPI, Response
    from hooklab.services import Mailer, MailNotSent, MailOutcomeUnknown

    def create_app(settings):
        app = FastAPI()

        @app.post("/send")
        def send_mail() -> str:
            message = EmailMessage()
            message["From"], message["To"] = settings.mail_from, "ada@example.org"
            message["Subject"] = "Héllo"
            message.set_content("Come in")
            try:
                with Mailer(settings).connect() as connection:
                    connection.send(message)
            except (MailNotSent, MailOutcomeUnknown) as error:
                return type(error).__name__
            return "sent"

        return app
"""


def test_the_inbox_holds_what_was_sent(open_lab):
    lab = open_lab(MAIL)
    assert lab.app.post("/send").json == "sent"
    [mail] = lab.inbox.expect(1, to="ADA@example.org")
    assert (mail.subject, mail.text.strip()) == ("Héllo", "Come in")
    assert mail.received_at == START
    for look in (
        lambda: lab.inbox.expect(0),
        lambda: lab.inbox.expect(1, to="bob@example.org"),
        lambda: lab.inbox.expect_at_most(0),
    ):
        with pytest.raises(CheckFailed) as caught:
            look()
        assert "Héllo" in caught.value.happened


def test_the_mail_server_can_fail_and_recover(open_lab):
    lab = open_lab(MAIL)
    lab.inbox.fail(refuse=True)
    assert lab.app.post("/send").json == "MailNotSent"
    lab.inbox.recover()
    lab.inbox.fail(lost_answer=True, times=1)
    assert lab.app.post("/send").json == "MailOutcomeUnknown"
    assert lab.app.post("/send").json == "sent"
    lab.inbox.expect(2)


def test_a_held_mail_server_and_a_crash(open_lab):
    lab = open_lab(MAIL)
    with lab.inbox.hold("connect") as hold:
        background = threading.Thread(target=lab.app.post, args=("/send",))
        background.start()
        assert hold.wait(1, timeout=5) == 1
        lab.app.kill()
        background.join(timeout=5)
    lab.app.restart(SMTP_TIMEOUT_SECONDS="0.5")
    lab.inbox.expect(0)
    with lab.inbox.hold("connect"):
        assert lab.app.post("/send").json == "MailNotSent"
