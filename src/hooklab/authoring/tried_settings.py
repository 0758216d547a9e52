"""Every setting that a statement names is changed by some check, seen from how its apps ran."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from hooklab.authoring.problem import Problem
from hooklab.authoring.promises import MARKED
from hooklab.catalogue import Course, Exercise, own_settings
from hooklab.texts import _
from hooklab.worker.course_settings import load_settings

_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")


class Values:
    """With what values apps were started, by variable; a variable that is not there is a value."""

    def __init__(self) -> None:
        self._seen: dict[str, set[str | None]] = defaultdict(set)
        self._starts = 0

    def add(self, environment: Mapping[str, str]) -> None:
        """Take the environment of one start."""
        for name in self._seen.keys() - environment.keys():
            self._seen[name].add(None)
        for name, value in environment.items():
            if name not in self._seen and self._starts:
                self._seen[name].add(None)
            self._seen[name].add(value)
        self._starts += 1

    @property
    def changed(self) -> frozenset[str] | None:
        """The variables that had more than one value; None when there was no start."""
        if not self._starts:
            return None
        return frozenset(name for name, values in self._seen.items() if len(values) > 1)


def named(course: Course, exercise: Exercise) -> list[str]:
    """The variables that the statement names, in its order."""
    kind = load_settings(own_settings(course.grader(exercise.slug)))
    text = (course.root / "course" / MARKED / exercise.page).read_text(encoding="utf-8")
    known = {name.upper() for name in kind.model_fields}
    return [name for name in dict.fromkeys(_VARIABLE.findall(text)) if name in known]


def faults(
    course: Course, exercise: Exercise, changed: Collection[str] | None
) -> Iterator[Problem]:
    """The settings of the statement that every app had alike while the solution was graded.

    Args:
        changed: the variables that some check changes; None when no app runs, and a statement
            names settings of others.
    """
    if changed is None:
        return
    for name in named(course, exercise):
        if name not in changed:
            yield Problem(
                f"course/{MARKED}/{exercise.page}",
                _("no check changes {setting}: an answer that ignores it earns everything").format(
                    setting=name
                ),
                _("start the app with another value in a check that tells the difference"),
            )
