"""The pytest plugin that grades: one `lab` per check, and a scorecard in the end."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree

import pytest

from hooklab import catalogue, rubric
from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.grading import database, outcomes
from hooklab.grading.failure import GraderFault
from hooklab.grading.lab import Lab
from hooklab.grading.options import Options as Options
from hooklab.grading.outcomes import NotTried, Trial
from hooklab.grading.slot import Ground, Slots, make_folder
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
    """

    def __init__(
        self,
        options: Options,
        launcher: Callable[[], Launcher],
        progress: Progress = lambda _slug, _result: None,
    ) -> None:
        self.options = options
        self._launcher = launcher
        self._progress = progress
        self._courses: dict[Path, Course] = {}
        self.rubrics: dict[str, Rubric] = {}
        self._trials: dict[str, dict[str, list[Trial]]] = {}
        self._counts: dict[str, int] = {}
        self._slots: dict[str, Slots] = {}
        self.resources = ExitStack()
        self._server: database.Server | None = None
        self._started = 0.0
        self.error: HooklabError | None = None
        self.interrupted = False

    def results(self) -> tuple[ExerciseResult, ...]:
        """The score of every exercise that was collected, in the order of the run."""
        return tuple(
            outcomes.result(each, self._title(slug), self._trials[slug])
            for slug, each in self.rubrics.items()
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read the rubrics, and put the checks in rubric order."""
        try:
            self._collect(items)
        except HooklabError as error:
            # pytest would print an internal error; the caller has a better place for it.
            self.error = error
            raise pytest.UsageError(str(error)) from None

    def _collect(self, items: list[pytest.Item]) -> None:
        graded = [item for item in items if _is_check(item)]
        for item in graded:
            slug = item.path.parent.name
            if slug not in self.rubrics:
                root = item.path.parents[2]
                self._courses[item.path.parent] = catalogue.load(root)
                self.rubrics[slug] = rubric.load(item.path.parent)
                self._trials[slug] = {}
            self._counts[slug] = self._counts.get(slug, 0) + ("lab" in item.fixturenames)  # type: ignore[attr-defined]
        order = {
            (slug, check): position
            for slug, each in self.rubrics.items()
            for position, check in enumerate(each.checks)
        }
        graded.sort(key=lambda item: order[item.path.parent.name, _check_id(item)])
        graded.sort(key=lambda item: list(self.rubrics).index(item.path.parent.name))
        items[:] = [item for item in items if not _is_check(item)] + graded

    @pytest.fixture
    def lab(self, request: pytest.FixtureRequest) -> Iterator[Lab]:
        """A fresh world around a fresh app."""
        slots = self._slots_for(request.node)
        slot = slots.take()
        lab = Lab(slot, f"{request.node.path.parent.name}/{request.node.name}")
        yield lab
        lab.close()
        slots.discard(slot)

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
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """An app that did not start fails the check, not its set-up."""
        lab = getattr(item, "funcargs", {}).get("lab")
        if isinstance(lab, Lab):
            lab.require_running()

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
        self.resources.close()

    def _record(self, item: pytest.Item, error: BaseException | None, report: object) -> None:
        if isinstance(error, KeyboardInterrupt | pytest.exit.Exception):
            return
        if error is None and item.get_closest_marker("xfail"):
            error = GraderFault("a check that is expected to fail cannot be earned")
        lab = getattr(item, "funcargs", {}).get("lab")
        if isinstance(lab, Lab) and error is not None:
            # What it prints last, and its death, come a moment after the answer.
            lab.app.settle(LAST_WORDS_SECONDS)
        trial = outcomes.judge(error, lab, time.perf_counter() - self._started)
        slug, check = item.path.parent.name, _check_id(item)
        trials = self._trials[slug].setdefault(check, [])
        trials.append(trial)
        final = outcomes.check_result(self.rubrics[slug].checks[check], trials)
        if trial.outcome in ("not_earned", "could_not_grade"):
            report.longrepr = f"{trial.message}\n{_('Where to look:')}\n  {final.hint}"  # type: ignore[attr-defined]
        self._progress(slug, final)

    def _slots_for(self, item: pytest.Item) -> Slots:
        slug = item.path.parent.name
        if slug not in self._slots:
            course = self._courses[item.path.parent]
            compiled = make_folder()
            self.resources.callback(rmtree, compiled, ignore_errors=True)
            ground = Ground(
                submission=self.options.folder(course, slug),
                compiled=compiled,
                launcher=self._launcher(),
                server=self._database_server(),
                seed=self.options.seed,
                debug=self.options.debug,
            )
            self._slots[slug] = Slots(ground, self._counts[slug])
            self.resources.callback(self._slots[slug].close)
        return self._slots[slug]

    def _database_server(self) -> database.Server:
        if self._server is None:
            self._server = database.server(self.options.database)
            self.resources.callback(self._server.close)
        return self._server

    def _title(self, slug: str) -> rubric.Text:
        for folder, course in self._courses.items():
            if folder.name == slug:
                return course.exercise(slug).title
        raise KeyError(slug)


def _is_check(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and (item.path.parent / "rubric.toml").is_file()


def _check_id(item: pytest.Item) -> str:
    function = item.originalname if isinstance(item, pytest.Function) else item.name
    return function.removeprefix("test_")
