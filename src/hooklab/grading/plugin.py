"""Where pytest and grading meet: pytest finds the checks, asks for their trials, and reports."""

import atexit
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.errors import HooklabError
from hooklab.grading.answers import Answers
from hooklab.grading.cases import Case, Submission, is_check, read_case, read_submission
from hooklab.grading.failure import GraderFault
from hooklab.grading.lab import Lab
from hooklab.grading.options import Options
from hooklab.grading.outcomes import NotTried, Trial, judge
from hooklab.grading.perform import Performer
from hooklab.grading.schedule import Schedule
from hooklab.grading.tally import Progress, Tally
from hooklab.grading.worlds import Worlds
from hooklab.scorecard import Scorecard
from hooklab.scratch import remove_folder, scratch_folder
from hooklab.texts import _

CASE = pytest.StashKey[Case]()
TRIAL = pytest.StashKey[Trial]()


class GradingPlugin:
    """Grades the checks of one pytest run.

    Args:
        options: how to grade.
        worlds: where the cases run; the caller closes them.
        submissions: what is graded, by slug, as far as it is known already.
        progress: called with the slug and the result of each check that is decided.
        begin: called when the checks have been read; when it returns False, none of them runs.

    Attributes:
        submissions: what is graded, by slug; what was not known is added when a check of it is
            found.
        begun: whether the checks were begun.
        stopped: what ended the run early: a person's Ctrl-C, or a grader that gave up.
    """

    def __init__(
        self,
        options: Options,
        worlds: Worlds,
        submissions: dict[str, Submission],
        progress: Progress = lambda _slug, _result: None,
        *,
        begin: Callable[[], bool] = lambda: True,
    ) -> None:
        self.submissions = submissions
        self.begun = False
        self.stopped: BaseException | None = None
        self._options = options
        self._worlds = worlds
        self._begin = begin
        self._schedule = Schedule(Performer(worlds))
        self._tally = Tally(progress)
        self._set_up_at = 0.0

    def scorecard(self) -> Scorecard:
        """What was found so far."""
        return self._tally.scorecard(self.submissions.values(), self._options)

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, object, object]:
        """Compile the graders, whatever lies compiled beside them: an answer may have put it there.

        Tests of anything else are left alone. Libraries that are imported later have their compiled
        code as ever. What is compiled here is kept for the next run, whatever a person wants for
        the folders of their projects.
        """
        if not any(map(_may_hold_graders, session.config.args)):
            return (yield)
        before = sys.pycache_prefix, sys.dont_write_bytecode
        sys.pycache_prefix, sys.dont_write_bytecode = str(_own_cache()), False
        try:
            return (yield)
        finally:
            sys.pycache_prefix, sys.dont_write_bytecode = before

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read the cases, and put those that are wanted in rubric order."""
        found: defaultdict[tuple[str, str], list[pytest.Item]] = defaultdict(list)
        try:
            for item in filter(is_check, items):
                case = item.stash[CASE] = self._read_case(item)
                found[case.slug, case.check.id].append(item)
            if found:
                self._worlds.claim_redis()
        except HooklabError as error:
            raise pytest.UsageError(str(error)) from None
        others = [item for item in items if CASE not in item.stash]
        items[:] = others + [
            item
            for slug, submission in self.submissions.items()
            for check in submission.choose(self._options.only, self._options.first)
            for item in found[slug, check]
        ]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Get ready to run the cases that were chosen."""
        cases = [item.stash[CASE] for item in session.items if CASE in item.stash]
        self._worlds.expect(case for case in cases if "lab" in case.fixtures)
        self._schedule.expect(cases)
        self._tally.expect(cases)

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
        """A fresh world around a fresh app; a case that runs ahead has its own."""
        case = request.node.stash[CASE]
        if case.ahead:
            yield None
            return
        with self._worlds.open(case) as lab:
            yield lab

    @pytest.fixture
    def answers(self, request: pytest.FixtureRequest) -> Answers:
        """The written answers of the submission."""
        return self._worlds.answers(request.node.stash[CASE].submission)

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Leave out a check whose needs were not met."""
        if case := item.stash.get(CASE, None):
            self._set_up_at = time.perf_counter()
            try:
                self._tally.require_needs(case)
            except (NotTried, HooklabError):
                self._worlds.leave_out(case)
                raise

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Wait for the trial of a case that runs ahead; None lets pytest run any other itself."""
        case = pyfuncitem.stash.get(CASE, None)
        if case and case.ahead:
            pyfuncitem.stash[TRIAL] = self._schedule.trial(case)
            return True
        lab = pyfuncitem.funcargs.get("lab")
        if case and isinstance(lab, Lab):
            # An app that did not start fails the check, not its set-up.
            lab.require_running()
        return None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[None]"
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep the trial, and let pytest's own report say the same."""
        report = yield
        case = item.stash.get(CASE, None)
        if case and (call.when == "call" or call.excinfo):
            trial = self._trial(item, call.excinfo.value if call.excinfo else None)
            result = self._tally.add(case, trial)
            if trial.outcome in ("not_earned", "could_not_grade"):
                report.outcome = "failed"
                report.longrepr = f"{trial.message}\n{_('Where to look:')}\n  {result.hint}"
        return report

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell a person's Ctrl-C from a grader that gives up; pytest ends alike for both."""
        if excinfo.type is KeyboardInterrupt:
            self.stopped = KeyboardInterrupt()
        elif isinstance(excinfo.value, pytest.exit.Exception):
            self.stopped = HooklabError(
                _("the grader stopped the run: {reason}").format(reason=excinfo.value.msg),
                _("this is a fault of the course, not of your answer; please report it"),
            )

    def pytest_unconfigure(self) -> None:
        """End what is under way."""
        self._schedule.close()

    def _read_case(self, item: pytest.Function) -> Case:
        slug = item.path.parent.name
        if slug not in self.submissions:
            course = catalogue.load(item.path.parents[2])
            self.submissions[slug] = read_submission(course, slug, self._options)
        # Two apps at a breakpoint would talk to the same terminal, and pytest's own debugger wants
        # to see the check's exception.
        in_turn = self._options.debug or item.config.getoption("usepdb", default=False)
        return read_case(item, self.submissions[slug], in_turn=in_turn)

    def _trial(self, item: pytest.Item, error: BaseException | None) -> Trial:
        if error is None and (trial := item.stash.get(TRIAL, None)):
            return trial
        # What pytest itself finds, such as a mark that skips, has the last word.
        if error is None and item.get_closest_marker("xfail"):
            error = GraderFault("a check that is expected to fail cannot be earned")
        lab = getattr(item, "funcargs", {}).get("lab")
        seconds = time.perf_counter() - self._set_up_at
        return judge(error, lab if isinstance(lab, Lab) else None, seconds)


def _may_hold_graders(argument: str) -> bool:
    """Whether graders may be in what pytest was asked for, such as `graders/x/test_x.py`."""
    path = Path(argument.partition("::")[0]).resolve()
    return "graders" in path.parts or (path / "graders").is_dir()


@cache
def _own_cache() -> Path:
    """The folder for the compiled code of graders: this process's own, so that `watch` has it."""
    folder = scratch_folder()
    atexit.register(remove_folder, folder)
    return folder
