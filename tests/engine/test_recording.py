"""What the picture of a lost check is made from: who sent what to whom, as it happened."""

from datetime import UTC, datetime, timedelta

import pytest

from hooklab import texts
from hooklab.grading.recording import FIRST_STEPS, LAST_STEPS, LONGEST_TEXT, Recording

APP = """
    import os
    import smtplib

    from fastapi import FastAPI, Request

    def create_app(settings):
        app = FastAPI()

        @app.post("/webhooks/clerk")
        def receive() -> str:
            with smtplib.SMTP(settings.smtp_host, settings.smtp_port) as server:
                server.sendmail("us@example.com", ["ada@example.com"], "Subject: Hello\\n\\nAda")
            return "done"

        @app.get("/end")
        def end() -> str:
            os._exit(3)

        return app
"""


@pytest.fixture
def recording():
    now = datetime(2026, 3, 10, 9, tzinfo=UTC)
    return Recording(lambda: now)


@pytest.fixture
def told(sample):
    """Grade one check with this body; how it was lost."""

    def tell(*lines: str):
        sample.write_app(APP)
        body = "\n".join(f"    {line}" for line in lines)
        sample.write(f'def test_told(lab):\n{body}\n    lab.require(False, en="x", fr="y")', "told")
        return sample.grade()["told"].loss

    return tell


def gist(story):
    return [(step.kind, step.source, step.target, step.text) for step in story.steps]


def test_what_the_app_sent_stands_between_what_it_was_sent_and_its_answer(told):
    story = told('lab.deliver(lab.clerk.user_created(first_name="Ada"))').story
    assert story.actors == ("Svix", "the app", "the mail server")
    call, mail, taken, reply = gist(story)
    assert call[:3] == ("call", "Svix", "the app")
    assert "user.created" in call[3]
    assert mail == (
        "call",
        "the app",
        "the mail server",
        "e-mail to ada@example.com: “Hello”",
    )
    assert taken == ("reply", "the mail server", "the app", "250 OK")
    assert reply[:3] == ("reply", "the app", "Svix")
    # Something came in between, so it says to what it replies.
    assert reply[3] == f'{call[3]} → 200 "done"'


@pytest.mark.parametrize(
    ("how", "forged"),
    [
        ("", ""),
        ('secrets=["whsec_" + "A" * 32]', "signed with a secret that is not yours"),
        ('secrets=["whsec_" + "A" * 32, lab.deliver.secret]', ""),
        ('body=event.body.encode() + b"!"', "body: “!” added at its end"),
        ("age=timedelta(minutes=6)", "signed 6 min ago"),
        ("age=timedelta(minutes=4)", ""),
        ('change={"svix-id": None}', "svix-id: "),
    ],
)
def test_what_was_forged_is_told(told, how, forged):
    story = told(
        "from datetime import timedelta",
        "event = lab.clerk.user_created()",
        f"lab.deliver(event, {how})",
    ).story
    assert forged in story.steps[0].aside
    assert bool(story.steps[0].aside) == bool(forged)


def test_a_kill_a_start_and_a_lost_answer_are_steps_of_their_own(told):
    story = told(
        'lab.app.get("/docs")',
        "lab.app.kill()",
        'lab.app.get("/docs")',
        "lab.app.restart()",
        "lab.clock.advance(hours=2)",
        "lab.inbox.fail(refuse=True)",
    ).story
    kinds = [(step.kind, step.source) for step in story.steps]
    assert kinds == [
        ("call", "a visitor"),
        ("reply", "the app"),
        ("death", "the app"),
        ("call", "a visitor"),
        ("lost", "the app"),
        ("start", "the app"),
        ("note", ""),
        ("note", "the mail server"),
    ]
    assert [step.when for step in story.steps if step.when] == ["09:00:00", "11:00:00"]


def test_an_app_that_ends_by_itself_dies_in_the_story(told):
    *_others, last = told('lab.app.get("/end")').story.steps
    assert (last.kind, last.source) == ("death", "the app")
    assert "3" in last.text


def test_an_app_that_does_not_start_has_a_story_too(sample):
    sample.write_app("1 / 0")
    sample.write("def test_told(lab):\n    lab.app.get('/')", "told")
    loss = sample.grade()["told"].loss
    assert loss.wanted
    assert "ZeroDivisionError" in loss.happened
    assert gist(loss.story) == [("death", "the app", "", "the app does not start")]


def test_an_earned_check_has_no_loss(sample):
    sample.write("def test_told(lab):\n    lab.app.get('/').expect('200')", "told")
    assert sample.grade()["told"].loss is None


def test_of_a_long_story_the_beginning_and_the_end_are_kept(recording):
    for number in range(1000):
        recording.note(f"step {number}")
    steps = recording.story().steps
    assert [step.text for step in steps[:FIRST_STEPS]] == [f"step {n}" for n in range(FIRST_STEPS)]
    left_out = 1000 - FIRST_STEPS - LAST_STEPS
    assert steps[FIRST_STEPS].text == f"{left_out} steps left out"
    assert steps[-1].text == "step 999"
    assert len(steps) == FIRST_STEPS + LAST_STEPS + 1


def test_a_long_text_is_cut_wherever_it_stands(recording):
    replied = recording.call("Svix", "x" * 100_000, "y" * 100_000)
    replied("z" * 100_000, False)
    for step in recording.story().steps:
        assert max(len(step.text), len(step.aside)) < 2 * LONGEST_TEXT


def test_a_later_day_is_told_with_its_date():
    times = iter([datetime(2026, 3, 10, 9, tzinfo=UTC) + timedelta(days=day) for day in range(2)])
    recording = Recording(lambda: next(times))
    recording.note("one")
    recording.note("two")
    assert [step.when for step in recording.story().steps] == ["09:00:00", "2026-03-11 09:00:00"]


def test_a_record_of_a_service_that_nobody_knows_is_no_step(recording):
    recording.introduce("slack", lambda: "Slack")
    recording.arrived("mail", object())
    recording.arrived("slack", object())
    assert recording.story().steps == ()


def test_the_actors_have_french_names(recording):
    texts.use("fr")
    recording.call("Svix", "user.created")("200", False)
    assert recording.story().actors == ("Svix", "l\N{RIGHT SINGLE QUOTATION MARK}application")
