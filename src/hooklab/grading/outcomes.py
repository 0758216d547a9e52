"""What the end of a test function means for its check."""

from contextlib import suppress
from dataclasses import dataclass

from _pytest.outcomes import Failed, Skipped, XFailed

from hooklab.deadline import MachineTooSlow
from hooklab.errors import HooklabError
from hooklab.grading.failure import CheckFailed
from hooklab.grading.lab import Lab
from hooklab.grading.printed import shorten
from hooklab.scorecard import Outcome
from hooklab.texts import _

LAST_WORDS_SECONDS = 0.3


@dataclass(frozen=True)
class Trial:
    """What came of one case.

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
    """What the end of a case means.

    Args:
        error: what the test function raised, if anything.
        lab: the world it used, which tells the story.
        seconds: how long it took.
    """
    if error is not None and lab:
        # What the app prints last, and its death, come a moment after the answer.
        with suppress(MachineTooSlow):
            lab.app.settle(LAST_WORDS_SECONDS)
    if lab:
        # Whoever was ended for it fails in some other way, too.
        error = _excess(lab) or error
    if error is None:
        return Trial("earned", "\n".join(lab.notes) if lab else "", seconds)
    if isinstance(error, NotTried):
        return Trial("not_tried", str(error), seconds)
    if isinstance(error, CheckFailed):
        return Trial("not_earned", tell(error, lab), seconds, error.place)
    if isinstance(error, AssertionError | Failed) and not isinstance(error, XFailed):
        return Trial("not_earned", _sections([(_("What happened:"), str(error))], lab), seconds)
    # An error for people has words for them; any other is for whoever mends the course.
    if isinstance(error, HooklabError):
        why = (_("Why it could not be graded:"), f"{error.what}\n{error.hint}")
    else:
        why = (_("The grader failed:"), f"{type(error).__name__}: {error}")
    return Trial("could_not_grade", _sections([why], lab), seconds)


def _excess(lab: Lab) -> CheckFailed | None:
    try:
        lab.require_moderate()
    except CheckFailed as failed:
        return failed
    return None


def tell(failure: CheckFailed, lab: Lab | None) -> str:
    """The whole story of a failed check, as text."""
    happened = failure.happened
    if lab and (obituary := lab.obituary()):
        happened += f"\n{obituary}"
    return _sections(
        [(_("What was wanted:"), failure.wanted), (_("What happened:"), happened)], lab
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
