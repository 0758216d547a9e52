"""The toy course, labs around small apps, and courses of one exercise made for one test."""

import itertools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from hooklab import catalogue, texts
from hooklab.grading import database
from hooklab.grading.lab import Lab
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.grading.slot import Ground, Slot
from hooklab.worker import launch

TOY = Path(__file__).parents[1] / "toy"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    before = texts.language()
    texts.use("en")
    yield
    texts.use(before)


@pytest.fixture(scope="session")
def launcher() -> Iterator[launch.Launcher]:
    """One warm launcher for all tests."""
    launcher = launch.start_launcher()
    yield launcher
    launcher.close()


@pytest.fixture
def toy() -> catalogue.Course:
    """The toy course as it is kept."""
    return catalogue.load(TOY)


@pytest.fixture
def own_toy(tmp_path) -> catalogue.Course:
    """A copy of the toy course that a test may break."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(TOY, tmp_path / "toy", ignore=ignored)
    return catalogue.load(tmp_path / "toy")


@pytest.fixture
def write_app(tmp_path):
    """Writes an answer of one file, app.py, and returns its folder."""
    numbers = itertools.count()

    def write(source: str) -> Path:
        folder = tmp_path / f"app{next(numbers)}"
        folder.mkdir()
        (folder / "app.py").write_text(dedent(source), encoding="utf-8")
        return folder

    return write


@pytest.fixture
def start_slot(launcher, write_app, tmp_path):
    """Starts an app, given by its folder or its source, in a slot of its own."""
    slots: list[Slot] = []
    compiled = tmp_path / "compiled"
    compiled.mkdir()

    def start(
        app: Path | str,
        server: database.Server | None = None,
        seed: int = 0,
        by: launch.Launcher | None = None,
    ) -> Slot:
        ground = Ground(
            submission=app if isinstance(app, Path) else write_app(app),
            compiled=compiled,
            launcher=by or launcher,
            server=server or database.SqliteServer(),
            seed=seed,
        )
        slots.append(Slot(ground, check=f"engine/{len(slots)}"))
        slots[-1].start()
        return slots[-1]

    yield start
    for slot in slots:
        slot.stop()
        slot.remove()


@pytest.fixture
def open_lab(start_slot):
    """Opens a lab around an app, as the `lab` fixture of a check does."""
    labs: list[Lab] = []

    def open_(app: Path | str, server: database.Server | None = None, **how: Any) -> Lab:
        labs.append(Lab(start_slot(app, server, **how), "engine/check"))
        return labs[-1]

    yield open_
    for lab in labs:
        lab.close()


APP = """
    from fastapi import FastAPI

    def create_app(settings):
        app = FastAPI()

        @app.get("/")
        def home() -> str:
            return "home"

        return app
"""


class Sample:
    """A course of one exercise, `sample`, with a point a check, made from its tests."""

    def __init__(self, root: Path, launcher: launch.Launcher) -> None:
        self.root = root
        # The lines of `[limits]`, for the next `write`.
        self.limits = ""
        self._launcher = launcher
        self.grader = root / "graders" / "sample"
        self.answer = root / "exercises" / "sample"
        for folder in (self.grader, self.answer):
            folder.mkdir(parents=True)
        self.write_app(APP)

    def write_app(self, source: str) -> None:
        (self.answer / "app.py").write_text(dedent(source), encoding="utf-8")

    def write(self, tests: str, *checks: str, needs: dict[str, list[str]] | None = None) -> None:
        """Write the tests, and a rubric with `checks`."""
        (self.grader / "test_sample.py").write_text(dedent(tests), encoding="utf-8")
        rubric = [
            "[[criterion]]",
            'id = "all"',
            'title = { en = "All", fr = "Tout" }',
            f"points = {len(checks)}",
        ]
        for check in checks:
            rubric += [
                "[[criterion.check]]",
                f'id = "{check}"',
                f'title = {{ en = "{check}", fr = "{check}" }}',
                "points = 1",
                f"needs = {json.dumps((needs or {}).get(check, []))}",
                'look = { en = "here", fr = "ici" }',
                'hints = [{ en = "1", fr = "1" }, { en = "2", fr = "2" }, { en = "3", fr = "3" }]',
            ]
        (self.grader / "rubric.toml").write_text("\n".join(rubric), encoding="utf-8")
        self.catalogue(points=len(checks))

    def catalogue(self, points: float) -> None:
        (self.root / "graders" / "course.toml").write_text(
            f"[limits]\n{self.limits}\n"
            + dedent(f"""
                [[module]]
                number = 1
                title = {{ en = "M", fr = "M" }}
                page = "m.md"
                [[module.exercise]]
                slug = "sample"
                title = {{ en = "Sample", fr = "Exemple" }}
                minutes = 1
                points = {points}
                page = "exercises/sample.md"
            """),
            encoding="utf-8",
        )

    def grade(self, **options):
        """Grade the answer; the results by check id."""
        course = catalogue.load(self.root)
        card = grade(course, ["sample"], Options(**options), launcher=self._launcher)
        self.card = card
        return {check.id: check for check in card.exercises[0].checks}


@pytest.fixture
def sample(tmp_path, launcher) -> Sample:
    return Sample(tmp_path / "course", launcher)
