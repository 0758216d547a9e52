"""The pytest plugin that grades: one `lab` per check, and a scorecard in the end."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hooklab import catalogue, rubric
from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.grading import outcomes
from hooklab.grading.ahead import Ahead, Attempt
from hooklab.grading.answers import Answers
from hooklab.grading.failure import GraderFault
from hooklab.grading.lab import Lab
from hooklab.grading.options import Options as Options
from hooklab.grading.outcomes import NotTried, Trial
from hooklab.grading.worlds import Worlds
from hooklab.rubric import Rubric
from hooklab.scorecard import CheckResult, ExerciseResult
from hooklab.texts import _, pick
from hooklab.worker.launch import Launcher

Progress = Callable[[str, CheckResult], None]

LAST_WORDS_SECONDS = 0.3


class GradingSession:
    """The plugin's state for one pytest run.

    Args:
        options: how to grade.
        launcher: makes the launcher of the apps when the first check needs it.
        progress: called after each check with the slug and the result so far.
        begin: called when the checks have been read; when it returns False, none of them runs.

    Attributes:
        begun: whether the checks were begun.
    """

    def __init__(
        self,
        options: Options,
        launcher: Callable[[], Launcher],
        progress: Progress = lambda _slug, _result: None,
        *,
        begin: Callable[[], bool] = lambda: True,
    ) -> None:
        self.options = options
        self.begun = False
        self._progress = progress
        self._begin = begin
        self._courses: dict[Path, Course] = {}
        self.rubrics: dict[str, Rubric] = {}
        self._trials: dict[str, dict[str, list[Trial]]] = {}
        self._items: defaultdict[tuple[Path, str], list[pytest.Item]] = defaultdict(list)
        self._ahead: Ahead | None = None
        self._worlds = Worlds(options, launcher, self._submission)
        self.resources = ExitStack()
        self._started = 0.0
        self.error: HooklabError | None = None
        self.interrupted = False

    def results(self) -> tuple[ExerciseResult, ...]:
        """The score of every exercise that was collected, in the order of the run."""
        return tuple(
            outcomes.result(each, self._title(slug), self._trials[slug])
            for slug, each in self.rubrics.items()
        )

    def claim_redis(self) -> None:
        """Take databases of the real Redis server, if there is to be one; HooklabError if not."""
        self._worlds.claim_redis()

    def get_ready(self, course: Course, slug: str) -> None:
        """Start the first apps of an exercise, if its answer has one, before pytest is there."""
        if not self.options.debug and (self.options.folder(course, slug) / "app.py").is_file():
            self._courses[course.grader(slug)] = course
            self._worlds.get_ready(course.grader(slug))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read the rubrics, and put the checks in rubric order."""
        try:
            self._collect(items)
        except HooklabError as error:
            # pytest would print an internal error; the caller has a better place for it.
            self.error = error
            raise pytest.UsageError from None

    def _collect(self, items: list[pytest.Item]) -> None:
        graded = [item for item in items if _is_check(item)]
        for item in graded:
            slug = item.path.parent.name
            if slug not in self.rubrics:
                root = item.path.parents[2]
                self._courses[item.path.parent] = catalogue.load(root)
                self.rubrics[slug] = rubric.load(item.path.parent)
                self._trials[slug] = {}
        if self.options.only:
            graded = [item for item in graded if _check_id(item) in self._wanted(item)]
        order = {
            (slug, check): position
            for slug, each in self.rubrics.items()
            for position, check in enumerate(each.checks)
        }
        graded.sort(key=lambda item: order[item.path.parent.name, _check_id(item)])
        graded.sort(key=lambda item: list(self.rubrics).index(item.path.parent.name))
        items[:] = [item for item in items if not _is_check(item)] + graded
        if graded:
            self._worlds.claim_redis()

    def _wanted(self, item: pytest.Item) -> set[str]:
        """The ids of the checks that are to run, with all that they need."""
        checks = self.rubrics[item.path.parent.name].checks
        wanted = set(self.options.only)
        while (
            more := {need for id_ in wanted & checks.keys() for need in checks[id_].needs} - wanted
        ):
            wanted |= more
        return wanted

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Get ready to run the checks that were chosen."""
        checks = [
            item for item in session.items if isinstance(item, pytest.Function) and _is_check(item)
        ]
        for item in checks:
            self._items[item.path.parent, _check_id(item)].append(item)
        self._worlds.expect(Counter(item.path.parent for item in checks if _has_lab(item)))
        if not self.options.debug:
            # Two apps at a breakpoint would talk to the same terminal.
            self._ahead = Ahead(
                [item for item in checks if _runs_by_itself(item)], self._may_start, self._perform
            )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Wait for the word to begin; True keeps pytest from running anything."""
        if session.testsfailed:
            # A file cannot be read: pytest says so at once.
            return None
        self.begun = self._begin()
        return None if self.begun else True

    @pytest.fixture
    def lab(self, request: pytest.FixtureRequest) -> Iterator[Lab | None]:
        """A fresh world around a fresh app."""
        if self._ahead and _runs_by_itself(request.node):
            yield self._ahead.outcome(request.node).lab
            return
        with self._worlds.open(request.node) as lab:
            yield lab

    @pytest.fixture
    def answers(self, request: pytest.FixtureRequest) -> Answers:
        """The written answers of the submission."""
        return self._answers(request.node)

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Leave out a check whose needs were not met."""
        if not _is_check(item):
            return
        self._started = time.perf_counter()
        slug = item.path.parent.name
        each = self.rubrics[slug]
        for need in each.checks[_check_id(item)].needs:
            if any(trial.outcome != "earned" for trial in self._trials[slug].get(need, [])):
                raise NotTried(
                    _("not tried, because this is not earned yet: {title}").format(
                        title=pick(each.checks[need].title)
                    )
                )

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Take the outcome of a check that ran ahead, instead of running it."""
        if not _is_check(pyfuncitem):
            return None
        if not (self._ahead and _runs_by_itself(pyfuncitem)):
            lab = pyfuncitem.funcargs.get("lab")
            if isinstance(lab, Lab):
                lab.require_running()
            return None
        error = self._ahead.outcome(pyfuncitem).error
        if error is not None:
            raise error
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[None]"
    ) -> Iterator[None]:
        """Keep the outcome, and give pytest's own report the same words."""
        report = yield
        if _is_check(item) and (call.when == "call" or call.excinfo):
            self._record(item, call.excinfo.value if call.excinfo else None, report)
        return report

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell a person's Ctrl-C from a grader that gives up; pytest ends alike for both."""
        self.interrupted = excinfo.type is KeyboardInterrupt
        if isinstance(excinfo.value, pytest.exit.Exception):
            self.error = HooklabError(
                _("the grader stopped the run: {reason}").format(reason=excinfo.value.msg),
                _("this is a fault of the course, not of your answer; please report it"),
            )

    def pytest_unconfigure(self) -> None:
        """Give everything back."""
        if self._ahead:
            self._ahead.close()
        self._worlds.close()
        self.resources.close()

    def _record(self, item: pytest.Item, error: BaseException | None, report: object) -> None:
        if isinstance(error, KeyboardInterrupt | pytest.exit.Exception):
            return
        attempt = self._ahead.finished(item) if self._ahead else None
        # What pytest itself finds, such as a mark that skips, has the last word.
        trial = attempt.trial if attempt and attempt.error is error else None
        if trial is None:
            lab = getattr(item, "funcargs", {}).get("lab")
            trial = _judge(item, lab, error, time.perf_counter() - self._started)
        slug, check = item.path.parent.name, _check_id(item)
        trials = self._trials[slug].setdefault(check, [])
        trials.append(trial)
        final = outcomes.check_result(self.rubrics[slug].checks[check], trials)
        if trial.outcome in ("not_earned", "could_not_grade"):
            report.longrepr = f"{trial.message}\n{_('Where to look:')}\n  {final.hint}"  # type: ignore[attr-defined]
        self._progress(slug, final)

    def _may_start(self, item: pytest.Function) -> bool:
        """Whether everything that a check needs is known to be earned."""
        if self._ahead is None:
            return False
        needs = self.rubrics[item.path.parent.name].checks[_check_id(item)].needs
        needed = [
            self._ahead.finished(other)
            for need in needs
            for other in self._items[item.path.parent, need]
        ]
        return all(
            attempt and attempt.trial and attempt.trial.outcome == "earned" for attempt in needed
        )

    def _perform(self, attempt: Attempt) -> None:
        """Run a check in the thread that calls this."""
        started = time.perf_counter()
        item, arguments = attempt.item, dict(_parameters(attempt.item))
        with ExitStack() as world:
            try:
                if "answers" in item.fixturenames:
                    arguments["answers"] = self._answers(item)
                if _has_lab(item):
                    attempt.lab = world.enter_context(self._worlds.open(item))
                    # An app that did not start fails the check, not its set-up.
                    attempt.lab.require_running()
                    arguments["lab"] = attempt.lab
                item.obj(**arguments)
            except BaseException as error:
                attempt.error = error
            seconds = time.perf_counter() - started
            attempt.trial = _judge(item, attempt.lab, attempt.error, seconds)

    def _answers(self, item: pytest.Item) -> Answers:
        return Answers(self._submission(item.path.parent))

    def _submission(self, folder: Path) -> Path:
        return self.options.folder(self._courses[folder], folder.name)

    def _title(self, slug: str) -> rubric.Text:
        for folder, course in self._courses.items():
            if folder.name == slug:
                return course.exercise(slug).title
        raise KeyError(slug)


def _is_check(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and (item.path.parent / "rubric.toml").is_file()


def _has_lab(item: pytest.Item) -> bool:
    return "lab" in getattr(item, "fixturenames", ())


def _runs_by_itself(item: pytest.Item) -> bool:
    """Whether a check needs nothing from pytest but its parameters."""
    if not isinstance(item, pytest.Function):
        return False
    return set(item.fixturenames) - {"request"} <= {"lab", "answers", *_parameters(item)}


def _parameters(item: pytest.Function) -> dict[str, Any]:
    return item.callspec.params if hasattr(item, "callspec") else {}


def _judge(item: pytest.Item, lab: object, error: BaseException | None, seconds: float) -> Trial:
    if error is None and item.get_closest_marker("xfail"):
        error = GraderFault("a check that is expected to fail cannot be earned")
    if not isinstance(lab, Lab):
        return outcomes.judge(error, None, seconds)
    if error is not None:
        # What it prints last, and its death, come a moment after the answer.
        lab.app.settle(LAST_WORDS_SECONDS)
    return outcomes.judge(error, lab, seconds)


def _check_id(item: pytest.Item) -> str:
    function = item.originalname if isinstance(item, pytest.Function) else item.name
    return function.removeprefix("test_")
