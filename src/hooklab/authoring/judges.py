"""What the outcomes of an answer must be, for each kind of answer that the course keeps.

A judge looks at the results of an answer, and tells each difference as (what, hint).
"""

from collections.abc import Callable, Iterator

from hooklab.scorecard import CheckResult
from hooklab.texts import _

Results = dict[str, CheckResult]
"""Results by check id, in rubric order."""

Judge = Callable[[Results], Iterator[tuple[str, str]]]


def judge_solution(found: Results) -> Iterator[tuple[str, str]]:
    """The solution earns every check."""
    for check in found.values():
        if check.outcome != "earned":
            yield (
                _("the solution does not earn “{id}”: {message}").format(
                    id=check.id, message=gist(check)
                ),
                _("correct the solution or the check; pytest graders/… --solutions tells all"),
            )


def judge_right(found: Results) -> Iterator[tuple[str, str]]:
    """Another right answer earns every check too."""
    for check in found.values():
        if check.outcome == "could_not_grade":
            yield _grader_failed(check)
        elif check.outcome != "earned":
            yield (
                _("this right answer does not earn “{id}”: {message}").format(
                    id=check.id, message=gist(check)
                ),
                _("let the check test what the statement promises, and nothing else"),
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
                    id=check.id, message=gist(check)
                ),
                _("let it import cleanly, and raise NotImplementedError where a TODO is"),
            )


def judge_wrong(
    loses: frozenset[str], graded: frozenset[str], found: Results
) -> Iterator[tuple[str, str]]:
    """A wrong answer loses what it declares, and nothing else.

    Args:
        graded: the ids of the checks that count; empty for all.
    """
    for check in found.values():
        if graded and check.id not in graded:
            continue
        if check.outcome == "could_not_grade":
            yield _grader_failed(check)
        elif check.outcome == "not_earned" and check.id not in loses:
            yield (
                _("it also loses “{id}”: {message}").format(id=check.id, message=gist(check)),
                _("declare it, or let the check look at its own claim only"),
            )
        elif check.outcome != "not_earned" and check.id in loses:
            yield (
                _("it says that it loses “{id}”, which is {outcome}").format(
                    id=check.id, outcome=_outcome(check)
                ),
                _("correct what it says, or sharpen the check"),
            )


def judge_repeats(runs: list[Results]) -> Iterator[tuple[str, str]]:
    """The outcomes are the same in every run."""
    for id_ in runs[0]:
        outcomes = [run[id_].outcome for run in runs]
        if len(set(outcomes)) > 1:
            yield (
                _("the outcome of “{id}” differs from seed to seed: {outcomes}").format(
                    id=id_, outcomes=", ".join(outcomes)
                ),
                _("let the check bring about what it looks at, instead of hoping for it"),
            )


def gist(check: CheckResult) -> str:
    """The message without the journal: what was wanted, what happened."""
    story = check.message.partition(_("What was done, in order:"))[0]
    return " ".join(story.split())[:400] or check.outcome


def _outcome(check: CheckResult) -> str:
    match check.outcome:
        case "earned":
            return _("earned")
        case "not_tried":
            return _("not tried")
    return check.outcome


def _grader_failed(check: CheckResult) -> tuple[str, str]:
    return (
        _("the grader itself fails in “{id}”: {message}").format(id=check.id, message=gist(check)),
        _("a check fails through lab.….expect() or lab.require(), never with its own exception"),
    )


def _is_honest(check: CheckResult) -> bool:
    return "NotImplementedError" in check.message
