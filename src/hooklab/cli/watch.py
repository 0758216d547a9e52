"""`hooklab watch`: grades at every save, on a warm launcher."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.text import Text
from watchfiles import DefaultFilter
from watchfiles import watch as changes_in

from hooklab.catalogue import Course
from hooklab.cli.grading import WarmGrading, warm_grading
from hooklab.cli.memory import Memory
from hooklab.cli.parameters import Lang, OptionalSlug, chosen, course
from hooklab.cli.speaking import complain, output, talk
from hooklab.errors import HooklabError, NotBegun
from hooklab.grading.options import Options, check_folder
from hooklab.reports.text import write_scorecard
from hooklab.scorecard import Scorecard
from hooklab.texts import _


def command(slug: OptionalSlug = None, lang: Lang = None) -> None:
    """Grade one exercise at each save of its files, or whichever is saved; until Ctrl-C."""
    here = course()
    slugs = chosen(here, [slug] if slug else None)
    for each in slugs:
        check_folder(here.skeleton(each))
    with warm_grading(here) as run:
        watcher = Watcher(here, run, slugs[:1])
        try:
            if slug:
                watcher.grade([slug])
            saves = _saves(here, slugs)
            while True:
                watcher.grade_next(saves)
        except KeyboardInterrupt:
            talk().print(_("Watching has ended."))


def _saves(here: Course, slugs: list[str]) -> Iterator[list[str]]:
    """The exercises that are saved, each time one or more of `slugs` are; until Ctrl-C."""
    folders = [here.skeleton(slug) for slug in slugs]
    for changes in changes_in(*folders, watch_filter=DefaultFilter()):
        if found := saved(here, slugs, (path for _kind, path in changes)):
            yield found


def saved(course: Course, slugs: Iterable[str], paths: Iterable[str]) -> list[str]:
    """Those of `slugs` whose folder holds one of `paths`, in course order."""
    files = [Path(path) for path in paths]
    return [
        slug
        for slug in slugs
        if any(file.is_relative_to(course.skeleton(slug).resolve()) for file in files)
    ]


class Watcher:
    """Grades again and again, and says what became different.

    Args:
        course: whose exercises are graded.
        run: grades them.
        expected: what will probably be saved first.
    """

    def __init__(self, course: Course, run: WarmGrading, expected: list[str]) -> None:
        self._course = course
        self._run = run
        self._memory = Memory(course.root)
        self._earned: dict[str, dict[str, bool]] = {}
        self._expected = expected

    def grade(self, slugs: list[str]) -> None:
        """Grade `slugs` and draw the screen anew; a fault is told, and the watch goes on."""
        try:
            self._show(self._run(slugs, Options()))
        except HooklabError as error:
            complain(error)
        self._expected = slugs

    def grade_next(self, saves: Iterator[list[str]]) -> None:
        """Grade the exercises that come next from `saves`.

        What was saved last is likely to be saved again: until then its checks are read already.
        """
        talk().print(Text(f"\n{_('Waiting for a save; Ctrl-C ends.')}", style="dim"))
        slugs: list[str] = []

        def pause() -> bool:
            slugs.extend(next(saves))
            return slugs == self._expected

        try:
            self._show(self._run(self._expected, Options(), pause=pause))
        except (NotBegun, HooklabError):
            # Something else was saved, or something is wrong, and told now that it matters.
            self.grade(slugs or next(saves))

    def _show(self, card: Scorecard) -> None:
        self._memory.keep_scores(card)
        console = output()
        if console.is_terminal:
            console.clear()
        write_scorecard(console, card, details=True, most=1)
        for line in self._differences(card):
            console.print(line)

    def _differences(self, card: Scorecard) -> list[Text]:
        lines = [Text()]
        for exercise in card.exercises:
            now = {check.id: check.outcome == "earned" for check in exercise.checks}
            before = self._earned.get(exercise.slug, now)
            self._earned[exercise.slug] = now
            for check in exercise.checks:
                if now[check.id] and not before.get(check.id):
                    lines.append(Text(f"+ {_('now earned')}{_(': ')}{check.title}", style="green"))
                elif before.get(check.id) and not now[check.id]:
                    lines.append(Text(f"- {_('now lost')}{_(': ')}{check.title}", style="red"))
        return lines if len(lines) > 1 else []
