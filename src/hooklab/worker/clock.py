"""The worker's clock: freezegun, shown only the modules that it must change."""

import os
import sys
import time
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from itertools import takewhile
from types import ModuleType, SimpleNamespace
from typing import Any

import freezegun.api
from freezegun import freeze_time

# Of what the kit loads, only these may follow the trusted side's clock; the others would break.
TELLS_TIME = ("hooklab.services", "slack_sdk", "standardwebhooks", "structlog", "svix")


def _with_fold(moment: datetime) -> Any:
    """What freezegun makes of a time that was computed, and its `fold`, which freezegun drops.

    Without it, the hour that comes twice when summer time ends would come once.
    """
    fields = (*moment.timetuple()[:6], moment.microsecond, moment.tzinfo)
    return freezegun.api.FakeDatetime(*fields, fold=moment.fold)


freezegun.api.datetime_to_fakedatetime = _with_fold  # type: ignore[assignment]


def _now(cls: Any, tz: tzinfo | None = None) -> Any:
    """What freezegun's `datetime.now` says, without the local zone's offset where `tz` has its own.

    With it, aware times would be off by as much as the app's zone is from UTC.
    """
    utc = freezegun.api.get_current_time()
    return _with_fold(tz.fromutc(utc.replace(tzinfo=tz)) if tz else utc + cls._tz_offset())


freezegun.api.FakeDatetime.now = classmethod(_now)  # type: ignore[assignment, method-assign]


def settle_zone() -> None:
    """Let this process live in the time zone that its environment names in TZ.

    A forked process keeps the zone of the first one until it is told. On Windows there is one zone
    for all.
    """
    if hasattr(time, "tzset") and "TZ" in os.environ:
        time.tzset()


_telling: dict[str, ModuleType] | None = None


class FrozenClock:
    """Made before a submission is imported; `start()` comes after, and freezes what it loaded."""

    def __init__(self) -> None:
        self._last = next(reversed(sys.modules))
        self._known = take_stock() if _telling is None else _telling

    def start(self, now: datetime) -> Any:
        """Freeze the time of this process at `now`; the result's `move_to()` moves it."""
        return _freeze(now, self._known | _modules_after(self._last)).start()


def take_stock(loaded_for_submissions: Iterable[str] = ()) -> dict[str, ModuleType]:
    """Find the loaded modules that freezegun must change, so that no worker has to.

    Args:
        loaded_for_submissions: modules that were imported early, and belong to the submissions.
    """
    global _telling
    also = set(loaded_for_submissions)
    _telling = {
        name: module
        for name, module in sys.modules.items()
        if (name.startswith(TELLS_TIME) or name in also) and _has_the_clock(module)
    }
    return _telling


def rehearse(now: datetime) -> None:
    """Freeze the time once and let it go, which fills freezegun's caches."""
    with _freeze(now, take_stock() if _telling is None else _telling):
        pass


def _has_the_clock(module: ModuleType) -> bool:
    """Whether it imported the clock by name, as in `from datetime import datetime`."""
    return any(id(value) in freezegun.api._real_time_object_ids for value in vars(module).values())


def _modules_after(last: str) -> dict[str, ModuleType]:
    """The modules that were loaded after the one called `last`, and import the clock by name.

    freezegun asks a module for all its names: one that loads its parts only then would load them
    all, in frozen time.
    """
    new = takewhile(lambda name: name != last, reversed(sys.modules))
    return {name: sys.modules[name] for name in new if _has_the_clock(sys.modules[name])}


def _freeze(now: datetime, modules: dict[str, ModuleType]) -> Any:
    # Without this, a call that passes near an ignored module would read the real clock.
    freezegun.api.call_stack_inspection_limit = 0
    # freezegun looks through all loaded modules. Just touching them in a forked process copies
    # their memory, so it is shown only those that matter.
    freezegun.api.sys = SimpleNamespace(modules=modules)  # type: ignore[assignment, attr-defined]
    return freeze_time(now, tz_offset=timedelta(seconds=-time.timezone), real_asyncio=True)
