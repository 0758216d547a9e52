"""The story of a failed check: what was wanted, what happened, what was done and printed."""

import pytest

from hooklab import texts
from hooklab.grading.journal import LONGEST, Journal
from hooklab.grading.printed import FIRST_LINES, LAST_LINES, LONGEST_LINE, shorten

APP = """
    from fastapi import FastAPI, Request

    def create_app(settings):
        app = FastAPI()

        @app.post("/webhooks/clerk")
        async def receive(request: Request) -> str:
            body = await request.json()
            print("user", body["data"]["id"])
            return welcome(body)

        return app

    def welcome(body):
        return body["data"]["nickname"]
"""

TESTS = """
    def test_told(lab):
        signup = lab.clerk.user_created(first_name="Ada")
        lab.clock.advance(hours=1)
        lab.deliver(signup, note="first").expect("2xx")
"""


@pytest.fixture
def story(sample):
    sample.write_app(APP)
    sample.write(TESTS, "told")
    return sample.grade()["told"].message


def test_the_story_says_what_was_sent_and_what_came_back(story):
    for words in ("user.created", "Ada", "first", "500 Internal Server Error", "2xx"):
        assert words in story
    assert "moves forward by 1:00:00" in story


def test_the_story_shows_the_learners_own_lines_of_the_traceback(story):
    assert "user user_" in story
    assert 'return body["data"]["nickname"]' in story
    assert "KeyError: 'nickname'" in story
    assert "site-packages" not in story
    assert "hooklab/worker" not in story


QUIET = """
    from logging.config import dictConfig

    def create_app(settings):
        dictConfig({"version": 1, "disable_existing_loggers": True})
        return make_app()
"""


def test_an_app_that_silences_every_logger_still_shows_its_traceback(sample):
    sample.write_app(APP.replace("create_app(settings)", "make_app()") + QUIET)
    sample.write(TESTS, "told")
    assert "KeyError: 'nickname'" in sample.grade()["told"].message


def test_the_story_is_told_in_french(sample):
    texts.use("fr")
    sample.write_app(APP)
    sample.write(TESTS, "told")
    told = sample.grade()["told"].message
    assert "What was wanted" not in told
    assert "KeyError" in told


def test_a_flood_keeps_its_beginning_and_its_end():
    lines = [f"line {number}" for number in range(1000)]
    short = shorten("\n".join(lines)).splitlines()
    assert short[:FIRST_LINES] == lines[:FIRST_LINES]
    assert short[-LAST_LINES:] == lines[-LAST_LINES:]
    left_out = 1000 - FIRST_LINES - LAST_LINES
    assert short[FIRST_LINES] == f"[… {left_out} lines left out …]"


def test_a_line_without_end_is_cut():
    assert len(shorten("x" * 100_000)) < LONGEST_LINE + 10


def test_a_long_line_of_the_journal_is_cut(open_lab):
    lab = open_lab(APP)
    journal = Journal(lab.clock.now)
    journal.add("x" * (LONGEST * 2))
    assert len(str(journal)) < LONGEST + 50


def test_what_a_check_notes_is_shown_whether_it_is_earned_or_not(sample):
    sample.write_app(APP)
    sample.write(
        """
        def test_balanced(lab):
            lab.note("lost  0")
            lab.note("found 3")

        def test_unbalanced(lab):
            lab.note("lost  1")
            lab.require(False, en="nothing lost", fr="rien de perdu", got="one")
        """,
        "balanced",
        "unbalanced",
    )
    found = sample.grade()
    assert (found["balanced"].outcome, found["balanced"].message) == ("earned", "lost  0\nfound 3")
    assert found["unbalanced"].message.endswith("What was noted:\n  lost  1")


TRACEBACK = """\
ERROR:    Exception in ASGI application
Traceback (most recent call last):
  File "app.py", line 3, in receive
    raise ValueError(name)
ValueError: Ada
"""


def test_a_traceback_is_told_once():
    short = shorten(TRACEBACK * 3 + "the end")
    assert short.count("Traceback") == 1
    assert short.count("ValueError: Ada") == 1
    assert short.count("[… the same traceback …]") == 2
    assert short.endswith("the end")
    assert "Traceback" not in shorten(TRACEBACK, told=TRACEBACK)
    other = TRACEBACK.replace("line 3", "line 4")
    assert shorten(TRACEBACK + other).count("Traceback") == 2


def test_an_exception_that_followed_another_belongs_to_its_traceback():
    chained = (
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        'Traceback (most recent call last):\n  File "a.py", line 3, in f\nValueError: y\n'
    )
    assert shorten(chained * 2) == chained + "[… the same traceback …]"
    assert shorten((chained + "\nDuring handling of this:\n\n") * 5000).count("Traceback") < 20
    assert shorten(chained, name=lambda text: "short" if text.endswith("y") else "") == "short"


def test_of_many_lines_alike_the_first_and_the_last_are_told():
    def line(number, status=200):
        return f'{{"svix_id": "msg_3Ak{number:05}", "status": {status}, "duration_ms": {number}.5}}'

    log = [line(number) for number in range(6)]
    assert shorten("\n".join(log)).splitlines() == [log[0], "[… 4 lines like this …]", log[-1]]
    assert shorten("\n".join(log[:3])).splitlines() == log[:3]
    different = [line(number, 200 + number) for number in range(6)]
    assert shorten("\n".join(different)).splitlines() == different
    texts.use("fr")
    assert "[… 4 lignes semblables …]" in shorten("\n".join(log))
