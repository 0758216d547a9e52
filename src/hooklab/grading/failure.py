"""How a check says that it failed."""

from _pytest.outcomes import Failed


class CheckFailed(Failed):
    """The app did not do what the check wanted.

    Args:
        wanted: what was wanted, a phrase.
        happened: what was there instead, with whole values.
    """

    def __init__(self, wanted: str, happened: str) -> None:
        super().__init__(f"{wanted}\n{happened}", pytrace=False)
        self.wanted = wanted
        self.happened = happened


class AppNotRunning(CheckFailed):
    """There is no app to check: it could not be imported, created or started, or it is gone."""


class GraderFault(Exception):
    """The grader itself could not do its work; the learner is not to blame."""
