"""What the commands do, on a copy of the toy course."""

import gc
import json
import subprocess
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from svix.webhooks import Webhook, WebhookVerificationError

from hooklab import catalogue
from hooklab.cli import lab, watch
from hooklab.cli.grading import WarmGrading
from hooklab.cli.stories import STORIES
from hooklab.services import Settings
from hooklab.world import Call, Command, Notification, World
from hooklab.world.environment import SERVICES

SECRET = "whsec_" + "QUJD" * 8


def test_a_fresh_checkout_says_where_to_start_without_a_flood(course, hooklab):
    code, out, _err = hooklab("grade")
    assert code == 0
    assert "Total: 0 of 7 points" in out
    assert out.count("What was wanted") == 1
    assert "open exercises/knock/greeting.py, do TODO 1" in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_what_is_graded_is_remembered_and_listed(course, hooklab, solve):
    assert "-/4" in hooklab("list")[1]
    solve("knock")
    _code, out, _err = hooklab("grade", "knock")
    assert "2.5/4" in out
    assert "Welcome" not in out
    assert "2.5/4" in hooklab("list")[1]
    assert "2,5/4" in hooklab("list", "--lang", "fr")[1]


def test_strict_and_files(course, hooklab):
    assert hooklab("grade", "knock", "--strict", "--output", "card.txt")[0] == 1
    assert "Total" in Path("card.txt").read_text(encoding="utf-8")
    code, out, err = hooklab("grade", "knock", "--solutions", "--strict", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["exercises"][0]["earned"] == 2.5
    assert not Path(".hooklab").is_dir() or "2.5" not in Path(".hooklab/memory.json").read_text()


def test_a_seed_is_the_same_for_ones_own_answer_and_drawn_for_others(course, hooklab):
    theirs = ("--submission", "solutions/knock", "--allow-unconfined")

    def seed(*options: str) -> int:
        return json.loads(hooklab("grade", "knock", "--format", "json", *options)[1])["seed"]

    assert seed() == seed("--solutions") == 0
    assert seed(*theirs) != seed(*theirs)
    assert seed(*theirs, "--seed", "5") == 5


def test_a_syntax_error_is_a_graded_answer(course, hooklab):
    (course / "exercises/knock/greeting.py").write_text("def greet(:\n")
    code, out, _err = hooklab("grade", "knock")
    assert code == 0
    assert "SyntaxError" in out
    assert "exercises/knock/greeting.py" in " ".join(out.split())


def test_a_missing_dependency_is_a_graded_answer(course, hooklab):
    (course / "exercises/knock/greeting.py").write_text("import no_such_library\n")
    code, out, _err = hooklab("grade", "knock")
    assert code == 0
    assert "No module named 'no_such_library'" in out
    assert "install it" in " ".join(out.split())


def test_a_file_of_ones_own_that_is_missing_is_named_and_not_to_be_installed(course, hooklab):
    (course / "exercises/knock/greeting.py").unlink()
    (course / "exercises/knock/app.py").rename(course / "exercises/knock/main.py")
    said = " ".join(hooklab("grade", "knock")[1].split())
    assert "there is no app.py: the app begins with create_app() in it" in said
    assert "install it" not in said


def test_a_statement_cuts_no_name_short(course, hooklab):
    name = "a_name_that_" + "goes_on_and_" * 3 + "ends"
    page = course / "course/en/exercises/knock.md"
    page.write_text(
        page.read_text() + f"\n| name | what |\n| :-- | :-- |\n| `{name}` | {'word ' * 30}|\n"
    )
    out = hooklab("statement", "knock")[1]
    cells = (line[:60].split("  ")[0].strip() for line in out.splitlines())
    assert name in "".join(cells)
    assert "…" not in out.partition("what")[2]


def test_hints_climb_three_rungs_and_end_with_praise(course, hooklab, solve):
    rungs = [hooklab("hint", "knock")[1].splitlines()[1] for _number in range(4)]
    assert rungs == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"]
    assert "Hint 3 of 3" in hooklab("hint", "knock", "--again")[1]
    solve("knock")
    out = hooklab("hint", "knock")[1]
    assert "Well done" in out
    assert "hooklab statement ledger" in out


def test_a_statement_is_the_page_with_its_table(course, hooklab):
    page = course / "course/en/exercises/knock.md"
    page.write_text(
        "---\ntitle: x\n---\n# Knock\n\n<!-- secret -->\n<!-- rubric: knock -->\n\n"
        '!!! note "Mind"\n    the step\n\nSee [the module](../m.md).\n\n<quiz>\nno\n</quiz>\n'
    )
    code, out, _err = hooklab("statement", "knock")
    assert code == 0
    for word in ("Knock", "What is graded", "The door", "Mind", "the step", "See the module."):
        assert word in out
    for word in ("title:", "secret", "<!--", "quiz", "!!!", "../m.md"):
        assert word not in out


def git(*arguments: str) -> None:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def test_reset_brings_the_skeleton_and_keeps_the_copy(course, hooklab):
    skeleton = (course / "exercises/knock/greeting.py").read_text()
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "course")
    (course / "exercises/knock/greeting.py").write_text("mine = 1\n")
    git("commit", "-qam", "my own work")
    code, out, _err = hooklab("reset", "knock")
    assert code == 0
    assert (course / "exercises/knock/greeting.py").read_text() == skeleton
    (kept,) = course.glob("exercises/knock.*")
    assert kept.name in out
    assert (kept / "greeting.py").read_text() == "mine = 1\n"
    assert "is the skeleton already" in hooklab("reset", "knock")[1]
    assert hooklab("reset", "knock", "--from", "HEAD")[0] == 0
    assert (course / "exercises/knock/greeting.py").read_text() == "mine = 1\n"
    assert len(list(course.glob("exercises/knock.*"))) == 2


@pytest.fixture
def watcher(course, warm_launcher):
    here = catalogue.load(course)
    return watch.Watcher(here, WarmGrading(here, warm_launcher, debug=False), ["knock"])


def test_watch_finds_the_exercise_that_was_saved(course):
    path = str((course / "exercises/knock/app.py").resolve())
    assert watch.saved(catalogue.load(course), ["knock", "ledger"], [path]) == ["knock"]


def test_watch_takes_no_notice_of_a_change_that_is_no_exercises(course, monkeypatch):
    here = catalogue.load(course)
    own = str((course / "exercises/knock/app.py").resolve())
    changes = [{(1, str(course / "README.md"))}, {(1, own)}]
    monkeypatch.setattr(watch, "changes_in", lambda *_folders, **_options: iter(changes))
    assert list(watch._saves(here, ["knock", "ledger"])) == [["knock"]]


def saves(*steps):
    """What a person does in a pause, and the exercises that are saved then."""
    for slugs, work in steps:
        work()
        yield slugs


def test_watch_grades_what_is_saved_and_says_what_changed(course, solve, watcher, capsys):
    broken = course / "exercises/knock/greeting.py"
    told = []
    for step in (
        (["knock"], lambda: None),
        (["knock"], lambda: solve("knock")),
        (["knock"], lambda: broken.write_text("def (")),
        (["ledger"], lambda: solve("ledger")),
        (["ledger"], lambda: (course / "exercises/ledger/app.py").unlink()),
    ):
        watcher.grade_next(saves(step))
        told.append(capsys.readouterr())
    nothing, solved, lost, other, gone = (output.out for output in told)
    assert "+ now earned" not in nothing
    assert "+ now earned: A knock is answered" in solved
    assert "- now lost: A knock is answered" in lost
    assert "ledger" in other
    assert "knock" not in other
    assert "- now lost" in gone
    assert all("Waiting for a save" in output.err for output in told)


@pytest.mark.parametrize("saved", ["knock", "ledger"])
def test_watch_leaves_garbage_alone_only_while_somebody_waits(watcher, saved):
    at_the_save = []
    watcher.grade_next(saves(([saved], lambda: at_the_save.append(gc.isenabled()))))
    assert at_the_save == [False]
    assert gc.isenabled()


def test_watch_reads_a_grader_again_that_changed_in_the_pause(course, solve, watcher, capsys):
    solve("knock")
    checks = course / "graders/knock/test_knock.py"

    def break_it() -> None:
        checks.write_text(checks.read_text().replace("/knock?name=Ada", "/knocked"))

    watcher.grade_next(saves((["knock"], lambda: None)))
    watcher.grade_next(saves((["knock"], break_it)))
    assert "- now lost: A knock is answered" in capsys.readouterr().out


def test_watch_tells_what_is_wrong_with_a_course_and_goes_on(course, solve, watcher, capsys):
    solve("knock")
    rubric = course / "graders/knock/rubric.toml"
    right = rubric.read_text()
    rubric.write_text(right + "\n[[wrong]]\n")
    watcher.grade_next(saves((["knock"], lambda: None)))
    assert "unknown key “wrong”" in capsys.readouterr().err
    watcher.grade_next(saves((["knock"], lambda: rubric.write_text(right))))
    assert "2.5/4" in capsys.readouterr().out


@pytest.mark.parametrize("name", STORIES)
def test_every_event_is_printed_with_a_signature_that_holds(course, hooklab, name):
    code, out, _err = hooklab("send", name, "--secret", SECRET, "--print")
    request = json.loads(out)
    assert code == 0
    assert json.loads(request["body"])["type"] == name
    Webhook(SECRET).verify(request["body"], request["headers"])


@pytest.mark.parametrize(
    "change",
    ["--tamper=body", "--tamper=signature", "--tamper=timestamp", "--tamper=id", "--delay=6"],
)
def test_what_is_changed_on_the_way_does_not_verify(course, hooklab, change):
    request = json.loads(hooklab("send", "user.created", change, "--secret", SECRET, "--print")[1])
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request["body"], request["headers"])


def test_a_seed_gives_the_same_person_and_messages(course, hooklab):
    command = ("send", "user.created", "--secret", SECRET, "--print", "--seed", "7")
    first, again = (json.loads(hooklab(*command)[1]) for _number in range(2))
    assert first["body"] == again["body"]
    assert first["headers"]["svix-id"] == again["headers"]["svix-id"]
    updated = json.loads(hooklab("send", "user.updated", *command[2:])[1])
    assert json.loads(updated["body"])["data"]["id"] == json.loads(first["body"])["data"]["id"]


@pytest.fixture
def receiver():
    """An app that answers with the statuses of a list, the last one for ever; 0 hangs up."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            server.bodies.append(json.loads(body)["type"])
            status = server.statuses.pop(0) if len(server.statuses) > 1 else server.statuses[0]
            if status == 0:
                return
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"thanks\x1b[2J")

        def log_message(self, *_arguments) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.statuses, server.bodies = [200], []
    server.address = f"http://127.0.0.1:{server.server_port}/webhooks/clerk"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_send_shows_the_answers_as_svix_counts_them(course, hooklab, receiver):
    to = ("--secret", SECRET, "--to", receiver.address)
    code, out, _err = hooklab("send", "user.created", *to, "--repeat", 2)
    assert (code, out.count(") delivered"), receiver.bodies) == (0, 2, ["user.created"] * 2)
    assert "\x1b" not in out
    assert hooklab("send", "user.created", *to, "--burst", 3)[1].count(") delivered") == 3
    hooklab("send", "user.created", *to, "--reorder")
    assert receiver.bodies[-3:] == ["user.deleted", "user.updated", "user.created"]
    receiver.statuses = [307]
    code, out, _err = hooklab("send", "user.created", *to)
    assert code == 1
    assert "not delivered" in out
    assert "Svix follows no redirect" in out


def test_an_app_that_hangs_up_is_an_app_all_the_same(course, hooklab, receiver):
    receiver.statuses = [0]
    code, out, _err = hooklab("send", "user.created", "--secret", SECRET, "--to", receiver.address)
    assert code == 1
    assert "→ - (" in out
    assert "the connection broke" in out


def test_a_retry_comes_after_svixs_waits(course, hooklab, receiver, monkeypatch):
    waits = []
    monkeypatch.setattr("time.sleep", waits.append)
    receiver.statuses = [500, 500, 200]
    code, out, err = hooklab(
        "send", "user.created", "--secret", SECRET, "--to", receiver.address, "--retry"
    )
    assert code == 0
    assert out.count("not delivered") == 2
    assert err.count("Svix tries again after") == 2
    assert [round(wait * 3600) for wait in waits[1:]] == pytest.approx([5, 300], rel=0.25)


def test_the_lab_never_writes_over_an_env_file(course):
    Path(".env").write_text("MINE=1\n")
    assert lab._write_environment({"A": "1"}, force=False) == Path(".env.lab")
    assert Path(".env").read_text() == "MINE=1\n"
    with pytest.raises(Exception, match=r"\.env\.lab exists already"):
        lab._write_environment({"A": "2"}, force=False)
    lab._write_environment({"A": "2"}, force=True)
    assert Path(".env.lab").read_text() == "A=2\n"


def test_the_labs_variables_are_settings_of_the_app(course):
    with World(
        now=lambda: datetime.now(UTC), seed=1, backend_api=lambda *_request: (404, {}, None)
    ) as world:
        world.start(*SERVICES)
        variables = lab.environment(world, [Settings])
        assert {name.lower() for name in variables} <= set(Settings.model_fields)
        assert all(variables.values())
    assert lab.read_ports("mail=0, slack=1") == {**lab.PORTS, "mail": 0, "slack": 1}
    assert set(lab.PORTS) == set(SERVICES)
    assert len(set(lab.PORTS.values())) == len(lab.PORTS)


def test_the_lab_shows_what_arrives_in_a_line(capsys):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    lab.show("redis", Command((b"SET", b"visits\x1b[2J", b"1"), at, done=True))
    lab.show("redis", Command((b"PING",), at))
    lab.show("push", Notification("1", "ExponentPushToken[x]", "Hi", "", {}, at))
    lab.show("stripe", Call("POST", "/v1/customers", {}, {}, b"", at, done=True, status=200))
    lab.show("stripe", "something else")
    lines = [line.partition(" ")[2] for line in capsys.readouterr().out.splitlines()]
    assert lines[0].startswith("redis: SET visits")
    assert "\x1b" not in lines[0]
    assert lines[0].endswith("→ accepted")
    assert lines[1:] == [
        "redis: PING → not accepted",
        "push: ExponentPushToken[x] · Hi → posted",
        "stripe: POST /v1/customers → 200",
    ]


def test_every_command_has_help_in_both_languages(course, hooklab):
    commands = ("list", "statement", "grade", "watch", "hint", "reset", "run", "send", "lab")
    for command in (*commands, "cut", "check"):
        code, out, _err = hooklab(command, "--help")
        assert code == 0
        assert "--lang" in out
        assert hooklab(command, "--help", "--lang", "fr")[0] == 0
