"""From trials to the scorecard; the rubric is the denominator, never what ran."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

import hooklab
from hooklab.errors import HooklabError
from hooklab.grading.cases import Case, Submission
from hooklab.grading.options import Options
from hooklab.grading.outcomes import NotTried, Trial
from hooklab.rubric import Check, Criterion
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult, Scorecard
from hooklab.skeleton_errors import translated
from hooklab.texts import _, pick
from hooklab.worker.isolation import in_force

Progress = Callable[[str, CheckResult], None]
Trials = Mapping[str, list[Trial]]


class Tally:
    """The trials of a run, in the order in which they were told.

    Args:
        progress: called with the slug and the result of a check as soon as it is decided: when its
            last case is earned, or any is not.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._expected: Counter[tuple[str, str]] = Counter()
        # By slug, then by the check's id.
        self._trials: defaultdict[str, dict[str, list[Trial]]] = defaultdict(dict)

    def expect(self, cases: Iterable[Case]) -> None:
        """Tell which cases will be run."""
        self._expected = Counter((case.slug, case.check.id) for case in cases)

    def add(self, case: Case, trial: Trial) -> CheckResult:
        """Keep the trial of `case`; the result of its check so far."""
        trials = self._trials[case.slug].setdefault(case.check.id, [])
        trials.append(trial)
        result = check_result(case.check, trials)
        is_last = len(trials) >= self._expected[case.slug, case.check.id]
        if is_last or result.outcome != "earned":
            self._progress(case.slug, result)
        return result

    def require_needs(self, case: Case) -> None:
        """Raise when a check that `case` needs was tried without being earned.

        Raises:
            NotTried: it is not earned.
            HooklabError: nobody knows whether it is.
        """
        for need in case.check.needs:
            title = pick(case.submission.rubric.checks[need].title)
            for trial in self._trials[case.slug].get(need, []):
                if trial.outcome == "could_not_grade":
                    raise HooklabError(
                        _("it needs a check that could not be graded: {title}").format(title=title),
                        _("that check says why"),
                    )
                if trial.outcome != "earned":
                    raise NotTried(
                        _("not tried, because this is not earned yet: {title}").format(title=title)
                    )

    def scorecard(self, submissions: Iterable[Submission], options: Options) -> Scorecard:
        """The scores of `submissions`, with the conditions under which they came about."""
        return Scorecard(
            engine=hooklab.__version__,
            isolation=in_force(debug=options.debug),
            seed=options.seed,
            exercises=tuple(
                _exercise_result(each, self._trials[each.exercise.slug]) for each in submissions
            ),
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
        message=translated(final.message),
        hint="" if earned else final.clues.hint(pick(check.look)),
        seconds=round(sum(trial.seconds for trial in trials), 3),
        loss=final.loss,
    )


def _criterion_result(criterion: Criterion, trials: Trials) -> CriterionResult:
    checks = tuple(check_result(check, trials.get(check.id, [])) for check in criterion.checks)
    return CriterionResult(
        id=criterion.id,
        title=pick(criterion.title),
        earned=sum(check.earned for check in checks),
        points=criterion.points,
        kind=criterion.kind,
        checks=checks,
    )


def _exercise_result(submission: Submission, trials: Trials) -> ExerciseResult:
    rubric = submission.rubric
    criteria = tuple(_criterion_result(criterion, trials) for criterion in rubric.criteria)
    return ExerciseResult(
        slug=rubric.slug,
        title=pick(submission.exercise.title),
        earned=sum(criterion.earned for criterion in criteria),
        points=rubric.points,
        criteria=criteria,
    )
