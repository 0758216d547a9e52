"""What the end of a test function means for its check."""

from contextlib import suppress
from dataclasses import dataclass, replace

from _pytest.outcomes import Failed, Skipped, XFailed

from hooklab.deadline import MachineTooSlow
from hooklab.errors import HooklabError
from hooklab.grading.advice.clues import NO_CLUES, Clues
from hooklab.grading.failure import AppNotStarted, CheckFailed
from hooklab.grading.lab import Lab
from hooklab.grading.printed import shorten
from hooklab.scorecard import Loss, Outcome
from hooklab.texts import _

LAST_WORDS_SECONDS = 0.3


@dataclass(frozen=True)
class Trial:
    """What came of one case.

    Attributes:
        clues: what points to the fault.
        loss: how it was lost.
    """

    outcome: Outcome
    message: str = ""
    seconds: float = 0.0
    clues: Clues = NO_CLUES
    loss: Loss | None = None


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
        clues = NO_CLUES
        if lab:
            clues = lab.clues(error.happened, error.place, refusal=error.refusal)
        message = tell(error, lab, clues)
        happened = _happened(error, clues)
        is_without_app = isinstance(error, AppNotStarted) and happened == error.happened
        loss = replace(_loss(lab, happened, error.wanted), is_without_app=is_without_app)
        return Trial("not_earned", message, seconds, clues, loss)
    if isinstance(error, AssertionError | Failed) and not isinstance(error, XFailed):
        clues = lab.clues(str(error)) if lab else NO_CLUES
        story = _sections([(_("What happened:"), str(error))], lab, clues)
        return Trial("not_earned", story, seconds, clues, _loss(lab, str(error)))
    # An error for people has words for them; any other is for whoever mends the course.
    if isinstance(error, HooklabError):
        why = (_("Why it could not be graded:"), f"{error.what}\n{error.hint}")
    else:
        why = (_("The grader failed:"), f"{type(error).__name__}: {error}")
    return Trial("could_not_grade", _sections([why], lab), seconds, loss=_loss(lab, why[1]))


def _loss(lab: Lab | None, happened: str, wanted: str = "") -> Loss:
    if lab is None:
        return Loss(wanted, happened)
    return Loss(wanted, happened, lab.story(), command=lab.again())


def _excess(lab: Lab) -> CheckFailed | MachineTooSlow | None:
    try:
        lab.require_moderate()
    except (CheckFailed, MachineTooSlow) as failed:
        return failed
    return None


def tell(failure: CheckFailed, lab: Lab | None, clues: Clues = NO_CLUES) -> str:
    """The whole story of a failed check, as text."""
    happened = _happened(failure, clues)
    if lab and (obituary := lab.obituary()):
        happened += f"\n{obituary}"
    return _sections(
        [(_("What was wanted:"), failure.wanted), (_("What happened:"), happened)], lab, clues
    )


def _happened(failure: CheckFailed, clues: Clues) -> str:
    # What stops the app at its start is told with its traceback.
    still_open = failure.place and clues.sections.tell_open(failure.happened)
    return still_open or failure.happened


def _sections(sections: list[tuple[str, str]], lab: Lab | None, clues: Clues = NO_CLUES) -> str:
    if lab:
        told = "\n".join(text for _title, text in sections)
        printed = shorten(lab.logs.printed(), told, clues.sections.tell_open)
        sections = [
            *sections,
            (_("What was noted:"), "\n".join(lab.notes)),
            (_("What was done, in order:"), str(lab.journal)),
            (_("What the app printed:"), printed),
        ]
    return "\n".join(f"{title}\n{_indent(text)}" for title, text in sections if text.strip())


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
