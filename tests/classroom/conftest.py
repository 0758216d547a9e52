"""A copy of the toy course, a class that hands in, and the command line as a function."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hooklab import catalogue, texts
from hooklab.classroom.gradebook import Gradebook
from hooklab.cli.main import main

from .quick_graders import QuickGraders

TOY = Path(__file__).parents[1] / "toy"


@pytest.fixture(autouse=True)
def _english(monkeypatch) -> Iterator[None]:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("HOOKLAB_LANG", raising=False)
    texts.use("en")
    yield
    texts.use("en")


@pytest.fixture
def course(tmp_path, monkeypatch) -> catalogue.Course:
    """The toy course, with the folder around it as the one that commands run in."""
    ignored = shutil.ignore_patterns("__pycache__", ".hooklab")
    shutil.copytree(TOY, tmp_path / "toy", ignore=ignored)
    monkeypatch.chdir(tmp_path / "toy")
    return catalogue.load(tmp_path / "toy")


class Class:
    """The folder of a class."""

    def __init__(self, folder: Path, course: catalogue.Course) -> None:
        self.folder = folder
        self._course = course
        folder.mkdir()

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def hand_in(self, path: str, text: str = "good") -> Path:
        """Write an answer of one file at `path`, such as “ada/knock”."""
        folder = self.folder / path
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "app.py").write_text(f"# {text}\n", encoding="utf-8")
        return folder

    def leave(self, path: str, slug: str = "knock") -> Path:
        """Hand in the skeleton as it was given."""
        return Path(shutil.copytree(self._course.skeleton(slug), self.folder / path))


@pytest.fixture
def class_(tmp_path, course) -> Class:
    return Class(tmp_path / "class", course)


@pytest.fixture
def quick(monkeypatch) -> type[QuickGraders]:
    """Grade at once; tells what was graded."""
    monkeypatch.setattr("hooklab.classroom.graders.Graders", QuickGraders)
    monkeypatch.setattr(QuickGraders, "graded", [])
    return QuickGraders


@pytest.fixture
def hooklab(capsys):
    """Run a command; its exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def book_file(tmp_path) -> Path:
    return tmp_path / "grades.db"


@pytest.fixture
def grade(hooklab, class_, book_file, quick):
    """Grade the class; what `hooklab` returns."""

    def run(*arguments: object) -> tuple[int, str, str]:
        # Nothing runs here that would need a wall, which not every machine has.
        always = ("--gradebook", book_file, "--allow-unconfined")
        return hooklab("class", "grade", class_.folder, *arguments, *always)

    return run


@pytest.fixture
def statuses(book_file):
    """What became of each answer last, with the points of the grade that counts."""

    def read() -> dict[tuple[str, str], tuple[str, float | None]]:
        with Gradebook(str(book_file)) as book:
            return {
                place: (each.last.status, each.grade.earned if each.grade else None)
                for place, each in book.standings().items()
            }

    return read
