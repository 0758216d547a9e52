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
