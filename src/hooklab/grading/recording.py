"""What happened in a check, noted step by step for a picture of it."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from hooklab.story import Step, Story
from hooklab.texts import _, plural
from hooklab.world import Call, Mail

# Of a long story the beginning and the end are kept, and of a long text the beginning.
FIRST_STEPS = LAST_STEPS = 30
LONGEST_TEXT = 600

SVIX = "Svix"


def the_app() -> str:
    """What the app is called, however many processes it has."""
    return _("the app")


@dataclass(frozen=True)
class _Noted:
    at: datetime
    step: Step


class Recording:
    """The steps of one check; may be called by any thread.

    Args:
        now: the virtual clock.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._names: dict[str, Callable[[], str]] = {}
        self._first: list[_Noted] = []
        self._last: deque[_Noted] = deque(maxlen=LAST_STEPS)
        self._count = 0
        self._lock = threading.Lock()

    def introduce(self, service: str, name: Callable[[], str]) -> None:
        """Tell what a learner knows the service called `service` as."""
        self._names[service] = name

    def note(self, text: str, about: str = "") -> None:
        """Note what became of `about`, or of everybody."""
        self._add(Step("note", text, about))

    def died(self, text: str) -> None:
        """Note that the app has ended, and how."""
        self._add(Step("death", text, the_app()))

    def started(self, text: str) -> None:
        """Note that a process of the app has started."""
        self._add(Step("start", text, the_app()))

    def call(self, sender: str, text: str, aside: str = "") -> Callable[[str, bool], None]:
        """Note that `sender` calls the app.

        What is returned notes the reply, and whether that was lost. When something else came
        first, it says again to what it replies.
        """
        request = _cut(text)
        place = self._add(Step("call", request, sender, the_app(), aside=_cut(aside)))

        def replied(reply: str, is_lost: bool) -> None:
            said = reply if place == self._count else f"{request} → {reply}"
            self._add(Step("lost" if is_lost else "reply", said, the_app(), sender))

        return replied

    def arrived(self, service: str, record: object) -> None:
        """Note an e-mail or a call that a service has taken, and what it answered."""
        if service not in self._names:
            return
        name = self._names[service]()
        match record:
            case Mail(accepted=accepted):
                said = _("e-mail to {to}: “{subject}”").format(
                    to=", ".join(record.to), subject=record.subject
                )
                reply = "250 OK" if accepted else ""
            case Call(status=status):
                said = f"{record.method} {record.path}"
                reply = "" if status is None else str(status)
            case _:
                return
        self._add(Step("call", said, the_app(), name))
        self._add(Step("reply" if reply else "lost", reply or _("no answer"), name, the_app()))

    def story(self) -> Story:
        """Everything so far."""
        with self._lock:
            first, last = self._first.copy(), list(self._last)
            missing = self._count - len(first) - len(last)
        if missing:
            text = plural("{count} step left out", "{count} steps left out", missing)
            first.append(_Noted(first[-1].at, Step("note", text)))
        noted = [*first, *last]
        before = [None, *(each.at for each in noted)]
        steps = tuple(
            replace(each.step, when=stamp(each.at, previous))
            for each, previous in zip(noted, before, strict=False)
        )
        return Story(_actors(steps), steps)

    def _add(self, step: Step) -> int:
        """Add a step; how many there are now."""
        noted = _Noted(self._now(), replace(step, text=_cut(step.text)))
        with self._lock:
            kept = self._first if len(self._first) < FIRST_STEPS else self._last
            kept.append(noted)
            self._count += 1
            return self._count


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + " […]"


def stamp(at: datetime, previous: datetime | None) -> str:
    """The time when it differs from the line before, with the date when that differs too."""
    if at == previous:
        return ""
    same_day = previous is None or at.date() == previous.date()
    return f"{at:%H:%M:%S}" if same_day else f"{at:%Y-%m-%d %H:%M:%S}"


def _actors(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Whoever calls the app stands at its left, and whatever it calls at its right."""
    app = the_app()
    callers = [step.source for step in steps if step.kind == "call" and step.target == app]
    others = [name for step in steps for name in (step.source, step.target) if name]
    return tuple(dict.fromkeys([*callers, app, *others]))
