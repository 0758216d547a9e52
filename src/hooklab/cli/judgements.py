"""What people think of written answers, put into a scorecard."""

from collections.abc import Sequence
from pathlib import Path

from hooklab import reviews, rubric
from hooklab.catalogue import Course
from hooklab.cli.memory import Memory
from hooklab.errors import HooklabError
from hooklab.grading.options import Options
from hooklab.scorecard import Review, Scorecard
from hooklab.texts import _


class Judgements:
    """A reviewer's decisions, and below them a learner's opinion of their own answers.

    Args:
        course: the course.
        options: which answers are graded.
        path: the file of reviews.
    """

    def __init__(self, course: Course, options: Options, path: Path) -> None:
        self._course = course
        self._options = options
        self._reviews = reviews.Reviews(path)
        self._memory = Memory(course.root)

    def assess(self, slugs: Sequence[str], opinion: str) -> None:
        """Keep a learner's opinion, `CRITERION=POINTS`; HooklabError says what is wrong with it."""
        if len(slugs) != 1 or self._options.submission or self._options.solutions:
            raise HooklabError(
                _("--assess is about your own answer to one exercise"),
                _("name the one: hooklab grade SLUG --assess {opinion}").format(opinion=opinion),
            )
        criterion, _equals, text = opinion.partition("=")
        try:
            points = float(text)
        except ValueError:
            points = None
        slug = slugs[0]
        reviews.check_points(rubric.load(self._course.grader(slug)), criterion, points)
        answer = reviews.digest(self._course.skeleton(slug))
        self._memory.keep_opinion(slug, criterion, (points or 0.0, answer))

    def apply(self, card: Scorecard) -> Scorecard:
        """`card` with what is known."""
        found = {exercise.slug: self._known(exercise.slug) for exercise in card.exercises}
        return reviews.apply(card, found)

    def _known(self, slug: str) -> dict[str, Review]:
        folder = self._options.folder(self._course, slug)
        return {**self._opinions(slug, folder), **self._reviews.of(folder, slug)}

    def _opinions(self, slug: str, folder: Path) -> dict[str, Review]:
        if self._options.submission or self._options.solutions:
            return {}
        now = reviews.digest(folder)
        return {
            criterion: Review(points, "", "", outdated=answer != now, counts=False)
            for criterion, (points, answer) in self._memory.opinions(slug).items()
        }
