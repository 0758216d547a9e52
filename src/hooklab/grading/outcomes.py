"""From pytest's reports to the scorecard; the rubric is the denominator, never what ran."""

import re
from dataclasses import dataclass

from _pytest.outcomes import Failed, Skipped, XFailed

from hooklab.grading.failure import CheckFailed
from hooklab.grading.lab import Lab
from hooklab.grading.printed import shorten
from hooklab.rubric import Check, Criterion, Rubric, Text
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult, Outcome
from hooklab.texts import _, pick

_OPEN = re.compile(r"NotImplementedError: .*(TODO \d+) is still open")


@dataclass(frozen=True)
class Trial:
    """One run of one test function; a parametrized check has several.

    Attributes:
        place: the line that keeps the app from starting, if there is one.
    """

    outcome: Outcome
    message: str = ""
    seconds: float = 0.0
    place: str = ""


class NotTried(Skipped):
    """A check that another one made pointless."""


def judge(error: BaseException | None, lab: Lab | None, seconds: float) -> Trial:
    """What the end of a test means for its check.

    Args:
        error: what the test raised, if anything.
        lab: the world it used, which tells the story.
    """
    if error is None:
        return Trial("earned", "\n".join(lab.notes) if lab else "", seconds)
    if isinstance(error, NotTried):
        return Trial("not_tried", str(error), seconds)
    if isinstance(error, CheckFailed):
        return Trial("not_earned", tell(error, lab), seconds, error.place)
    if isinstance(error, AssertionError | Failed) and not isinstance(error, XFailed):
        return Trial("not_earned", _sections([(_("What happened:"), str(error))], lab), seconds)
    fault = f"{type(error).__name__}: {error}"
    return Trial("could_not_grade", _sections([(_("The grader failed:"), fault)], lab), seconds)


def tell(failure: CheckFailed, lab: Lab | None) -> str:
    """The whole story of a failed check, as text."""
    happened = failure.happened
    if lab and (obituary := lab.obituary()):
        happened += f"\n{obituary}"
    return _sections(
        [(_("What was wanted:"), failure.wanted), (_("What happened:"), happened)], lab
    )


def result(rubric: Rubric, title: Text, trials: dict[str, list[Trial]]) -> ExerciseResult:
    """The score of an exercise from the trials of its checks, by check id."""
    criteria = tuple(_criterion_result(criterion, trials) for criterion in rubric.criteria)
    return ExerciseResult(
        slug=rubric.slug,
        title=pick(title),
        earned=sum(criterion.earned for criterion in criteria),
        points=rubric.points,
        criteria=criteria,
    )


def check_result(check: Check, trials: list[Trial]) -> CheckResult:
    """The result of one check; of several trials the worst counts."""
    worst = next((trial for trial in trials if trial.outcome != "earned"), None)
    earned = bool(trials) and worst is None
    final = worst or (trials[0] if trials else Trial("not_tried", _("it was not run")))
    return CheckResult(
        id=check.id,
        title=pick(check.title),
        earned=check.points if earned else 0.0,
        points=check.points,
        outcome=final.outcome,
        message=final.message,
        hint="" if earned else _hint(pick(check.look), final),
        seconds=round(sum(trial.seconds for trial in trials), 3),
    )


def _hint(look: str, trial: Trial) -> str:
    """Where to look; first of all at what stopped the app, another TODO or a line of the answer."""
    stopped = _OPEN.search(trial.message)
    if stopped and not re.search(rf"{stopped[1]}\b", look):
        return _("First {todo}, which is still open. Then {look}").format(
            todo=stopped[1], look=look
        )
    if trial.place and not stopped:
        return _("First {place}, which keeps the app from starting. Then {look}").format(
            place=trial.place, look=look
        )
    return look


def _criterion_result(criterion: Criterion, trials: dict[str, list[Trial]]) -> CriterionResult:
    checks = tuple(check_result(check, trials.get(check.id, [])) for check in criterion.checks)
    return CriterionResult(
        id=criterion.id,
        title=pick(criterion.title),
        earned=sum(check.earned for check in checks),
        points=criterion.points,
        kind=criterion.kind,
        checks=checks,
    )


def _sections(sections: list[tuple[str, str]], lab: Lab | None) -> str:
    if lab:
        sections = [
            *sections,
            (_("What was noted:"), "\n".join(lab.notes)),
            (_("What was done, in order:"), str(lab.journal)),
            (_("What the app printed:"), shorten(lab.logs.printed())),
        ]
    return "\n".join(f"{title}\n{_indent(text)}" for title, text in sections if text.strip())


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
