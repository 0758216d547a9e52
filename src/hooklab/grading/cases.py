"""What a run grades, as data: submissions to exercises, and the cases of their checks."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import pytest

from hooklab import rubric
from hooklab.catalogue import Course, Exercise, own_settings
from hooklab.grading.options import Options
from hooklab.limits import DEFAULTS, Limits
from hooklab.rubric import Check, Rubric


@dataclass(frozen=True, eq=False)
class Submission:
    """An answer to an exercise.

    Attributes:
        exercise: what it answers.
        rubric: what it is measured by.
        folder: where it lies.
        settings: the file in which the course describes those of the exercise, if it has its own.
        limits: of what it may take.
    """

    exercise: Exercise
    rubric: Rubric
    folder: Path
    settings: Path
    limits: Limits = DEFAULTS

    @property
    def solution(self) -> Path:
        """Where the solution of the exercise is, if it is there."""
        return self.settings.parent

    def choose(self, only: Collection[str], first: str = "") -> list[str]:
        """The ids of the checks to run, in rubric order.

        Args:
            only: take these, with all that they need; empty for all.
            first: begin with this one, after what it needs.
        """
        chosen = self._with_needs(only or self.rubric.checks)
        ahead = self._with_needs([first]) & chosen
        in_order = [check for check in self.rubric.checks if check in chosen]
        return sorted(in_order, key=lambda check: check not in ahead)

    def _with_needs(self, checks: Collection[str]) -> set[str]:
        found = set(checks)
        # What a check needs stands before it.
        for check in reversed(self.rubric.checks.values()):
            if check.id in found:
                found.update(check.needs)
        return found


@dataclass(frozen=True, eq=False)
class Case:
    """One test function with one set of parameters; a parametrized check has several.

    Attributes:
        submission: what it looks at.
        check: what it proves.
        name: tells it from the other cases of its exercise.
        function: the test function.
        parameters: its arguments that are no fixtures.
        fixtures: the names of the others.
        ahead: whether it may run before pytest comes to it, in another thread.
    """

    submission: Submission
    check: Check
    name: str
    function: Callable[..., object]
    parameters: Mapping[str, Any]
    fixtures: Collection[str]
    ahead: bool

    @property
    def slug(self) -> str:
        """The slug of its exercise."""
        return self.submission.exercise.slug


def read_submission(course: Course, slug: str, options: Options) -> Submission:
    """What `options` choose to grade for `slug`; HooklabError says what its rubric lacks."""
    grader = course.grader(slug)
    return Submission(
        course.exercise(slug),
        rubric.load(grader),
        options.folder(course, slug),
        own_settings(grader),
        course.limits,
    )


def is_check(item: pytest.Item) -> TypeGuard[pytest.Function]:
    """Whether pytest has found a test of a grader, and not one of something else."""
    return isinstance(item, pytest.Function) and (item.path.parent / "rubric.toml").is_file()


def read_case(item: pytest.Function, submission: Submission, *, in_turn: bool) -> Case:
    """The case that pytest has found in the grader of `submission`.

    Args:
        in_turn: it must not run before pytest comes to it.
    """
    name = item.originalname.removeprefix("test_")
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return Case(
        submission,
        check=submission.rubric.checks[name],
        name=item.name,
        function=item.obj,
        parameters=parameters,
        fixtures=item.fixturenames,
        ahead=not in_turn and _needs_only(item, parameters),
    )


def _needs_only(item: pytest.Function, parameters: Collection[str]) -> bool:
    """Whether a test needs nothing from pytest but its parameters."""
    return {"lab", "answers", "request", *parameters}.issuperset(item.fixturenames) and all(
        mark.name == "parametrize" for mark in item.iter_markers()
    )
