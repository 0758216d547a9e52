"""From a check to the lab: what it did is done there again, by the same people."""

from functools import partial
from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.workbench.acts import Ask, Break, Know, MoveClock, RunCron, Send, SetFault
from hooklab.workbench.from_check import choose, story_of
from hooklab.workbench.stage import Stage, Subject
from hooklab.workbench.stories_kept import read_story, written_story
from hooklab.workbench.telling import line, outcome
from hooklab.workbench.workbench import Workbench

from .conftest import COURSE, SLUG

REAL = catalogue.load(Path(__file__).parents[2])


@pytest.fixture
def replay(launcher):
    """Grades one check, opens the lab, and does there what the check did."""
    benches = []

    def replay_(course, slug, check, folder=None):
        options = Options(submission=folder, solutions=not folder, only=frozenset({check}))
        cases = []
        card = grade(course, [slug], options, launcher=launcher, told=cases.append)
        [result] = [each for each in card.exercises[0].checks if each.id == check]
        story = story_of(choose(cases, check))
        subject = Subject(course, slug, options.folder(course, slug))
        benches.append(Workbench(partial(Stage, subject, launcher)))
        benches[-1].begin_again(story.acts, story.world_name)
        return result, story, benches[-1]

    yield replay_
    for bench in benches:
        bench.close()


def told(bench, *kinds):
    entries = reversed(bench.timeline.newest(kinds=kinds))
    return [(line(each), outcome(each)[1]) for each in entries]


def test_a_lost_check_is_done_again_with_the_same_outcome(replay, tmp_path):
    answer = tmp_path / "answer"
    answer.mkdir()
    for file in COURSE.solution(SLUG).glob("*.py"):
        text = file.read_text(encoding="utf-8")
        (answer / file.name).write_text(text.replace("greeted = True", "greeted = False"))
    result, story, bench = replay(COURSE, SLUG, "cron_greets_once", answer)
    assert result.outcome == "not_earned"
    assert [type(act) for act in story.acts] == [Know, Send, RunCron, RunCron]
    assert len(told(bench, "mail")) == 2
    # Mended, and replayed as the button does.
    for file in COURSE.solution(SLUG).glob("*.py"):
        (answer / file.name).write_text(file.read_text(encoding="utf-8"))
    bench.begin_again(list(bench.story), bench.world_name)
    assert len(told(bench, "mail")) == 1


def test_the_people_and_ids_are_those_of_the_check(replay):
    _result, story, bench = replay(COURSE, SLUG, "a_signup_is_stored")
    [signup] = [each for each in bench.timeline.newest() if each.kind == "delivery"]
    assert signup.about in story.acts[-1].body
    assert outcome(signup) == ("good", "200")
    assert bench.stage.clerk.users[0]["id"] in signup.data["body"]


def test_a_story_of_a_check_is_kept_with_its_world(replay):
    _result, story, bench = replay(COURSE, SLUG, "a_signup_is_stored")
    before = told(bench, "delivery", "mail", "request")
    kept = read_story(written_story(bench).encode(), bench)
    assert kept == (story.acts, story.world_name)
    bench.begin_again()
    assert bench.world_name != story.world_name
    bench.begin_again(*kept)
    assert told(bench, "delivery", "mail", "request") == before


def test_requests_of_members_show_tokens_that_hold(replay):
    _result, story, bench = replay(REAL, "onboarding", "preferences_count_once_they_are_set")
    assert Ask in map(type, story.acts)
    requests = told(bench, "request")
    assert requests
    assert all(status.startswith("2") for _line, status in requests)


def test_the_clock_and_the_faults_come_back(replay):
    _result, story, bench = replay(
        REAL, "welcome_email", "a_mail_server_that_refuses_delays_the_mail_alone"
    )
    kinds = set(map(type, story.acts))
    assert {Send, SetFault, MoveClock} <= kinds
    assert told(bench, "mail")


def test_what_cannot_be_done_again_is_told(replay):
    _result, story, bench = replay(REAL, "welcome_email", "a_signup_is_written_whole_or_not_at_all")
    assert story.left_out
    assert Break in map(type, story.acts)
    assert told(bench, "delivery")
