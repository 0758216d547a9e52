"""Grading answers whose outcome is known: the solution, the skeleton and every mistake."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hooklab.authoring import mistakes
from hooklab.authoring.mistakes import Mistake
from hooklab.catalogue import Course
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.scorecard import CheckResult
from hooklab.texts import _
from hooklab.worker.launch import Launcher

Results = dict[str, CheckResult]
Judge = Callable[[Results], Iterator[tuple[str, str]]]


@dataclass(frozen=True)
class Variant:
    """An answer whose outcome is known.

    Attributes:
        place: where its author finds it, relative to the course's root.
        build: makes the folder to grade below an empty temporary folder.
        judge: compares the results with what is known; (what, hint) for each difference.
        only: the ids of the checks to grade; empty for all.
    """

    place: str
    build: Callable[[Path], Path]
    judge: Judge
    only: frozenset[str] = frozenset()


def variants(
    course: Course, slug: str, wrong: list[Mistake], *, quick: bool = False
) -> Iterator[Variant]:
    """Every answer to `slug` that the course keeps.

    Args:
        quick: grade the mistakes on nothing but the checks that they name.
    """
    solution, skeleton = course.solution(slug), course.skeleton(slug)
    yield Variant(f"solutions/{slug}", lambda _temporary: solution, judge_solution)
    yield Variant(f"exercises/{slug}", lambda _temporary: skeleton, judge_skeleton)
    for mistake in wrong:
        loses = mistake.loses or frozenset()
        yield Variant(
            mistake.folder.relative_to(course.root).as_posix(),
            partial(mistakes.assemble, course, slug, mistake),
            partial(judge_mistake, loses, quick=quick),
            only=loses if quick else frozenset(),
        )


def results(
    course: Course,
    slug: str,
    folder: Path,
    *,
    only: frozenset[str] = frozenset(),
    launcher: Launcher,
    seed: int,
    database: str | None,
) -> Results:
    """Grade `folder` as an answer to `slug`; the results by check id, in rubric order."""
    options = Options(submission=folder, seed=seed, database=database, only=only)
    card = grade(course, [slug], options, launcher=launcher)
    return {check.id: check for exercise in card.exercises for check in exercise.checks}


def judge_solution(found: Results) -> Iterator[tuple[str, str]]:
    """The solution earns every check."""
    for check in found.values():
        if check.outcome != "earned":
            yield (
                _("the solution does not earn “{id}”: {message}").format(
                    id=check.id, message=_gist(check)
                ),
                _("correct the solution or the check; pytest graders/… --solutions tells all"),
            )


def judge_skeleton(found: Results) -> Iterator[tuple[str, str]]:
    """The untouched skeleton earns nothing, and fails as a beginner should see it fail."""
    for check in found.values():
        if check.outcome == "earned":
            yield (
                _("the untouched skeleton earns “{id}”").format(id=check.id),
                _("prove first, in the test or through `needs`, that something works"),
            )
        elif check.outcome == "could_not_grade":
            yield _grader_failed(check)
        # The engine's own heading for an app that is not there.
        elif _("an app that starts") in check.message and not _is_honest(check):
            yield (
                _("the untouched skeleton does not start, so “{id}” says: {message}").format(
                    id=check.id, message=_gist(check)
                ),
                _("let it import cleanly, and raise NotImplementedError where a TODO is"),
            )


def judge_mistake(
    loses: frozenset[str], found: Results, *, quick: bool = False
) -> Iterator[tuple[str, str]]:
    """A mistake loses what it declares, and nothing else; a `quick` look is at the former only."""
    for check in found.values():
        if quick and check.id not in loses:
            continue
        if check.outcome == "could_not_grade":
            yield _grader_failed(check)
        elif check.outcome == "not_earned" and check.id not in loses:
            yield (
                _("it also loses “{id}”: {message}").format(id=check.id, message=_gist(check)),
                _("declare it, or let the check look at its own claim only"),
            )
        elif check.outcome != "not_earned" and check.id in loses:
            yield (
                _("it says that it loses “{id}”, which is {outcome}").format(
                    id=check.id, outcome=check.outcome
                ),
                _("correct the docstring, or sharpen the check"),
            )


def _grader_failed(check: CheckResult) -> tuple[str, str]:
    return (
        _("the grader itself fails in “{id}”: {message}").format(id=check.id, message=_gist(check)),
        _("a check fails through lab.….expect() or lab.require(), never with its own exception"),
    )


def _is_honest(check: CheckResult) -> bool:
    return "NotImplementedError" in check.message


def _gist(check: CheckResult) -> str:
    """The message without the journal: what was wanted, what happened."""
    story = check.message.partition(_("What was done, in order:"))[0]
    return " ".join(story.split())[:400] or check.outcome
