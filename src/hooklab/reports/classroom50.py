"""The scorecard as a result of Classroom 50, `classroom50/result/v1`.

See https://github.com/foundation50/classroom50/blob/main/schemas/result-v1.schema.json. There are
whole points only, so both scores are in half points, which every rubric is made of.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hooklab.reports.clean import clean
from hooklab.reports.json import as_text
from hooklab.scorecard import Scorecard

SCHEMA = "classroom50/result/v1"
# Readers take files up to 10 MiB.
_LONGEST_MESSAGE = 4000
_IN_A_POINT = 2


@dataclass(frozen=True)
class Pushed:
    """What somebody has pushed to a repository.

    Attributes:
        classroom: the organization.
        assignment: the name of the repository, without the learner's.
        commit: the address of what was graded.
        by: who pushed it: `username` and, if it is known, `id`.
    """

    classroom: str
    assignment: str
    commit: str
    by: Mapping[str, str | int]


@dataclass(frozen=True)
class Handover:
    """What a result says besides its score.

    Attributes:
        owner: the learner.
        submission: a digest of what was graded.
        submitted_at: when it was handed in, in UTC.
        graded_at: when it was graded, in UTC.
        push: None where there is no repository.
    """

    owner: str
    submission: str
    submitted_at: datetime
    graded_at: datetime
    push: Pushed | None = None


def handover_of(environment: Mapping[str, str]) -> Handover:
    """What is graded in a workflow of GitHub, or on somebody's own machine.

    Args:
        environment: the variables; those of a workflow are in
            https://docs.github.com/actions/reference/workflows-and-actions/variables.
    """
    now = datetime.now(UTC)
    owner, _slash, name = environment.get("GITHUB_REPOSITORY", "").partition("/")
    pusher, commit = environment.get("GITHUB_ACTOR", ""), environment.get("GITHUB_SHA", "")
    if not (owner and name and pusher and commit):
        return Handover("learner", "local", now, now)
    server = environment.get("GITHUB_SERVER_URL", "https://github.com")
    number = environment.get("GITHUB_ACTOR_ID", "")
    by: dict[str, str | int] = {"username": pusher}
    if number.isdecimal():
        by["id"] = int(number)
    push = Pushed(
        classroom=owner,
        assignment=name.removesuffix(f"-{pusher}"),
        commit=f"{server}/{owner}/{name}/commit/{commit}",
        by=by,
    )
    return Handover(pusher, commit, now, now, push)


def write(card: Scorecard, handover: Handover) -> str:
    """`card` as one JSON object; it ends with a newline."""
    slugs = [exercise.slug for exercise in card.exercises]
    submission = f"submit/{_instant(handover.submitted_at)}-{handover.submission[:7]}"
    tests = list(_tests(card))
    return as_text(
        {
            "schema": SCHEMA,
            "assignment_type": "individual",
            "owner": clean(handover.owner),
            "submission": submission,
            **_origin(handover.push, slugs, submission),
            "datetime": _instant(handover.submitted_at),
            "graded_at": _instant(handover.graded_at),
            # Less than the sum of the tests where lateness costs points.
            "score": max(0, _whole(card.earned)),
            "max-score": sum(test["max-score"] for test in tests),
            "tests": tests,
        }
    )


def _origin(push: Pushed | None, slugs: list[str], submission: str) -> dict[str, Any]:
    if push is None:
        # There is nothing to link to: as for a result that is entered by hand.
        return {
            "classroom": "hooklab",
            "assignment": slugs[0] if len(slugs) == 1 else "hooklab",
            **dict.fromkeys(("commit", "release", "review"), submission),
        }
    return {
        "classroom": clean(push.classroom),
        "assignment": clean(push.assignment),
        **dict.fromkeys(("commit", "release", "review"), clean(push.commit)),
        "submitted_by": dict(push.by),
    }


def _tests(card: Scorecard) -> Iterator[dict[str, Any]]:
    for exercise in card.exercises:
        for criterion in exercise.criteria:
            for check in criterion.checks:
                yield {
                    "test-name": f"{exercise.slug}/{check.id}",
                    "passed": check.outcome == "earned",
                    "score": _whole(check.earned),
                    "max-score": _whole(check.points),
                    "title": clean(check.title),
                    "message": clean(check.message)[:_LONGEST_MESSAGE],
                }
            if criterion.reviewable:
                yield {
                    "test-name": f"{exercise.slug}/{criterion.id}",
                    "passed": criterion.awarded == criterion.reviewable,
                    "score": _whole(criterion.awarded),
                    "max-score": _whole(criterion.reviewable),
                    "title": clean(criterion.title),
                }


def _whole(points: float) -> int:
    return round(points * _IN_A_POINT)


def _instant(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
