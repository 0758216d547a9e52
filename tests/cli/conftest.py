"""A copy of the toy course to work in, and the command line as a function."""

import shutil
from pathlib import Path

import pytest

from hooklab import texts
from hooklab.authoring import forms
from hooklab.cli.main import main
from hooklab.worker.launch import Launcher, start_launcher

TOY = Path(__file__).parents[1] / "toy"


@pytest.fixture
def course(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "course"
    # Without git and this note nobody knows whether a form was begun: everything is graded.
    ignored = shutil.ignore_patterns("__pycache__", ".hooklab", Path(forms.NOTE).name)
    shutil.copytree(TOY, folder, ignore=ignored)
    (folder / "course").mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    return folder


class Lent:
    """A launcher that its borrowers cannot close."""

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher

    def __getattr__(self, name):
        return getattr(self._launcher, name)

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def warm_launcher():
    launcher = start_launcher()
    yield Lent(launcher)
    launcher.close()


@pytest.fixture
def hooklab(capsys, monkeypatch, warm_launcher):
    """Run a command; its exit code, standard output and standard error."""
    for name in ("HOOKLAB_LANG", "HOOKLAB_DATABASE_URL", "CLERK_WEBHOOK_SIGNING_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")
    # Starting one takes a second; what the commands themselves do with theirs is tested with a
    # real process.
    monkeypatch.setattr("hooklab.cli.grading.start_launcher", lambda **_options: warm_launcher)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    yield run
    texts.use("en")


@pytest.fixture
def solve(course):
    """Put the reference in the place of a skeleton."""

    def copy(slug: str) -> None:
        shutil.copytree(
            course / "solutions" / slug, course / "exercises" / slug, dirs_exist_ok=True
        )

    return copy
