"""The scorecard as JUnit XML, for the tools of CI servers.

No reader takes points from JUnit, so they stand in properties for our own use. `failure` is a
check that is not earned, `error` one that could not be graded; a lost point is never `skipped`,
which most readers count as a success. Names are ids: they stay the same in every language.
"""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from hooklab.reports.clean import clean
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult, Scorecard


def write(card: Scorecard) -> str:
    """`card` as an XML document; it ends with a newline."""
    root = Element("testsuites", _counts(card.exercises), name="hooklab")
    for exercise in card.exercises:
        suite = SubElement(root, "testsuite", _counts([exercise]), name=exercise.slug)
        values = {"engine": card.engine, "isolation": card.isolation, "seed": card.seed}
        _properties(suite, {**values, "points": exercise.earned, "max_points": exercise.points})
        for criterion in exercise.criteria:
            for check in criterion.checks:
                _case(suite, exercise, criterion, check)
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _case(
    suite: Element, exercise: ExerciseResult, criterion: CriterionResult, check: CheckResult
) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=f"{exercise.slug}.{criterion.id}",
        name=check.id,
        time=f"{check.seconds:.3f}",
    )
    _properties(
        case,
        {
            "points": check.earned,
            "max_points": check.points,
            "rubric_id": f"{exercise.slug}/{criterion.id}/{check.id}",
            "outcome": check.outcome,
        },
    )
    if check.outcome != "earned":
        kind = "error" if check.outcome == "could_not_grade" else "failure"
        story = SubElement(case, kind, type=check.outcome, message=clean(check.title))
        story.text = clean(f"{check.message}\n{check.hint}")
    elif check.message:
        SubElement(case, "system-out").text = clean(check.message)


def _properties(parent: Element, values: dict[str, object]) -> None:
    properties = SubElement(parent, "properties")
    for name, value in values.items():
        text = f"{value:g}" if isinstance(value, float) else str(value)
        SubElement(properties, "property", name=name, value=text)


def _counts(exercises: "list[ExerciseResult] | tuple[ExerciseResult, ...]") -> dict[str, str]:
    checks = [check for exercise in exercises for check in exercise.checks]
    outcomes = [check.outcome for check in checks]
    errors = outcomes.count("could_not_grade")
    return {
        "tests": str(len(checks)),
        "failures": str(len(checks) - outcomes.count("earned") - errors),
        "errors": str(errors),
        "skipped": "0",
        "time": f"{sum(check.seconds for check in checks):.3f}",
    }
