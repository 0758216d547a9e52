"""How a check says that it failed."""

from typing import Any

from _pytest.outcomes import Failed

from hooklab.texts import pick


class CheckFailed(Failed):
    """The app did not do what the check wanted.

    Args:
        wanted: what was wanted, a phrase.
        happened: what was there instead, with whole values.
        place: the line that must be mended before anything else, if there is one.
        refusal: whether a refusal was wanted.
    """

    def __init__(
        self, wanted: str, happened: str, place: str = "", *, refusal: bool = False
    ) -> None:
        super().__init__(f"{wanted}\n{happened}", pytrace=False)
        self.wanted = wanted
        self.happened = happened
        self.place = place
        self.refusal = refusal


class AppNotRunning(CheckFailed):
    """There is no app to check: it could not be imported, created or started, or it is gone."""


class AppNotStarted(AppNotRunning):
    """There is no app from the beginning: it could not be imported, created or started."""


class GraderFault(Exception):
    """The grader itself could not do its work; the learner is not to blame."""


def require(claim: object, *, en: str, fr: str, got: Any = None) -> None:
    """Fail the check unless `claim` is true.

    Args:
        en: what was wanted, in English, a phrase.
        fr: the same in French.
        got: what was there instead; shown whole.
    """
    if not claim:
        happened = got if isinstance(got, str) else repr(got)
        raise CheckFailed(pick({"en": en, "fr": fr}), happened)
