"""Whatever a person gets wrong is two lines and exit code 2, never a traceback."""

import ast
import os
import pty
import select
import signal
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

import hooklab.__main__ as entry

SECRET = "whsec_" + "QUJD" * 8


@pytest.mark.parametrize(
    ("arguments", "what", "hint"),
    [
        (["grade", "knok"], "there is no exercise “knok”", "did you mean “knock”?"),
        (["statement", "nothing-like-it"], "there is no exercise", "choose one of: knock, ledger"),
        (["grade", "knock", "--submission", "gone"], "gone does not exist", "app.py"),
        (["grade", "knock", "--submission", "solutions/knock/app.py"], "is a file", "solutions"),
        (["grade", "--submission", "solutions/knock"], "0 are named", "hooklab grade SLUG"),
        (["grade", "knock", "--output", "no/such/file"], "the folder no/such", "choose another"),
        (["grade", "knock", "--output", "graders"], "graders is a folder", "name a file"),
        (
            ["grade", "--fromat", "json"],
            "there is no option --fromat",
            "did you mean “--format”? See: hooklab grade --help",
        ),
        (["grade", "--qqq"], "there is no option --qqq", "see: hooklab grade --help"),
        (["grade", "--format", "xml"], "--format", "hooklab grade --help"),
        (["grade", "--lang", "de"], "--lang", "hooklab grade --help"),
        (["statement"], "SLUG is missing", "hooklab statement --help"),
        (["grdae"], "no command “grdae”", "did you mean “grade”? See: hooklab --help"),
        (["mistake", "nwe"], "no command “nwe”", "did you mean “new”?"),
        (["list", "knock"], "there is no place for: knock", "hooklab list --help"),
        (["grade", "--seed"], "--seed needs a value", "--help"),
        (["grade", "--strict=1"], "--strict takes no value", "--help"),
        (
            ["send", "user.craeted"],
            "no event “user.craeted”",
            "did you mean “user.created”, “user.",
        ),
        (["send", "organisation.created"], "no event", "did you mean “organization.created”"),
        (["send", "zzz"], "no event “zzz”", "choose one of: user.created, user.updated, "),
        (["grade", "--times", "2"], "no option --times", "see: hooklab grade --help"),
        (["send", "user.created", "--times", "2"], "no option --times", "“--repeat” or “--burst”"),
        (["send"], "there is no EVENT", "such as: hooklab send user.created"),
        (["send", "--example"], "there is no EVENT", "hooklab send user.created --example"),
        (["reset", "knock", "--from", "course"], "course has no file of knock", "greeting.py"),
        (["send", "role.created", "--example", "--reorder"], "--example and --reorder", "one of"),
        (["send", "user.created"], "no signing secret", "CLERK_WEBHOOK_SIGNING_SECRET"),
        (["send", "user.created", "--secret", "abc"], "“whsec_” and 24", "dashboard"),
        (["send", "user.created", "--to", "localhost"], "is no address", "http://localhost:8000"),
        (
            ["send", "sms.created", "--reorder", "--secret", SECRET],
            "not of sms.created",
            "--reorder",
        ),
        (["run", "knock", "--env", "gone.env"], "gone.env does not exist", ".env.example"),
        (["lab", "--ports", "mail=x"], "“mail=x” is no port", "mail=1025"),
        (["reset", "knock", "--from", "HEAD"], "no git history", "fresh download"),
    ],
)
def test_a_fault_is_a_sentence_and_a_hint(course, hooklab, monkeypatch, arguments, what, hint):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(course.parent))
    code, out, err = hooklab(*arguments)
    first, second = err.splitlines()
    assert (code, out) == (2, "")
    assert what in first
    assert second.startswith("hint: ")
    assert hint in second


def in_plain_marks(text):
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["grdae"], "il n'y a pas de commande « grdae »"),
        (["list", "knock"], "en trop : knock"),
        (["grade", "--format", "xml"], "--format : « xml » n'est pas dans la liste : text, json"),
        (["grade", "--seed", "few"], "--seed : « few » n'est pas un nombre entier"),
        (["check", "--repeat", "0"], "--repeat : il faut au moins 1"),
        (["run", "knock", "--port", "70000"], "--port : il faut au plus 65535"),
        (["grade", "--strict=1"], "--strict ne prend pas de valeur"),
        (["review", "knock", "reasons", "many"], "POINTS : « many » n'est pas un nombre"),
    ],
)
def test_a_slip_at_the_command_line_is_told_in_french(course, hooklab, arguments, what):
    code, out, err = hooklab(*arguments, "--lang", "fr")
    first, second = in_plain_marks(err).splitlines()
    assert (code, out) == (2, "")
    assert first.startswith(what)
    assert second.startswith("à faire : ")


def test_a_setting_that_is_wrong_is_told_in_french(course, hooklab, monkeypatch):
    monkeypatch.setenv("SMTP_PORT", "abc")
    err = in_plain_marks(hooklab("run", "knock", "--lang", "fr")[2])
    assert "SMTP_PORT est inutilisable" in err
    assert "« abc » n'est pas un nombre entier" in err


def test_a_stranger_is_graded_without_a_wall_only_when_allowed(course, hooklab, monkeypatch):
    monkeypatch.setenv("HOOKLAB_ISOLATION", "process")
    command = ("grade", "knock", "--submission", "solutions/knock")
    code, out, err = hooklab(*command)
    assert (code, out) == (2, "")
    assert "nothing would keep this submission" in err
    assert "--allow-unconfined" in err.splitlines()[1]
    code, out, _err = hooklab(*command, "--allow-unconfined")
    assert code == 0
    assert "isolation: process" in out


def test_ones_own_answer_is_graded_without_a_wall(course, hooklab, monkeypatch):
    monkeypatch.setenv("HOOKLAB_ISOLATION", "process")
    code, out, _err = hooklab("grade", "knock")
    assert code == 0
    assert "isolation: process" in out


def test_outside_a_course_there_is_nothing_to_grade(hooklab, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _out, err = hooklab("list")
    assert code == 2
    assert "is not inside the course" in err


def test_a_broken_rubric_is_named_with_its_place(course, hooklab):
    (course / "graders/knock/rubric.toml").write_text("[[criterion]\n")
    code, _out, err = hooklab("grade", "knock")
    assert code == 2
    assert err.count("rubric.toml is not valid TOML") == 1


def test_a_file_that_cannot_be_written_is_refused(course, hooklab, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_arguments: False)
    code, _out, err = hooklab("grade", "knock", "--output", "card.json")
    assert code == 2
    assert "card.json cannot be written: permission denied" in err


def test_nothing_that_listens_is_a_sentence(course, hooklab):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    code, _out, err = hooklab("send", "user.created", "--secret", SECRET, "--to", address)
    assert code == 2
    assert f"nothing answers at 127.0.0.1:{port}" in err


@pytest.mark.parametrize(
    "command", [["lab", "--ports", "mail={port}"], ["run", "knock", "--port", "{port}"]]
)
def test_a_port_that_is_taken_is_named(course, hooklab, command):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        code, _out, err = hooklab(*(part.format(port=port) for part in command))
    assert code == 2
    assert f"port {port}" in err.splitlines()[0]
    assert "another program uses it" in err
    assert ("hooklab lab --ports mail=0" in err) == (command[0] == "lab")
    assert not Path(".env").exists()


def test_an_app_that_cannot_be_made_is_explained(course, hooklab):
    (course / "exercises/knock/app.py").write_text("def create_app(settings:\n")
    code, _out, err = hooklab("run", "knock", "--port", "18765")
    assert code == 2
    assert "SyntaxError" in err
    assert "exercises/knock/app.py:1" in err


def test_an_old_python_is_told_what_is_missing(monkeypatch, capsys):
    source = Path(entry.__file__).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))
    monkeypatch.setattr(sys, "version_info", (3, 8, 10))
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 2
    assert "needs Python 3.11 or newer, and this is Python 3.8" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 2), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_who_is_stopped_says_one_sentence_and_leaves_nothing(course, number, code):
    grader, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "hooklab", "grade", "--solutions"],
        cwd=course,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        # Whoever runs the tests in the background of a script ignores Ctrl-C, and so would this.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        env={**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm"},
    )
    os.close(terminal)
    text = b""
    while b"0/6" not in text:  # the bar; its later numbers may pass unseen
        assert select.select([grader], [], [], 30)[0], text
        text += os.read(grader, 4096)
    process.send_signal(number)
    assert process.wait(20) == code
    while select.select([grader], [], [], 0.2)[0]:
        try:
            text += os.read(grader, 65536)
        except OSError:
            break
    os.close(grader)
    assert b"Stopped; nothing is left running." in text
    assert b"Traceback" not in text
    assert text.rindex(b"\x1b[?25h") > text.rindex(b"\x1b[?25l"), "the cursor is hidden"
