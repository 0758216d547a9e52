"""What an exercise is graded on: criteria, checks, hints. Points are written nowhere else."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from hooklab.syntax import parse_python
from hooklab.texts import _
from hooklab.toml import Table, first_repeated, read_table

Text = Mapping[str, str]

RUNGS = 3


@dataclass(frozen=True)
class Check:
    """One claim about the app, proved by the pytest function `test_<id>`.

    Attributes:
        id: the name of the test function without `test_`.
        title: the claim, a sentence that is true when the check is earned.
        points: what it is worth, a multiple of 0.5.
        needs: the ids of checks without which this one makes no sense.
        look: where a learner should look when it fails.
        hints: three rungs: a question, a pointer, almost the answer.
    """

    id: str
    title: Text
    points: float
    needs: tuple[str, ...]
    look: Text
    hints: tuple[Text, ...]


@dataclass(frozen=True)
class Level:
    """What an answer must be like to be worth `points`, for a criterion that a person reviews."""

    points: float
    title: Text
    description: Text


@dataclass(frozen=True)
class Criterion:
    """A line of the rubric: checks, levels for a reviewer, or both; they add up to its points."""

    id: str
    title: Text
    points: float
    checks: tuple[Check, ...]
    levels: tuple[Level, ...]

    @property
    def kind(self) -> str:
        """ "auto" when checks award all points, "reviewed" when a person awards some or all."""
        return "reviewed" if self.levels else "auto"

    @property
    def reviewed_points(self) -> float:
        """What a person can award: the best level."""
        return max((level.points for level in self.levels), default=0.0)


@dataclass(frozen=True)
class Rubric:
    """All criteria of one exercise, in the order in which they are graded."""

    slug: str
    criteria: tuple[Criterion, ...]

    @property
    def points(self) -> float:
        """The most that an answer can earn: the denominator of every score."""
        return sum(criterion.points for criterion in self.criteria)

    @cached_property
    def checks(self) -> dict[str, Check]:
        """Every check by its id, in rubric order."""
        return {check.id: check for criterion in self.criteria for check in criterion.checks}


def load(folder: Path) -> Rubric:
    """Read `folder/rubric.toml` and compare it with the tests beside it.

    Args:
        folder: a grader's folder, `graders/<slug>`.

    Raises:
        HooklabError: an unknown key, a missing language, sums that differ, a `needs` that names
            nothing or something later, a test without a check or a check without a test.
    """
    table = read_table(folder / "rubric.toml")
    table.only("criterion")
    rubric = Rubric(folder.name, tuple(_criterion(each) for each in table.tables("criterion")))
    if not rubric.criteria:
        raise table.refuse(_("it has no criterion"), _("add a [[criterion]] table"))
    _refuse_repeats(table, rubric)
    _refuse_bad_needs(table, rubric)
    _refuse_unmatched_tests(table, rubric, folder)
    return rubric


def _criterion(table: Table) -> Criterion:
    table.only("id", "title", "points", "check", "level")
    criterion = Criterion(
        id=table.get("id", str),
        title=table.text("title"),
        points=table.points("points"),
        checks=tuple(_check(each) for each in table.tables("check")),
        levels=tuple(_level(each) for each in table.tables("level")),
    )
    if not criterion.checks and not criterion.levels:
        raise table.refuse(
            _("it must have checks or levels, or both"),
            _("write [[criterion.check]] for tests, [[criterion.level]] for a reviewer"),
        )
    _refuse_other_sums(table, criterion)
    return criterion


def _refuse_other_sums(table: Table, criterion: Criterion) -> None:
    total = sum(check.points for check in criterion.checks)
    rest = criterion.points - total
    if criterion.levels and criterion.reviewed_points != rest:
        raise table.refuse(
            _("its best level is not worth its {points:g} points").format(points=rest),
            _("give the best level all the points that the checks leave"),
        )
    if not criterion.levels and rest:
        raise table.refuse(
            _("its checks add up to {total:g}, its points are {points:g}").format(
                total=total, points=criterion.points
            ),
            _("change the points of the checks, never of the criterion"),
        )


def _check(table: Table) -> Check:
    table.only("id", "title", "points", "needs", "look", "hints")
    check = Check(
        id=table.get("id", str),
        title=table.text("title"),
        points=table.points("points"),
        needs=tuple(table.get("needs", list, [])),
        look=table.text("look"),
        hints=tuple(table.texts("hints")),
    )
    if len(check.hints) != RUNGS:
        raise table.refuse(
            _("it has {count} hints").format(count=len(check.hints)),
            _("write three: a question, a pointer, almost the answer"),
        )
    return check


def _level(table: Table) -> Level:
    table.only("points", "title", "description")
    points = table.values.get("points")
    return Level(
        points=0.0 if points == 0 else table.points("points"),
        title=table.text("title"),
        description=table.text("description"),
    )


def _refuse_repeats(table: Table, rubric: Rubric) -> None:
    every = [check.id for criterion in rubric.criteria for check in criterion.checks]
    for ids in (every, [criterion.id for criterion in rubric.criteria]):
        if repeated := first_repeated(ids):
            raise table.refuse(
                _("the id “{id}” stands there twice").format(id=repeated), _("rename one of them")
            )


def _refuse_bad_needs(table: Table, rubric: Rubric) -> None:
    earlier: set[str] = set()
    for check in rubric.checks.values():
        for need in check.needs:
            if need not in earlier:
                raise table.refuse(
                    _("check “{id}” needs “{need}”, which does not come before it").format(
                        id=check.id, need=need
                    ),
                    _("name a check that stands earlier in the file"),
                )
        earlier.add(check.id)


def _refuse_unmatched_tests(table: Table, rubric: Rubric, folder: Path) -> None:
    tests = test_names(folder)
    wanted = {f"test_{check}" for check in rubric.checks}
    for name in sorted(wanted - tests):
        raise table.refuse(
            _("check “{id}” has no test").format(id=name.removeprefix("test_")),
            _("write {name}(lab) in {folder}").format(name=name, folder=folder.as_posix()),
        )
    for name in sorted(tests - wanted):
        raise table.refuse(
            _("the test {name} has no check").format(name=name),
            _("add a [[criterion.check]] with id = “{id}”").format(id=name.removeprefix("test_")),
        )


def test_names(folder: Path) -> set[str]:
    """The names of the test functions in `folder/test_*.py`, read without running them."""
    return {
        name
        for path in sorted(folder.glob("test_*.py"))
        for name in _tests(path.read_text(encoding="utf-8"), str(path))
    }


@cache
def _tests(source: str, path: str) -> frozenset[str]:
    # Each of the hundreds of gradings of a gate asks this of the same few files.
    functions = (
        node for node in parse_python(source, path).body if isinstance(node, ast.FunctionDef)
    )
    return frozenset(each.name for each in functions if each.name.startswith("test_"))
