"""Given: the two ways in which an attempt fails and we know why. Nothing to write here."""

from datetime import timedelta


class Away(Exception):
    """A service does not work now, and will work again one day.

    Attributes:
        retry_after: how long it asks to be left alone; None when it does not say.
    """

    def __init__(self, service: str, retry_after: timedelta | None = None) -> None:
        super().__init__(f"{service} is away")
        self.retry_after = retry_after


class Hopeless(Exception):
    """No further attempt can succeed unless somebody mends something.

    Its text says why, and tells nothing personal.
    """
