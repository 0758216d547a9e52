"""The authors' gate: does everything that the course promises about its exercises hold?"""

import shutil
from collections.abc import Callable, Iterator, Sequence

from hooklab import rubric
from hooklab.authoring import mistakes, rooms, sources
from hooklab.authoring.problem import Problem
from hooklab.authoring.proof import Results, Variant, results, variants
from hooklab.catalogue import Course, Exercise
from hooklab.errors import HooklabError
from hooklab.rubric import Rubric
from hooklab.scratch import scratch_folder
from hooklab.texts import _
from hooklab.worker.launch import Launcher

Progress = Callable[[str, list[Problem]], None]


def run(
    course: Course,
    slugs: Sequence[str] = (),
    *,
    launcher: Launcher | None,
    progress: Progress = lambda _place, _problems: None,
    repeat: int = 1,
    database: str | None = None,
    quick: bool = False,
) -> list[Problem]:
    """Look for every fault of the content, and return all of them.

    Args:
        slugs: the exercises to look at; none means the whole course, and then also folders and
            pages that belong to no exercise.
        launcher: starts the apps, and the caller closes it; None leaves out what takes long:
            grading solutions, skeletons and mistakes.
        progress: called after each step with what was looked at and the faults found there.
        repeat: grade each answer so many times, each with another seed; the outcomes must agree.
        database: address of a PostgreSQL server; None for SQLite.
        quick: grade each mistake on the checks that it names only: that it loses them is proved
            then, and not that it loses nothing else.

    Raises:
        HooklabError: an exercise is unknown.
    """
    exercises = [course.exercise(slug) for slug in slugs] or list(course.exercises)
    prover = _Prover(course, launcher, repeat, database, quick) if launcher else None
    found: list[Problem] = []
    for place, problems in _steps(course, exercises, prover, whole=not slugs):
        found += problems
        progress(place, problems)
    return found


Steps = Iterator[tuple[str, list[Problem]]]


def _steps(
    course: Course, exercises: list[Exercise], prover: "_Prover | None", *, whole: bool
) -> Steps:
    if whole:
        yield "graders/course.toml", list(rooms.whole_course(course))
    for exercise in exercises:
        yield from _steps_of(course, exercise, prover)


def _steps_of(course: Course, exercise: Exercise, prover: "_Prover | None") -> Steps:
    slug = exercise.slug
    missing = list(rooms.missing_rooms(course, slug))
    pages = [each for page in exercise.pages for each in rooms.missing_pages(course, page)]
    yield slug, [*missing, *pages]
    if missing:
        return
    yield f"exercises/{slug}", list(sources.compare(course, slug))
    grader = f"graders/{slug}"
    try:
        graded_on = rubric.load(course.grader(slug))
    except HooklabError as error:
        yield grader, [Problem(grader, error.what, error.hint)]
        return
    wrong = mistakes.load(course, slug)
    declared = mistakes.judge_declarations(course, graded_on, wrong)
    yield grader, [*rooms.titles(course, exercise, graded_on), *declared]
    if prover is None:
        return
    for variant in variants(course, slug, wrong, quick=prover.quick):
        yield variant.place, prover.prove(graded_on, variant)


class _Prover:
    """Grades variants, each as often as asked for."""

    def __init__(
        self,
        course: Course,
        launcher: Launcher,
        repeat: int,
        database: str | None,
        quick: bool,
    ) -> None:
        self._course = course
        self._launcher = launcher
        self._repeat = repeat
        self._database = database
        self.quick = quick

    def prove(self, graded_on: Rubric, variant: Variant) -> list[Problem]:
        """The faults that grading `variant` brings to light."""
        if not graded_on.checks:
            return []
        try:
            runs = self._grade(graded_on.slug, variant)
        except HooklabError as error:
            return [Problem(variant.place, error.what, error.hint)]
        said = [*variant.judge(runs[0]), *_differences(runs)]
        return [Problem(variant.place, what, hint) for what, hint in said]

    def _grade(self, slug: str, variant: Variant) -> list[Results]:
        temporary = scratch_folder()
        try:
            folder = variant.build(temporary / slug)
            return [
                results(
                    self._course,
                    slug,
                    folder,
                    only=variant.only,
                    launcher=self._launcher,
                    seed=seed,
                    database=self._database,
                )
                for seed in range(self._repeat)
            ]
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _differences(runs: list[Results]) -> Iterator[tuple[str, str]]:
    for id_ in runs[0]:
        outcomes = [run[id_].outcome for run in runs]
        if len(set(outcomes)) > 1:
            yield (
                _("the outcome of “{id}” differs from seed to seed: {outcomes}").format(
                    id=id_, outcomes=", ".join(outcomes)
                ),
                _("let the check bring about what it looks at, instead of hoping for it"),
            )
