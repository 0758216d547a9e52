"""What a person does in the lab, and what the timeline then tells."""

import json

import pytest

from hooklab.errors import HooklabError
from hooklab.workbench.acts import Break, MoveClock, Resend, RunCron, Send, SetFault
from hooklab.workbench.stories_kept import read_story, written_story
from hooklab.workbench.telling import line, outcome


def told(bench, kind=None):
    """Line and outcome of each entry, the oldest first."""
    entries = reversed(bench.timeline.newest())
    return [(line(each), outcome(each)[1]) for each in entries if kind in (None, each.kind)]


def statuses(bench):
    return [status for _line, status in told(bench, "delivery")]


def last(bench, kind):
    return next(each for each in bench.timeline.newest() if each.kind == kind)


def test_a_delivery_shows_the_row_that_it_made(bench):
    bench.perform(Send())
    [change] = last(bench, "delivery").data["changes"]
    assert (change["table"], change["before"]) == ("member", None)
    assert change["after"]["greeted"] == "False"


@pytest.mark.parametrize("tamper", ["body", "signature", "timestamp", "id"])
def test_what_was_changed_on_the_way_is_refused(bench, tamper):
    bench.perform(Send(tamper=tamper))
    assert statuses(bench) == ["401"]
    assert last(bench, "delivery").data["forged"]
    assert last(bench, "delivery").data["changes"] == []


def test_an_old_signature_is_refused(bench):
    bench.perform(Send(age=6))
    assert statuses(bench) == ["401"]


def test_a_burst_and_a_repeat_carry_one_message_id(bench):
    bench.perform(Send(burst=3))
    bench.perform(Send(repeat=2))
    entries = [each for each in bench.timeline.newest() if each.kind == "delivery"]
    assert len(entries) == 5
    assert len({each.about for each in entries[:2]}) == 1


def test_a_message_is_sent_again_under_its_id_or_another(bench):
    bench.perform(Send())
    bench.perform(Resend(message=1))
    bench.perform(Resend(message=1, same_id=False))
    new, same, first = (each for each in bench.timeline.newest() if each.kind == "delivery")
    assert same.about == first.about != new.about


def test_what_the_app_does_outside_is_told(bench):
    bench.perform(Send())
    bench.perform(RunCron())
    [(mail, state)] = told(bench, "mail")
    assert mail.endswith("Hello")
    assert state == "accepted"


def test_a_killed_app_gets_the_message_by_svix_s_schedule(bench):
    bench.perform(Break(what="kill"))
    bench.perform(Send())
    bench.perform(MoveClock(to="retry", cron=False))
    bench.perform(Break(what="start"))
    bench.perform(MoveClock(to="retry", cron=False))
    assert statuses(bench) == ["nothing listens there", "nothing listens there", "200"]
    times = [each.at for each in reversed(bench.timeline.newest()) if each.kind == "delivery"]
    # Svix waits five seconds, then five minutes, and a little more or less.
    assert 4 <= (times[1] - times[0]).total_seconds() <= 6
    assert 240 <= (times[2] - times[1]).total_seconds() <= 360


def test_a_lost_answer_is_tried_again(bench):
    bench.perform(Send(drop=True))
    bench.perform(MoveClock(to="retry", cron=False))
    assert statuses(bench) == ["200, and the answer was lost", "200"]


def test_a_database_that_is_away_is_a_server_error_and_comes_back(bench):
    bench.perform(Break(what="database_away"))
    bench.perform(Send())
    bench.perform(Break(what="database_back"))
    bench.perform(MoveClock(to="retry", cron=False))
    assert statuses(bench) == ["500", "200"]


def test_a_service_fails_as_often_as_asked(bench):
    bench.perform(Send())
    bench.perform(SetFault(service="mail", way="status", status=451, times=1))
    bench.perform(RunCron())
    bench.perform(RunCron())
    assert [state for _line, state in told(bench, "request")] == ["500", "200"]
    assert len(told(bench, "mail")) == 1
    # Who cannot connect is not seen, and cannot be counted.
    with pytest.raises(HooklabError, match="cannot be counted"):
        bench.perform(SetFault(service="mail", way="refuse", times=1))


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (Send(person=99), "there is no person number 99"),
        (Send(body="{x"), "no JSON"),
        (Send(body="[1]"), ""),
        (Send(event="moon.landed"), "moon.landed"),
        (Resend(message=7), "7"),
        (MoveClock(to="retry"), ""),
        (MoveClock(to="work"), "no row"),
        (SetFault(service="sun", way="refuse"), "sun"),
    ],
)
def test_what_cannot_be_done_is_said_and_not_kept(bench, act, said):
    with pytest.raises(HooklabError) as refused:
        bench.perform(act)
    assert said in refused.value.what
    assert refused.value.hint
    assert bench.story == []


def test_a_story_is_replayed_from_a_file(bench):
    for act in (Send(), Break(what="kill"), Send(), Break(what="start"), MoveClock(to="retry")):
        bench.perform(act)
    before = told(bench)
    kept = written_story(bench).encode()
    bench.begin_again()
    assert told(bench, "delivery") == []
    bench.begin_again(*read_story(kept, bench))
    assert told(bench) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"{}",
        b"[" * 100_000,
        b'{"schema": "hooklab/lab-story/v1", "acts": [{"do": 1}]}',
    ],
)
def test_a_file_that_is_no_story_is_refused(bench, content):
    with pytest.raises(HooklabError):
        read_story(content, bench)


def test_a_story_of_another_exercise_is_refused(bench):
    other = written_story(bench).replace("ledger", "knock").encode()
    with pytest.raises(HooklabError, match="knock"):
        read_story(other, bench)


def test_a_story_of_another_seed_is_refused(bench):
    told = json.loads(written_story(bench)) | {
        "seed": 7,
        "world": "ledger/test_a_member_is_greeted",
    }
    with pytest.raises(HooklabError, match="seed 7") as refused:
        read_story(json.dumps(told).encode(), bench)
    assert "hooklab lab ledger --check a_member_is_greeted --seed 7" in refused.value.hint


def test_an_app_that_does_not_start_is_told_and_mended(open_bench, tmp_path):
    (tmp_path / "app.py").write_text("import nowhere_at_all\n")
    bench = open_bench(tmp_path)
    assert "nowhere_at_all" in bench.stage.failure
    assert "app.py:1" in bench.stage.failure


def test_an_app_is_behind_the_wall(open_bench, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("a secret of the person's")
    answer = tmp_path / "answer"
    answer.mkdir()
    (answer / "app.py").write_text(f"open({str(secret)!r}).read()\n")
    assert "Permission" in open_bench(answer).stage.failure
