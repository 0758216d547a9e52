"""What the commands do, on a copy of the toy course."""

import json
import re
import shutil
import subprocess
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from svix.webhooks import Webhook, WebhookVerificationError

from hooklab.authoring import forms
from hooklab.cli import lab
from hooklab.cli.env_file import read_settings
from hooklab.sender.stories import STORIES
from hooklab.services import Settings
from hooklab.world import Call, Command, Notification, World
from hooklab.world.environment import SERVICES

TOY = Path(__file__).parents[1] / "toy"
SECRET = "whsec_" + "QUJD" * 8


@pytest.fixture
def clone(course):
    """The course as a fresh clone of a repository."""
    for command in ("init", "add .", "commit -m Skeletons"):
        who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        subprocess.run(["git", *who, *command.split()], check=True, capture_output=True)
    return course


def test_a_fresh_checkout_says_where_to_start_on_one_screen(clone, hooklab, monkeypatch):
    def start(**_options):
        pytest.fail("nobody has written anything that could run")

    monkeypatch.setattr("hooklab.cli.grading.start_launcher", start)
    code, out, _err = hooklab("grade")
    assert code == 0
    assert "Total: 0 of 7 points\n" in out
    assert "What was wanted" not in out
    assert re.search(r"^ knock +Knock at the door +0/4 $", out, re.MULTILINE)
    assert "open exercises/knock/greeting.py:7, do TODO 1" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    assert len(out.splitlines()) < 24


def test_a_download_without_git_knows_whether_a_form_was_begun(course, hooklab, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(course.parent))
    shutil.copy(TOY / forms.NOTE, course / forms.NOTE)
    form = course / "exercises/knock/answer.toml"
    form.write_bytes(form.read_bytes().replace(b"\n", b"\r\n"))
    assert "not started yet" in hooklab("grade", "--format", "json", "knock")[1]
    form.write_text(form.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    assert "not started yet" not in hooklab("grade", "--format", "json", "knock")[1]


def test_one_exercise_that_nobody_has_started_shows_its_checks(clone, hooklab):
    _code, out, _err = hooklab("grade", "knock")
    assert re.search(r"^ · +A .* is greeted by name +0/1 $|^ · ", out, re.MULTILINE)
    assert "waits for review" not in out
    assert "Welcome!" in out
    card = json.loads(hooklab("grade", "knock", "--format", "json")[1])
    assert {
        check["outcome"] for each in card["exercises"][0]["criteria"] for check in each["checks"]
    } == {"not_tried"}


def test_a_todo_that_is_done_alone_is_seen(clone, hooklab):
    Path("exercises/knock/answer.toml").write_text('why = "A name shows that somebody listened."\n')
    _code, out, _err = hooklab("grade", "knock")
    assert "TODO 2 is done; next: TODO 1, exercises/knock/greeting.py:7" in out
    assert "Welcome!" not in out
    _code, out, _err = hooklab("grade")
    assert "TODO 2 is done" in out
    assert re.search(r"^ ledger .* 0/3 $", out, re.MULTILINE)
    _code, out, _err = hooklab("grade", "--lang", "fr")
    assert "TODO 2 est fait\N{NO-BREAK SPACE}; ensuite\N{NO-BREAK SPACE}: TODO 1," in out


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
    hooklab("grade", "knock", "--solutions", "--output", "card.json")
    assert json.loads(Path("card.json").read_text(encoding="utf-8"))["exercises"]
    hooklab("grade", "knock", "--solutions", "--output", "card.json", "--format", "markdown")
    assert Path("card.json").read_text(encoding="utf-8").startswith("#")
    code, out, err = hooklab("grade", "knock", "--solutions", "--strict", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["exercises"][0]["earned"] == 2.5
    assert not Path(".hooklab").is_dir() or "2.5" not in Path(".hooklab/memory.json").read_text()


def test_a_page_shows_each_lost_check_and_its_story(course, hooklab, solve):
    solve("knock")
    greeting = Path("exercises/knock/greeting.py")
    greeting.write_text(greeting.read_text().replace("{name}", "<b>you</b>"))
    options = ("grade", "knock", "--format", "html", "--output", "card.html", "--lang")
    for language, words in (
        ("en", ("Wanted", "The app")),
        ("fr", ("Attendu", "L\u2019application")),
    ):
        assert hooklab(*options, language)[0] == 0
        page = Path("card.html").read_text(encoding="utf-8")
        for each in (*words, "Hello &lt;b&gt;you&lt;/b&gt;", "GET /knock?name=Ada"):
            assert each in page
        assert page.count("<svg ") == 1
        assert "<b>" not in page


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
            for header in server.headers.items():
                self.send_header(*header)
            self.end_headers()
            self.wfile.write(b"thanks\x1b[2J")

        def log_message(self, *_arguments) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.statuses, server.bodies, server.headers = [200], [], {}
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


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("abort-message", "does not try this message again"),
        ("disable", "switches the endpoint off"),
    ],
)
def test_a_retry_ends_when_the_receiver_says_never_again(
    course, hooklab, receiver, monkeypatch, word, told
):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    receiver.statuses = [400]
    receiver.headers = {"webhook-delivery": word}
    command = ("send", "user.created", "--secret", SECRET, "--to", receiver.address, "--retry")
    code, out, err = hooklab(*command)
    assert code == 1
    assert out.count("not delivered") == 1
    assert told in out
    assert "tries again" not in err


def test_the_lab_never_writes_over_somebody_elses_env_file(course):
    Path(".env").write_text("MINE=1\n")
    assert lab._write_environment({"A": "1"}, force=False) == Path(".env.lab")
    assert Path(".env").read_text() == "MINE=1\n"
    Path(".env.lab").write_text("MINE=2\n")
    with pytest.raises(Exception, match=r"\.env\.lab exists already"):
        lab._write_environment({"A": "2"}, force=False)
    lab._write_environment({"A": "2"}, force=True)
    assert Path(".env.lab").read_text().endswith("\nA=2\n")


def test_the_lab_writes_over_what_an_earlier_lab_has_written(course):
    for value in ("1", "2", "3"):
        assert lab._write_environment({"CRON_SECRET": value}, force=False) == Path(".env")
        assert read_settings(Path(".env")).cron_secret.get_secret_value() == value
    assert not Path(".env.lab").exists()


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


def test_the_labs_own_command_can_be_copied_in_one_piece(course, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with World(
        now=lambda: datetime.now(UTC), seed=1, backend_api=lambda *_request: (404, {}, None)
    ) as world:
        world.start(*SERVICES)
        lab._explain(world, Path(".env"))
        api = world.clerk_api
    command = f"  curl -H 'Authorization: Bearer {api.secret_key}' {api.url}/v1/users"
    assert command in capsys.readouterr().err.splitlines()


def test_a_second_lab_says_that_one_is_running(course, hooklab, monkeypatch):
    with World(
        now=lambda: datetime.now(UTC), seed=1, backend_api=lambda *_request: (404, {}, None)
    ) as world:
        world.start(*SERVICES)
        monkeypatch.setattr(lab, "PORTS", dict(world.listeners()))
        code, _out, err = hooklab("lab")
        assert code == 2
        assert err.startswith("a lab is running already")
        command = err.partition("beside it: ")[2]
        assert set(lab.read_ports(command.split()[-1]).values()) == {0}
        code, _out, err = hooklab("lab", "--ports", "mail=0")
    assert code == 2
    assert f"{lab.PORTS['slack']} (slack)" in err.splitlines()[0]
    assert "(mail)" not in err
    assert not Path(".env").exists()


def test_the_lab_outside_the_course_names_no_command_that_cannot_work(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    with World(
        now=lambda: datetime.now(UTC), seed=1, backend_api=lambda *_request: (404, {}, None)
    ) as world:
        world.start(*SERVICES)
        lab._explain(world, Path(".env"))
    err = capsys.readouterr().err
    assert "This folder is not in the course" in err
    assert "hooklab run SLUG" not in err
    assert "  hooklab send user.created\n" in err


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
    commands = (
        "list",
        "statement",
        "grade",
        "watch",
        "hint",
        "reset",
        "run",
        "send",
        "doctor",
        "lab",
    )
    for command in (*commands, "cut", "check"):
        code, out, _err = hooklab(command, "--help")
        assert code == 0
        assert "--lang" in out
        assert hooklab(command, "--help", "--lang", "fr")[0] == 0


def test_promises_are_listed_with_what_holds_and_breaks_them(course, hooklab):
    code, out, _err = hooklab("promises", "knock")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "knock:5: `GET /knock` gets a 200."
    assert lines[1].strip().startswith("it_answers: ")
    assert "no_route" in lines[1]
    assert "    not graded: it is left open" in lines
    assert "    reasons: by a reviewer" in lines
    assert "Behind the next door" not in out
