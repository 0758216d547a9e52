"""The trusted side believes nothing: what an answer leaves, says or kills costs its own check."""

import importlib.util
import logging
import marshal
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import pytest

from hooklab.errors import HooklabError
from hooklab.grading import private_copy, slot, worlds
from hooklab.grading.failure import CheckFailed
from hooklab.grading.log_file import LogFile
from hooklab.grading.private_copy import copy_submission
from hooklab.worker import isolation, launch, process
from hooklab.worker.process import read_failure

TOY = Path(__file__).parents[1] / "toy"
CANARY = "a-canary-that-nobody-may-read"

HOME_TEST = 'def test_home(lab):\n    lab.app.get("/").expect("418")\n'

APP = """
    import os
    from pathlib import Path
    from fastapi import FastAPI

    def create_app(settings):
        app = FastAPI()

        @app.get("/")
        def home() -> str:
            print("the app was here", flush=True)
            {act}
            return "home"

        return app
"""


def act(*lines: str) -> str:
    return APP.replace("{act}", ("\n" + " " * 12).join(lines))


GOOD = act("pass")


@pytest.fixture
def secret(tmp_path) -> Path:
    path = tmp_path / "secret.py"
    path.write_text(f"# {CANARY}\nraise RuntimeError('{CANARY}')\n")
    return path


# The log


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_stands_in_the_place_of_the_log_is_never_opened(tmp_path, secret, kind):
    log = LogFile(tmp_path / "app.log")
    log.path.write_text("before\n")
    log.path.unlink()
    make = {"link": lambda it: it.symlink_to(secret), "pipe": os.mkfifo, "folder": os.mkdir}
    make[kind](log.path)
    assert log.text() == "before\n"
    log.close()
    assert log.text() == ""


def test_the_log_keeps_what_was_printed_before_it_was_replaced(open_lab, secret):
    lab = open_lab(GOOD)
    lab.app.get("/").expect("200")
    lab._slot.log.path.unlink()
    lab._slot.log.path.symlink_to(secret)
    assert "the app was here" in lab.logs.text
    assert CANARY not in lab.logs.text


def test_nothing_may_lie_where_the_log_will_be(tmp_path, secret):
    (tmp_path / "app.log").symlink_to(secret)
    with pytest.raises(FileExistsError):
        LogFile(tmp_path / "app.log")


def test_of_a_long_log_both_ends_are_read(tmp_path):
    log = LogFile(tmp_path / "app.log")
    log.path.write_bytes(b"first\n" + b"\xff" * 1_000_000 + b"\nlast")
    text = log.text(limit=1000)
    assert text.startswith("first\n")
    assert text.endswith("\nlast")
    assert "[...]" in text
    assert len(text) < 1100
    log.close()


# The submission


def odd(folder: Path, kind: str, secret: Path) -> str:
    """Put something odd into `folder`; its name."""
    match kind:
        case "link":
            (folder / "odd").symlink_to(secret)
        case "link to a folder":
            (folder / "odd").symlink_to(secret.parent)
        case "link to nothing":
            (folder / "odd").symlink_to(folder / "none")
        case "pipe":
            os.mkfifo(folder / "odd")
        case "socket":
            import socket

            here = os.open(folder, os.O_RDONLY)
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(f"/proc/self/fd/{here}/odd")
            os.close(here)
        case "hard link":
            os.link(secret, folder / "odd")
        case "hidden, huge":
            with (folder / ".odd").open("wb") as file:
                file.truncate(private_copy.MOST_BYTES + 1)
    return ".odd" if kind == "hidden, huge" else "odd"


KINDS = [
    "link",
    "link to a folder",
    "link to nothing",
    "pipe",
    "socket",
    "hard link",
    "hidden, huge",
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_odd_file_is_refused_by_name_before_anything_is_imported(sample, secret, kind):
    sample.write(HOME_TEST, "home")
    sample.write_app("raise RuntimeError('it was imported')\n")
    (sample.answer / "inner").mkdir()
    name = odd(sample.answer / "inner", kind, secret)
    found = sample.grade()["home"]
    assert found.outcome == "not_earned"
    assert f"inner/{name}" in found.message
    assert "it was imported" not in found.message
    assert CANARY not in found.message


def test_an_app_that_is_a_link_shows_nothing_of_what_it_leads_to(sample, secret):
    sample.write(HOME_TEST, "home")
    (sample.answer / "app.py").unlink()
    (sample.answer / "app.py").symlink_to(secret)
    found = sample.grade()["home"]
    assert found.outcome == "not_earned"
    assert "app.py is a link" in found.message
    assert CANARY not in found.message + found.hint


def test_written_answers_are_read_from_the_copy(sample, secret):
    sample.write('def test_text(answers):\n    answers.text("answer.md")\n', "text")
    assert "there is no such file" in sample.grade()["text"].message
    (sample.answer / "answer.md").write_text("an answer")
    assert sample.grade()["text"].outcome == "earned"
    (sample.answer / "answer.md").unlink()
    (sample.answer / "answer.md").symlink_to(secret)
    assert "answer.md is a link" in sample.grade()["text"].message


def test_what_is_graded_does_not_change_under_the_grading(sample, monkeypatch):
    """The first app writes into its own source; the second must not read that."""
    # Behind the wall it could not even try.
    monkeypatch.setenv(isolation.CHOICE, isolation.PROCESS)
    sample.write(
        """
        def test_first(lab):
            lab.app.get("/").expect("200")

        def test_second(lab):
            lab.app.restart()
            assert "changed" not in lab.app.get("/").expect("200").text
        """,
        "first",
        "second",
        needs={"second": ["first"]},
    )
    original = sample.answer / "app.py"
    line = f"Path({str(original)!r}).write_text('raise RuntimeError(\"changed\")')"
    sample.write_app(act(line))
    found = sample.grade()
    assert [each.outcome for each in found.values()] == ["earned", "earned"], found


def test_messages_name_the_learners_own_files(sample):
    sample.write('def test_home(lab):\n    lab.app.get("/").expect("200")\n', "home")
    sample.write_app(act("raise KeyError('here')"))
    message = sample.grade()["home"].message
    assert f'File "{sample.answer / "app.py"}"' in message
    assert "/hooklab-" not in message
    sample.write_app("raise KeyError('at import')\n")
    message = sample.grade()["home"].message
    assert f'File "{sample.answer / "app.py"}"' in message
    assert "/hooklab-" not in message


def test_hidden_folders_and_compiled_code_are_left_out(tmp_path):
    source, into = tmp_path / "mine" / "answer", tmp_path / "into"
    for name in (".git/config", "__pycache__/app.pyc", "sub/model.py", "app.py"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    (source / ".git" / "link").symlink_to("/etc/passwd")
    copy = copy_submission(source, into)
    assert copy.relative_to(into) == Path("mine/answer")
    files = sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file())
    assert files == ["app.py", "sub/model.py"]


def test_a_copy_has_bounds(tmp_path, monkeypatch):
    source = tmp_path / "answer"
    source.mkdir()
    for number in range(5):
        (source / f"{number}.py").write_text("x" * 10)
    monkeypatch.setattr(private_copy, "MOST_FILES", 4)
    with pytest.raises(CheckFailed, match="more than 4 files"):
        copy_submission(source, tmp_path / "a")
    monkeypatch.setattr(private_copy, "MOST_FILES", 10)
    monkeypatch.setattr(private_copy, "MOST_BYTES", 45)
    with pytest.raises(CheckFailed, match=r"with 4\.py it is larger"):
        copy_submission(source, tmp_path / "b")
    monkeypatch.setattr(private_copy, "MOST_BYTES", 4500)
    (source / Path(*"abcdefghijklmnopqr")).mkdir(parents=True)
    with pytest.raises(CheckFailed, match="nested too deeply"):
        copy_submission(source, tmp_path / "c")


def test_an_odd_name_is_shown_without_its_escapes(tmp_path):
    source = tmp_path / "answer"
    source.mkdir()
    (source / "\x1b[31mred\n").symlink_to("x")
    with pytest.raises(CheckFailed) as failed:
        copy_submission(source, tmp_path / "into")
    assert failed.value.happened.startswith("\\x1b[31mred\\n is a link")


# What a worker says


MALFORMED = {
    "a text": {"stage": "import", "error": "text"},
    "a list": {"stage": "import", "error": [["type", "x"]]},
    "nothing": {"stage": "import", "error": None},
    "no stage": {"error": {}},
    "a stage that is a list": {"stage": ["import"], "error": {}},
    "a stage that nobody knows": {"stage": "hang", "error": {}},
    "an error of lists": {"stage": "import", "error": {"type": ["x"]}},
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_failure_that_is_none_is_nonsense(name):
    assert read_failure({"event": "failed", **MALFORMED[name]}).stage == "nonsense"


def test_a_failure_is_texts_of_a_bounded_length():
    told = {"type": "E", "line": 3, "file": None, "message": "x" * 10**6}
    failure = read_failure({"stage": "import", "error": told})
    assert failure.error["line"] == "3"
    assert failure.error["file"] == ""
    assert len(failure.error["message"]) == process.LONGEST_WORD


SAY = """
import os, socket, stat

for fd in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            found = socket.socket(fileno=os.dup(fd))
            if found.family == socket.AF_UNIX and found.getpeername() is not None:
                found.sendall(b'{"event": "failed", "stage": "import", "error": "text"}\\n')
    except OSError:
        pass
"""


def test_a_malformed_failure_costs_its_check_and_nothing_else(sample):
    sample.write(HOME_TEST + "\ndef test_nothing(answers):\n    pass\n", "home", "nothing")
    (sample.answer / "app.py").write_text(SAY)
    found = sample.grade()
    assert found["home"].outcome == "not_earned"
    assert "makes no sense" in found["home"].message
    assert found["nothing"].outcome == "earned"


def test_a_worker_that_answers_no_command_loses_its_say(open_lab, monkeypatch):
    monkeypatch.setattr(process, "ANSWER_SECONDS", 0.1)
    lab = open_lab(GOOD)
    worker = lab._slot.workers[0]
    os.kill(worker.pid, signal.SIGSTOP)
    # Until it has stopped, it may still answer.
    status = Path(f"/proc/{worker.pid}/stat")
    while status.exists() and status.read_text().rpartition(")")[2].split()[0] != "T":
        time.sleep(0.01)
    for _time in range(process.MOST_UNANSWERED):
        assert worker.alive
        worker.settle()
    deadline = time.monotonic() + 5
    while worker.alive and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not worker.alive


# Who starts the workers
# What is left


def test_a_slot_that_cannot_be_made_leaves_nothing(sample, monkeypatch):
    def fail(_slot, *_more):
        raise HooklabError("no app today", "try tomorrow")

    monkeypatch.setattr(slot.Slot, "start", fail)
    sample.write(HOME_TEST, "home")
    found = sample.grade()["home"]
    assert found.outcome == "could_not_grade"
    assert "no app today" in found.message


def test_what_could_not_be_removed_is_said(sample, monkeypatch, caplog):
    monkeypatch.setattr(worlds, "remove_folder", lambda _folder: False)
    sample.write(HOME_TEST, "home")
    with caplog.at_level(logging.WARNING, "hooklab"):
        sample.grade()
    assert "could not be removed" in caplog.text


def test_an_app_that_fills_its_folder_loses_the_check(sample):
    sample.limits = "disk_mib = 3"
    sample.write('def test_home(lab):\n    lab.app.get("/").expect("200")\n', "home")
    sample.write_app(act('[Path(f"{n}").write_bytes(b"x" * 400_000) for n in range(8)]'))
    assert "writes at most" in sample.grade()["home"].message
    sample.write_app(act('[Path(f"{n}").write_bytes(b"x") for n in range(8)]'))
    assert sample.grade()["home"].outcome == "earned"


def test_variables_of_pytest_change_nothing(sample, monkeypatch):
    sample.write('def test_home(lab):\n    lab.app.get("/").expect("200")\n', "home")
    sample.write_app(GOOD)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--deselect graders --no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    assert sample.grade()["home"].outcome == "earned"
    assert os.environ["PYTEST_PLUGINS"] == "no_such_plugin"


# What lies beside graders and answers


def test_what_lies_compiled_beside_a_grader_is_neither_read_nor_written(sample):
    sample.write(
        "from graders.sample import helper\n\ndef test_a(answers):\n    assert helper.A\n", "a"
    )
    (sample.grader / "helper.py").write_text("A = 0\n")
    assert sample.grade()["a"].outcome == "not_earned"
    assert list(sample.root.rglob("*.pyc")) == []
    plant(sample.grader / "helper.py", "A = 1\n", importlib.util.cache_from_source)
    plant(sample.grader / "test_sample.py", "def test_a(answers):\n    pass\n", rewritten)
    assert len(list(sample.root.rglob("*.pyc"))) == 2
    assert sample.grade()["a"].outcome == "not_earned"


def rewritten(path: str) -> Path:
    from _pytest.assertion.rewrite import PYC_TAIL

    return Path(path).parent / "__pycache__" / f"{Path(path).stem}{PYC_TAIL}"


def plant(source: Path, code: str, cached) -> None:
    """Put other code into the compiled file of `source`, as current as Python wants it."""
    status = source.stat()
    head = importlib.util.MAGIC_NUMBER + b"\0" * 4
    head += int(status.st_mtime).to_bytes(4, "little") + status.st_size.to_bytes(4, "little")
    target = Path(cached(str(source)))
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(head + marshal.dumps(compile(code, str(source), "exec")))


@pytest.mark.parametrize("where", ["grader", "answer", "graders", "root"])
def test_settings_and_plugins_of_pytests_that_lie_about_change_nothing(sample, where):
    folder = {"graders": sample.grader.parent, "root": sample.root}.get(where) or getattr(
        sample, where
    )
    hook = """
        import pytest

        @pytest.hookimpl(wrapper=True)
        def pytest_pyfunc_call(pyfuncitem):
            yield
            return True

        @pytest.fixture
        def answers():
            raise RuntimeError
    """
    (folder / "conftest.py").write_text(dedent(hook))
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-k nothing'\n")
    sample.write("def test_a(answers):\n    pass\n\ndef test_b(answers):\n    assert 0\n", "a", "b")
    found = sample.grade()
    assert [each.outcome for each in found.values()] == ["earned", "not_earned"]


def test_the_report_is_written_when_no_process_is_left(monkeypatch, tmp_path, capsys):
    """Whoever outlived the grading could write the file once more."""
    from hooklab.__main__ import main
    from hooklab.cli import grade as command

    launchers, ended = [], []

    class Kept(launch.ForkLauncher):
        def __init__(self) -> None:
            super().__init__()
            launchers.append(self)

    monkeypatch.setattr(launch, "ForkLauncher", Kept)
    monkeypatch.setattr(
        command, "write", lambda *_what: ended.extend(each._process.poll() for each in launchers)
    )
    monkeypatch.chdir(TOY)
    monkeypatch.setattr("sys.argv", ["hooklab", "grade", "knock", "--solutions", "--output", "x"])
    with suppress(SystemExit):
        main()
    assert len(ended) == len(launchers) == 1
    assert None not in ended
