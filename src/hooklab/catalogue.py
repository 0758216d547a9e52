"""The one list of modules and exercises, in teaching order: `graders/course.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from hooklab.errors import HooklabError
from hooklab.lateness import ON_TIME, Lateness, read_lateness
from hooklab.limits import DEFAULTS, Limits, read_limits
from hooklab.texts import _
from hooklab.toml import Table, first_repeated, read_table


@dataclass(frozen=True)
class Exercise:
    """One exercise: the slug opens the same door in every room.

    Attributes:
        slug: its folder's name under `exercises/`, `solutions/` and `graders/`.
        title: its name for people.
        minutes: how long a learner works on it.
        points: what the exercise sheet says it is worth; the rubric must agree.
        assessment: whether it counts in the final assessment.
        page: its page, below `course/<language>/`.
        lessons: the pages that teach what it asks for, in the order in which they are read; none
            when the module's page does.
        draft: whether it is still being written; only its authors see it then.
    """

    slug: str
    title: Mapping[str, str]
    minutes: int
    points: float
    assessment: bool
    page: str
    lessons: tuple[str, ...] = ()
    draft: bool = False

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages of the exercise in the order in which they are read."""
        return (*self.lessons, self.page)


@dataclass(frozen=True)
class Module:
    """A part of the course, with its page and its exercises.

    Attributes:
        page: where it begins, below `course/<language>/`.
        lessons: further pages that belong to no exercise, in the order in which they are read.
        drafts: exercises that are still being written: kept, and shown to nobody.
    """

    number: int
    title: Mapping[str, str]
    page: str
    exercises: tuple[Exercise, ...]
    drafts: tuple[Exercise, ...] = ()
    lessons: tuple[str, ...] = ()

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages of the module without those of its exercises."""
        return (self.page, *self.lessons)


@dataclass(frozen=True)
class Course:
    """The catalogue and the folder that holds all rooms.

    Attributes:
        limits: of what an answer may take.
        lateness: when answers are due, and what it costs to be late.
    """

    root: Path
    modules: tuple[Module, ...]
    limits: Limits = DEFAULTS
    lateness: Lateness = ON_TIME

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """Every exercise in teaching order."""
        return tuple(exercise for module in self.modules for exercise in module.exercises)

    @property
    def drafts(self) -> tuple[Exercise, ...]:
        """Every exercise that is still being written."""
        return tuple(exercise for module in self.modules for exercise in module.drafts)

    def exercise(self, slug: str) -> Exercise:
        """The exercise or draft called `slug`.

        Raises:
            HooklabError: there is none; the hint names the nearest.
        """
        for exercise in (*self.exercises, *self.drafts):
            if exercise.slug == slug:
                return exercise
        slugs = [exercise.slug for exercise in self.exercises]
        near = get_close_matches(slug.replace("-", "_"), slugs, n=1, cutoff=0.5)
        raise HooklabError(
            _("there is no exercise “{slug}”").format(slug=slug),
            _("did you mean “{near}”?").format(near=near[0])
            if near
            else _("choose one of: {slugs}").format(slugs=", ".join(slugs)),
        )

    def grader(self, slug: str) -> Path:
        """Where the rubric and the tests of `slug` live."""
        return self.root / "graders" / slug

    def skeleton(self, slug: str) -> Path:
        """Where a learner works on `slug`."""
        return self.root / "exercises" / slug

    def solution(self, slug: str) -> Path:
        """Where the reference of `slug` lives; a handout has none."""
        return self.root / "solutions" / slug

    def given(self, slug: str) -> Path:
        """Where a handout keeps the skeleton of `slug` as it was given; others have none."""
        return self.root / "given" / slug

    def original(self, slug: str) -> Path:
        """A folder with every file of `slug`, which no learner changes."""
        solution = self.solution(slug)
        return solution if solution.is_dir() else self.given(slug)


def own_settings(grader: Path) -> Path:
    """Where the settings that the exercise of this grader alone needs are, if it needs any."""
    course = Course(grader.parents[1], ())
    return course.original(grader.name) / "settings.py"


def load(root: Path) -> Course:
    """Read `root/graders/course.toml`; anything wrong in it raises HooklabError."""
    table = read_table(root / "graders" / "course.toml")
    table.only("module", "limits", "deadlines", "late")
    limits, deadlines, late = (
        Table(table.get(name, dict, {}), f"{table.where}, {name}")
        for name in ("limits", "deadlines", "late")
    )
    modules = tuple(_module(each) for each in table.tables("module"))
    course = Course(root, modules, read_limits(limits))
    if repeated := first_repeated(exercise.slug for exercise in course.exercises):
        raise table.refuse(
            _("the exercise “{slug}” stands there twice").format(slug=repeated),
            _("remove one of them"),
        )
    slugs = [each.slug for each in (*course.exercises, *course.drafts)]
    return replace(course, lateness=read_lateness(deadlines, late, slugs))


def find_root(start: Path) -> Path:
    """The nearest folder at or above `start` that holds `graders/course.toml`.

    Raises:
        HooklabError: there is none; the command was run outside a checkout of the course.
    """
    for folder in (start, *start.parents):
        if (folder / "graders" / "course.toml").is_file():
            return folder
    raise HooklabError(
        _("{folder} is not inside the course: no graders/course.toml found").format(folder=start),
        _("change into the course's folder, or make one: hooklab new webhooks"),
    )


def _module(table: Table) -> Module:
    table.only("number", "title", "page", "lessons", "exercise")
    exercises = [_exercise(each) for each in table.tables("exercise")]
    return Module(
        number=table.get("number", int),
        title=table.text("title"),
        page=table.get("page", str),
        exercises=tuple(each for each in exercises if not each.draft),
        drafts=tuple(each for each in exercises if each.draft),
        lessons=_pages(table),
    )


def _pages(table: Table) -> tuple[str, ...]:
    pages = table.get("lessons", list, [])
    if not all(isinstance(page, str) for page in pages):
        raise table.refuse(
            _("“{key}” is {value!r}").format(key="lessons", value=pages),
            _("write a list of pages, such as {example}").format(example="lessons/decide.md"),
        )
    return tuple(pages)


def _exercise(table: Table) -> Exercise:
    table.only("slug", "title", "minutes", "points", "assessment", "page", "lessons", "draft")
    return Exercise(
        slug=table.get("slug", str),
        title=table.text("title"),
        minutes=table.get("minutes", int),
        points=table.points("points"),
        assessment=table.get("assessment", bool, False),
        page=table.get("page", str),
        lessons=_pages(table),
        draft=table.get("draft", bool, False),
    )
