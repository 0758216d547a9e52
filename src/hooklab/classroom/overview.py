"""The page about a whole class: its marks, its figures, and what needs somebody's attention."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, tostring

from hooklab.classroom.feedback import Feedback
from hooklab.classroom.marks import Mark, status_names
from hooklab.elements import add, add_table
from hooklab.reports.clean import clean
from hooklab.reports.html import ALONE, STYLE
from hooklab.texts import _, language, number

# A tenth of the points each; whoever has all of them is in the last.
_STEPS = 10


@dataclass
class Overview:
    """Gathers what the page shows, learner by learner, so that no two scorecards are in memory."""

    pages: list[tuple[str, tuple[Mark, ...]]] = field(default_factory=list)
    losses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    tried: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    titles: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, feedback: Feedback) -> None:
        """Take a learner in."""
        self.pages.append((feedback.file, feedback.marks))
        graded = {mark.exercise for mark in feedback.marks if mark.status == "graded"}
        for exercise in feedback.card.exercises:
            for check in exercise.checks:
                if exercise.slug in graded:
                    self.tried[exercise.slug][check.id] += 1
                    self.losses[exercise.slug][check.id] += check.outcome != "earned"
                    own = feedback.learner.language == language()
                    if own or (exercise.slug, check.id) not in self.titles:
                        self.titles[exercise.slug, check.id] = check.title

    def page(self) -> str:
        """The page, in the language in use; it needs nothing else, and nothing of it runs."""
        root = Element("html", lang=language())
        head = add(root, "head")
        add(head, "meta", charset="utf-8")
        add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
        add(head, "meta", content=ALONE, **{"http-equiv": "Content-Security-Policy"})
        add(head, "title", _("The class · hooklab"))
        add(head, "link", rel="icon", href="data:,")
        add(head, "style").text = STYLE
        main = add(add(root, "body"), "main")
        add(main, "h1", _("The class"))
        self._add_marks(main)
        self._add_distribution(main)
        self._add_losses(main)
        self._add_attention(main)
        return f"<!doctype html>\n{clean(tostring(root, encoding='unicode', method='html'))}\n"

    @property
    def _slugs(self) -> list[str]:
        marks = [mark for _file, marks in self.pages for mark in marks]
        return list(dict.fromkeys(mark.exercise for mark in marks if mark.exercise))

    def _add_marks(self, main: Element) -> None:
        add(main, "h2", _("Marks"))
        body = add_table(main, (_("Learner"), *self._slugs, _("Total")), kind="marks")
        for file, marks in self.pages:
            row = add(body, "tr")
            add(add(row, "th", scope="row"), "a", marks[0].learner.name, href=f"./{file}")
            by_slug = {mark.exercise: mark for mark in marks}
            for slug in self._slugs:
                mark = by_slug[slug]
                cell = add(row, "td", _score(mark.earned, mark.points))
                if mark.late:
                    add(cell, "small", f" {mark.late.told()}")
                if mark.status != "graded":
                    add(cell, "small", f" {status_names()[mark.status]}")
            add(row, "td", _score(*_total(marks)), kind="points")

    def _add_distribution(self, main: Element) -> None:
        add(main, "h2", _("How the points are spread"))
        counts = Counter(_step(marks) for _file, marks in self.pages)
        rows = [
            (
                _("{low} to {high} %").format(
                    low=100 * step // _STEPS, high=100 * (step + 1) // _STEPS
                ),
                counts[step],
                len(self.pages),
            )
            for step in range(_STEPS)
        ]
        _add_bars(main, (_("Share of the points"), _("Learners")), rows)

    def _add_losses(self, main: Element) -> None:
        if any(counts.total() for counts in self.losses.values()):
            add(main, "h2", _("What the class loses most"))
        for slug in self._slugs:
            lost = [(check, count) for check, count in self.losses[slug].most_common() if count]
            if lost:
                add(main, "h3", slug)
                rows = [
                    (self.titles[slug, check], count, self.tried[slug][check])
                    for check, count in lost
                ]
                _add_bars(main, (_("Check"), _("Lost by")), rows)

    def _add_attention(self, main: Element) -> None:
        marks = [mark for _file, marks in self.pages for mark in marks]
        for title, wanted in (
            (_("Could not be graded"), "could_not_grade"),
            (_("Refused"), "refused"),
        ):
            found = [mark for mark in marks if mark.status == wanted]
            if found:
                add(main, "h2", title)
                _add_list(
                    main,
                    (f"{_who(mark)}{_(': ')}{mark.last.reason}" for mark in found if mark.last),
                )
        twins = {
            (mark.exercise, *sorted((mark.learner.id, *mark.same_as)))
            for mark in marks
            if mark.same_as
        }
        if twins:
            add(main, "h2", _("The same answer, to the last byte"))
            _add_list(main, (f"{slug}{_(': ')}{', '.join(who)}" for slug, *who in sorted(twins)))


def _add_bars(main: Element, header: tuple[str, str], rows: Sequence[tuple[str, int, int]]) -> None:
    """A table of counts: each as a number, and as a bar for its share of the most there can be."""
    body = add_table(main, (*header, ""), kind="bars")
    for title, count, most in rows:
        row = add(body, "tr")
        add(row, "th", title, scope="row")
        add(row, "td", _("{count} of {most}").format(count=count, most=most), kind="points")
        bar = add(add(row, "td"), "progress", value=str(count), max=str(most))
        bar.set("aria-label", title)


def _add_list(main: Element, lines: Iterable[str]) -> None:
    listed = add(main, "ul")
    for line in lines:
        add(listed, "li", line)


def _who(mark: Mark) -> str:
    return f"{mark.learner.name}, {mark.exercise}" if mark.exercise else mark.learner.name


def _score(earned: float, points: float) -> str:
    return f"{number(earned)}/{number(points)}"


def _total(marks: Sequence[Mark]) -> tuple[float, float]:
    return sum(mark.earned for mark in marks), sum(mark.points for mark in marks)


def _step(marks: Sequence[Mark]) -> int:
    earned, points = _total(marks)
    return min(_STEPS - 1, int(_STEPS * earned / points)) if points else 0
