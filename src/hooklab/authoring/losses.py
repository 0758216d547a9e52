"""One fault costs its own points: a known answer that loses much more says why it must."""

from collections.abc import Iterator, Sequence

from hooklab.authoring.known import Known
from hooklab.authoring.problem import Problem
from hooklab.catalogue import Course
from hooklab.rubric import Check, Rubric
from hooklab.texts import _

MOST_CHECKS = 3
"""How many checks a fault may cost without a reason."""

MOST_POINTS = 0.2
"""Which share of the exercise's points it may cost, unless it is by one check: one claim."""


def judge(course: Course, rubric: Rubric, known: Sequence[Known]) -> Iterator[Problem]:
    """The answers that lose many checks without a reason, or have a reason and lose few.

    What they declare is believed: nothing is graded.
    """
    for each in known:
        lost = _lost(rubric, each)
        points = sum(check.points for check in lost)
        is_much = len(lost) > MOST_CHECKS or (
            len(lost) > 1 and points > MOST_POINTS * rubric.points
        )
        if is_much == bool(each.because):
            continue
        place = each.path.relative_to(course.root).as_posix()
        line = "“Because: …”" if each.patch else "because = “…”"
        if is_much:
            yield Problem(
                place,
                _("it loses {points:g} of {total:g} points and does not say why: {ids}").format(
                    points=points,
                    total=rubric.points,
                    ids=", ".join(check.id for check in lost),
                ),
                _(
                    "let each check look at its own claim only; if one fault does break so many "
                    "promises, add a line {line}"
                ).format(line=line),
            )
        else:
            yield Problem(
                place,
                _(
                    "it loses {points:g} of {total:g} points, and such a loss needs no reason"
                ).format(points=points, total=rubric.points),
                _("remove its line {line}").format(line=line),
            )


def _lost(rubric: Rubric, known: Known) -> list[Check]:
    """What the answer loses, with the checks that are not tried then."""
    lost: dict[str, Check] = {}
    for check in rubric.checks.values():
        # Those that a check needs stand before it.
        if check.id in known.loses or not lost.keys().isdisjoint(check.needs):
            lost[check.id] = check
    return list(lost.values())
