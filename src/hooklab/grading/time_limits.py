"""How long a check may take, and all checks of a submission together."""

import time
from collections.abc import Callable

from hooklab.deadline import Deadline, MachineTooSlow
from hooklab.grading.failure import CheckFailed
from hooklab.limits import Limits
from hooklab.texts import _, plural


class Allowance:
    """The time of all checks of a submission; it begins with the first of them.

    Args:
        seconds: how long they may take together.
        now: a monotonic clock.
    """

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._now = now
        self._ends = now() + seconds

    def is_over(self) -> bool:
        """Whether it has passed."""
        return self._now() >= self._ends

    def told(self) -> str:
        """What the submission should have kept to."""
        return _("all checks of the exercise within {time}").format(
            time=_duration(int(self._seconds))
        )


class Timer:
    """The time of one check; it begins now, and ends with that of its submission.

    Args:
        limits: how long it may take.
        deadline: makes one for the check's apps, which a busy machine does not bring nearer.
        allowance: of its submission.
    """

    def __init__(
        self, limits: Limits, deadline: Callable[[float], Deadline], allowance: Allowance
    ) -> None:
        self._limits = limits
        self._deadline = deadline(limits.check_seconds)
        self._allowance = allowance
        # Decided once, when the apps are ended: a check that ends by itself was in time.
        self._failure: CheckFailed | MachineTooSlow | None = None

    def is_over(self) -> bool:
        """Whether the apps have to end now."""
        if not self._failure:
            self._failure = self._look()
        return self._failure is not None

    def require_in_time(self) -> None:
        """Fail the check when its apps had to end; MachineTooSlow when others kept them waiting."""
        if self._failure:
            raise self._failure

    def _look(self) -> CheckFailed | MachineTooSlow | None:
        happened = _("it was ended then; what it had to do was not finished")
        if self._allowance.is_over():
            return CheckFailed(self._allowance.told(), happened)
        try:
            if self._deadline.left():
                return None
        except MachineTooSlow as error:
            return error
        wanted = _("one check within {time}")
        return CheckFailed(
            wanted.format(time=_duration(self._limits.check_seconds)),
            happened,
        )


def _duration(seconds: int) -> str:
    if seconds % 60:
        return plural("{count} second", "{count} seconds", seconds).format(count=seconds)
    minutes = seconds // 60
    return plural("{count} minute", "{count} minutes", minutes).format(count=minutes)
