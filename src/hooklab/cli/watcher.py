"""What `hooklab watch` does: it grades what is saved, shows what became of it, and obeys keys."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import partial

from rich.text import Text

from hooklab.catalogue import Course
from hooklab.cli.finished import congratulate
from hooklab.cli.grading import WarmGrading
from hooklab.cli.home import Flip, Home
from hooklab.cli.inputs import Events
from hooklab.cli.live_page import LivePage
from hooklab.cli.memory import Memory
from hooklab.cli.speaking import complain, output, talk
from hooklab.cli.standing import next_step, standing
from hooklab.cli.views import KEYS, View
from hooklab.errors import HooklabError, NotBegun
from hooklab.grading.not_started import not_started
from hooklab.grading.options import Options
from hooklab.reports.folding import folded
from hooklab.reports.text import write_scorecard
from hooklab.scorecard import CheckResult, ExerciseResult, Scorecard
from hooklab.texts import _

LOST = ("not_earned", "could_not_grade")


class Watcher:
    """Grades again and again, and says what became different.

    Args:
        course: whose exercises are graded.
        run: grades them.
        events: tells what is saved, and which keys are pressed.
        slug: the exercise to begin with.
        has_keys: whether there is somebody at a terminal; otherwise everything is told in turn.
        page: shows the scores in a browser too.
    """

    def __init__(
        self,
        course: Course,
        run: WarmGrading,
        events: Events,
        slug: str,
        *,
        has_keys: bool,
        page: LivePage | None = None,
    ) -> None:
        self._course = course
        self._run = run
        self._events = events
        self._has_keys = has_keys
        self._page = page
        self._memory = Memory(course.root)
        # While pytest runs, it has its own in their place.
        self._out, self._error = sys.stdout, sys.stderr
        self._results: dict[str, ExerciseResult] = {}
        # What will probably be saved next; the last of them is on the screen.
        self._expected = [slug]
        self._changes: list[Flip] = []
        # Whether one verdict of this grading was told before the others.
        self._is_told = False

    def watch(self) -> None:
        """Grade at every save, until KeyboardInterrupt."""
        slug = self._expected[0]
        if not self._is_not_started(slug):
            self.grade([slug])
        while True:
            self.grade_next()

    def _is_not_started(self, slug: str) -> bool:
        """Whether nobody has touched `slug`; then that is shown, and nothing has to run."""
        if not standing(self._course, slug).is_untouched:
            return False
        self._expected, self._changes = [slug], []
        self._results[slug] = not_started(self._course, slug)
        self._show()
        return True

    def grade(self, slugs: list[str]) -> None:
        """Grade `slugs` and draw the screen anew; a fault is told, and the watch goes on."""
        self._expected = slugs
        try:
            for slug in slugs:
                self._require_folder(slug)
            self._take(self._run(slugs, self._options(), told=self._told))
        except HooklabError as error:
            if self._has_keys:
                output().clear()
            complain(error)

    def _require_folder(self, slug: str) -> None:
        folder = self._course.skeleton(slug)
        if not folder.is_dir():
            raise HooklabError(
                _("{folder} does not exist").format(folder=folder.relative_to(self._course.root)),
                _("put it back, or begin anew with: hooklab reset {slug}").format(slug=slug),
            )

    def grade_next(self) -> None:
        """Grade the exercises that come next.

        What was saved last is likely to be saved again: until then its checks are read already.
        """
        if not self._has_keys:
            talk().print(Text(f"\n{_('Waiting for a save; Ctrl-C ends.')}", style="dim"))
        slugs: list[str] = []
        prepared = self._expected

        def pause() -> bool:
            with self._streams():
                slugs.extend(self._next_to_grade())
            # A folder that is gone is told by `grade`.
            return slugs == prepared and all(self._course.skeleton(s).is_dir() for s in slugs)

        try:
            self._take(self._run(prepared, self._options(), pause=pause, told=self._told))
        except (NotBegun, HooklabError):
            # Something else was saved, or something is wrong, and told now that it matters.
            self.grade(slugs or self._next_to_grade())

    def _next_to_grade(self) -> list[str]:
        """Obey keys until something is to be graded."""
        view = View(self._course, self._memory, output())
        while True:
            event = self._events.next()
            if isinstance(event, list):
                return event
            slug = self._expected[-1]
            match event:
                case "r":
                    return [slug]
                case "n":
                    following = self._following(slug)
                    if not self._is_not_started(following):
                        return [following]
                case _ if slug in self._results and view.show(event, self._results[slug]):
                    pass
                case _:
                    self._show()

    @contextmanager
    def _streams(self) -> Iterator[None]:
        with redirect_stdout(self._out), redirect_stderr(self._error):
            yield

    def _following(self, slug: str) -> str:
        """The next exercise that is not finished; the next one, when all are."""
        slugs = [exercise.slug for exercise in self._course.exercises]
        at = slugs.index(slug) + 1
        others = [*slugs[at:], *slugs[: at - 1]]
        return next((each for each in others if not self._memory.is_complete(each)), others[0])

    def _options(self) -> Options:
        """Begin with the check that was lost before: it is what somebody works on."""
        self._is_told = False
        story = self._story(self._results.get(self._expected[-1]))
        return Options(first=story.id if story and len(self._expected) == 1 else "")

    def _story(self, result: ExerciseResult | None) -> CheckResult | None:
        checks = result.checks if result else ()
        return next((check for check in checks if check.outcome in LOST), None)

    def _told(self, slug: str, check: CheckResult) -> None:
        """Show the verdict on the check that was lost before, as soon as it is there.

        When none was, it is the first one that is lost now.
        """
        before = self._results.get(slug)
        if before is None or self._is_told:
            return
        story = self._story(before)
        if check.id != story.id if story else check.outcome not in LOST:
            return
        self._is_told = True
        with self._streams():
            if self._has_keys:
                self._changes = [Flip(check)] if check.outcome == "earned" else []
                self._show(check)
            else:
                said = _("now earned") if check.outcome == "earned" else _("still lost")
                output().print(f"{said}{_(': ')}{check.title}")

    def _take(self, card: Scorecard) -> None:
        self._memory.keep_scores(card)
        if self._page:
            self._page.show(card)
        self._changes = []
        for exercise in card.exercises:
            self._changes += _changes(self._results.get(exercise.slug), exercise)
            self._results[exercise.slug] = exercise
        if self._has_keys:
            self._show()
            return
        console = output()
        steps = {each.slug: self._step(each.slug) for each in card.exercises}
        write_scorecard(console, card, details=True, most=1, steps=steps)
        console.print()
        for change in self._changes:
            console.print(change.line())
        for exercise in card.exercises:
            if exercise.is_complete:
                congratulate(self._course, exercise, self._memory, console)

    def _show(self, checked: CheckResult | None = None) -> None:
        """Draw the screen; with one check only, when the others are still to come."""
        slug = self._expected[-1]
        if slug not in self._results:
            # It could not be graded, and the reason is on the screen.
            return
        console, result = output(), self._results[slug]
        if console.is_terminal:
            console.clear()
        end = partial(congratulate, self._course, result, self._memory)
        story = checked or self._story(result)
        home = Home(
            result,
            self._changes,
            None if story and story.outcome == "earned" else story,
            "" if result.is_complete else self._step(slug),
            end if result.is_complete else lambda _console: None,
        )
        below = self._below(is_graded=checked is None)
        home.show(console, below=len(below) + 1)
        if self._has_keys:
            console.print(Text("\n".join(below), style="dim"), soft_wrap=True)

    def _below(self, *, is_graded: bool) -> list[str]:
        """The lines at the foot of the screen."""
        if not is_graded:
            return folded(output(), _("The other checks are being graded."))
        keys = (f"{key} {does()}".replace(" ", "\N{NO-BREAK SPACE}") for key, does in KEYS.items())
        address = [self._page.address] if self._page else []
        return [*folded(output(), " · ".join(keys)), *address]

    def _step(self, slug: str) -> str:
        return next_step(self._course, slug, standing(self._course, slug))


def _changes(before: ExerciseResult | None, now: ExerciseResult) -> list[Flip]:
    if before is None:
        return []
    was = {check.id: check.outcome == "earned" for check in before.checks}
    return [Flip(each) for each in now.checks if was.get(each.id) != (each.outcome == "earned")]
