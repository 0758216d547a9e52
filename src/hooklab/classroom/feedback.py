"""What each learner reads: a file with their scorecard, in their language."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from typing import Literal

from hooklab import __version__
from hooklab.catalogue import Course
from hooklab.classroom.gradebook import Gradebook
from hooklab.classroom.judged import judged_result
from hooklab.classroom.marks import Mark
from hooklab.classroom.roster import Learner
from hooklab.reports import classroom50
from hooklab.reports.formats import render
from hooklab.scorecard import Scorecard
from hooklab.texts import speaking

Form = Literal["html", "markdown", "gradescope", "classroom50", "junit"]

ENDINGS: Mapping[Form, str] = {
    "html": ".html",
    "markdown": ".md",
    "gradescope": ".json",
    "classroom50": ".json",
    "junit": ".xml",
}

_LONGEST = 100
# A name for a file on every system: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_STRANGE = re.compile(r"[^\w.-]|^[.-]|\.$")
_TAKEN = re.compile(r"(index|con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Feedback:
    """A learner's file.

    Attributes:
        file: its name.
        marks: theirs, in course order.
        card: what is in the file.
    """

    learner: Learner
    file: str
    marks: tuple[Mark, ...]
    card: Scorecard

    def text(self, form: Form) -> str:
        """What is in the file."""
        with speaking(self.learner.language):
            if form != "classroom50":
                return render(self.card, form)
            return classroom50.write(self.card, self._handover())

    def _handover(self) -> classroom50.Handover:
        shown = [mark.shown for mark in self.marks if mark.shown]
        beginning = datetime.fromtimestamp(0, UTC)
        return classroom50.Handover(
            owner=self.learner.id,
            submission=sha256(" ".join(each.submission for each in shown).encode()).hexdigest(),
            submitted_at=max((each.submitted_at or beginning for each in shown), default=beginning),
            graded_at=max((each.graded_at for each in shown), default=beginning),
        )


def feedback(
    course: Course, book: Gradebook, marks: Sequence[Mark], form: Form
) -> Iterator[Feedback]:
    """The files of all learners, one after the other: each is read from the gradebook as it comes.

    A scorecard names the conditions of the result that was graded last.
    """
    name = _namer(ENDINGS[form])
    for learner, group in groupby(marks, key=lambda mark: mark.learner):
        own = tuple(group)
        with speaking(learner.language):
            exercises = tuple(found for mark in own if (found := judged_result(course, book, mark)))
        last = max(
            (mark.shown for mark in own if mark.shown),
            key=lambda shown: shown.graded_at,
            default=None,
        )
        card = Scorecard(
            last.engine if last else __version__,
            last.tier if last else "process",
            last.seed if last else 0,
            exercises,
        )
        yield Feedback(learner, name(learner.id), own, card)


def _namer(ending: str) -> Callable[[str], str]:
    """Makes a name of a file for each learner: safe on every system, and no two are equal."""
    taken: set[str] = set()

    def name(learner: str) -> str:
        stem = _STRANGE.sub("_", learner)[:_LONGEST]
        if stem != learner or stem.casefold() in taken or _TAKEN.fullmatch(stem):
            stem += f"-{sha256(learner.encode()).hexdigest()[:8]}"
        taken.add(stem.casefold())
        return stem + ending

    return name
