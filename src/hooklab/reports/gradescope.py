"""The scorecard as Gradescope's `results.json`.

See https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format.
"""

from collections.abc import Iterator
from typing import Any

from hooklab.reports.clean import clean
from hooklab.reports.json import as_text
from hooklab.reports.text import MARKS, conditions, judgement
from hooklab.scorecard import ExerciseResult, Scorecard


def write(card: Scorecard) -> str:
    """`card` as one JSON object; it ends with a newline."""
    tests = [test for number, each in enumerate(card.exercises, 1) for test in _tests(number, each)]
    checks = [check for exercise in card.exercises for check in exercise.checks]
    return as_text(
        {
            "score": card.earned,
            "execution_time": round(sum(check.seconds for check in checks), 3),
            "output": conditions(card),
            "output_format": "text",
            "test_output_format": "text",
            "test_name_format": "text",
            "visibility": "visible",
            "tests": tests,
        }
    )


def _tests(exercise_number: int, exercise: ExerciseResult) -> Iterator[dict[str, Any]]:
    for number, criterion in enumerate(exercise.criteria, 1):
        for place, check in enumerate(criterion.checks, 1):
            yield {
                "number": f"{exercise_number}.{number}.{place}",
                "name": clean(f"{MARKS[check.outcome]} {exercise.title} · {check.title}"),
                "score": check.earned,
                "max_score": check.points,
                # What is earned with a note is no less earned, and a lost half point is lost.
                "status": "passed" if check.outcome == "earned" else "failed",
                "output": clean("\n".join(filter(None, (check.message, check.hint)))),
                "tags": [exercise.slug, check.outcome],
            }
        if not criterion.checks and not criterion.points:
            # Points that are taken off.
            yield {
                "number": f"{exercise_number}.{number}.1",
                "name": clean(f"{exercise.title} · {criterion.title}"),
                "score": criterion.earned,
                "max_score": criterion.points,
                "tags": [exercise.slug],
            }
        if criterion.reviewable:
            yield {
                "number": f"{exercise_number}.{number}.{len(criterion.checks) + 1}",
                "name": clean(f"{exercise.title} · {criterion.title}"),
                "score": criterion.awarded,
                "max_score": criterion.reviewable,
                "output": "\n".join(judgement(criterion)),
                "tags": [exercise.slug, "reviewed"],
            }
