"""Deliveries to a running app that show what goes wrong, and what each of them found."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import SystemRandom
from typing import Literal
from urllib.parse import SplitResult

from hooklab.doctor import diagnosis
from hooklab.doctor.causes import Name
from hooklab.sender import Clerk, ClerkEvent, Response, new_secret
from hooklab.texts import _, number

Check = Literal[
    "secret",
    "delivery",
    "redirect",
    "login",
    "route",
    "time",
    "clock",
    "bytes",
    "forgery",
    "echo",
]
State = Literal["well", "fails", "open"]
Deliver = Callable[[ClerkEvent, str], tuple[Response, float]]

# Letters that every serialiser writes alike, and no app would say by itself.
_LAST_NAME = "Lovelace"

# What is found by the check "delivery", unless another check is about that very cause.
_CHECKS: dict[Name, Check] = {
    "slash": "redirect",
    "redirect": "redirect",
    "login": "login",
    "not_found": "route",
    "method": "route",
    "slow": "time",
    "rewritten": "bytes",
    "clock": "clock",
}


def titles() -> dict[Check, str]:
    """What each check is about, in the language in use and in the order of the findings."""
    return {
        "secret": _("The secret stands alone"),
        "delivery": _("A delivery arrives"),
        "redirect": _("Nothing redirects it"),
        "login": _("No login stands in front"),
        "route": _("The route takes POST"),
        "time": _("The answer comes within 15 s"),
        "clock": _("The clocks agree"),
        "bytes": _("The bytes stay as they are"),
        "forgery": _("A wrong secret is refused"),
        "echo": _("The reply keeps quiet"),
    }


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        check: which.
        state: "open" when nothing can be said, because of another finding.
        seen: the fact, a few words; may be empty.
        cause: why it fails, otherwise None.
        reply: what the app said of it, where that may help.
    """

    check: Check
    state: State
    seen: str = ""
    cause: Name | None = None
    reply: str = ""


@dataclass(frozen=True)
class Delivered:
    """A delivery and its outcome.

    Attributes:
        event: what was delivered.
        response: what came back.
        seconds: how long that took.
        at: when it was there.
    """

    event: ClerkEvent
    response: Response
    seconds: float
    at: datetime

    @property
    def seen(self) -> str:
        """The code and the time that it took, or why there is no code."""
        match self.response.problem:
            case "timeout":
                return _("no answer within 15 s")
            case "dropped":
                return _("the connection broke")
        return _("{status} in {time} ms").format(
            status=self.response.status, time=number(self.seconds * 1000, 0)
        )


class Examination:
    """One visit to an app. Each event is about somebody new, so that none meets another's row.

    Args:
        address: where the app takes webhooks.
        secret: the app's signing secret as it is written, perhaps with something around it.
        deliver: sends one event, signed with a secret; what came back, and the seconds.
    """

    def __init__(self, address: SplitResult, secret: str, deliver: Deliver) -> None:
        self._address = address
        self._given = secret
        self._secret = diagnosis.bare(secret)
        self._deliver = deliver
        self._clerk = Clerk(SystemRandom().randrange(2**32), lambda: datetime.now(UTC))
        self._delivered: list[Delivered] = []

    def findings(self) -> Iterator[Finding]:
        """What the ten checks find, each as soon as it is known."""
        plain, cause = self._plain()
        stands_alone = self._given == self._secret
        yield (
            Finding("secret", "well") if stands_alone else Finding("secret", "fails", "", "quoted")
        )
        yield from self._of_the_delivery(plain, cause)
        if cause in (None, "rewritten"):
            yield self._bytes()
            yield self._forgery()
        else:
            yield Finding("bytes", "open")
            yield Finding("forgery", "open")
        yield self._echo()

    def _plain(self) -> tuple[Delivered, Name | None]:
        """A delivery, and why it does not arrive."""
        first = self._send(_written(self._event(), (",", ":")))
        cause = diagnosis.cause_of(first.response, self._address)
        if cause not in ("refused", "failing"):
            return first, cause
        ahead = diagnosis.clock_ahead(first.response, first.at)
        if cause == "refused" and ahead is not None and abs(ahead) > diagnosis.TOLERANCE:
            return first, "clock"
        # Whoever parses the body and writes it again with Python makes these very bytes of it.
        second = self._send(_written(self._event(), (", ", ": ")))
        return (second, "rewritten") if second.response.ok else (first, cause)

    def _of_the_delivery(self, plain: Delivered, cause: Name | None) -> Iterator[Finding]:
        """What the checks find that need no delivery of their own."""
        blamed = _CHECKS.get(cause, "delivery") if cause else None
        if blamed == "delivery":
            yield Finding("delivery", "fails", plain.seen, cause, plain.response.text)
        else:
            arrives = blamed in (None, "bytes")
            yield Finding("delivery", "well" if arrives else "open", plain.seen)
        for check in ("redirect", "login", "route", "time"):
            if blamed == check:
                leads = diagnosis.target(plain.response, self._address)
                seen = f"{plain.response.status} → {leads}" if leads else plain.seen
                yield Finding(check, "fails", seen, cause)
            else:
                is_known = plain.response.status and _is_known(check, cause)
                yield Finding(check, "well" if is_known else "open")
        yield self._clock(plain, cause)

    def _clock(self, plain: Delivered, cause: Name | None) -> Finding:
        ahead = diagnosis.clock_ahead(plain.response, plain.at)
        if cause == "clock" and (ahead is None or abs(ahead) <= diagnosis.TOLERANCE):
            # The header is a proxy's, perhaps; the app knows what it has compared.
            return Finding("clock", "fails", plain.seen, cause, plain.response.text)
        if ahead is None:
            replied = plain.response.status
            return Finding("clock", "open", _("the reply has no Date header") if replied else "")
        seconds = round(ahead.total_seconds())
        # The header counts in whole seconds.
        if abs(seconds) <= 1:
            return Finding("clock", "well")
        told = _("ahead by {time}") if seconds > 0 else _("behind by {time}")
        seen = told.format(time=timedelta(seconds=abs(seconds)))
        if abs(ahead) > diagnosis.TOLERANCE:
            return Finding("clock", "fails", seen, "clock")
        return Finding("clock", "well", seen)

    def _bytes(self) -> Finding:
        odd = self._send(_odd(self._event()))
        if odd.response.ok:
            return Finding("bytes", "well", odd.seen)
        found = diagnosis.cause_of(odd.response, self._address)
        cause: Name = "slow" if found == "slow" else "rewritten"
        return Finding("bytes", "fails", odd.seen, cause, odd.response.text)

    def _forgery(self) -> Finding:
        forged = self._send(self._event(), secret=new_secret(SystemRandom()))
        if 400 <= forged.response.status <= 499:
            return Finding("forgery", "well", forged.seen)
        cause: Name = "open" if forged.response.ok else "uncaught"
        return Finding("forgery", "fails", forged.seen, cause, forged.response.text)

    def _echo(self) -> Finding:
        private = [self._secret, _LAST_NAME]
        private += [each.event.email for each in self._delivered if each.event.email]
        if any(diagnosis.repeats(each.response, private) for each in self._delivered):
            return Finding("echo", "fails", cause="echo")
        heard = any(each.response.status for each in self._delivered)
        return Finding("echo", "well" if heard else "open")

    def _event(self) -> ClerkEvent:
        return self._clerk.user_created(first_name="Ada", last_name=_LAST_NAME)

    def _send(self, event: ClerkEvent, *, secret: str = "") -> Delivered:
        response, seconds = self._deliver(event, secret or self._secret)
        self._delivered.append(Delivered(event, response, seconds, datetime.now(UTC)))
        return self._delivered[-1]


def _is_known(check: Check, cause: Name | None) -> bool:
    """Whether a delivery that fails by `cause` has passed what `check` is about all the same.

    What stands in front answers first: nobody behind it has been heard.
    """
    if cause == "gateway":
        return False
    in_front: tuple[Check, ...] = ("redirect", "login", "route")
    blamed = _CHECKS.get(cause) if cause else None
    return blamed not in in_front or check in in_front[: in_front.index(blamed)]


def _written(event: ClerkEvent, separators: tuple[str, str]) -> ClerkEvent:
    """`event` as a serialiser writes it that knows no escapes but JSON's own."""
    return event.with_body(json.dumps(event.payload, separators=separators))


def _odd(event: ClerkEvent) -> ClerkEvent:
    """`event` in spacing and escapes that no serialiser would choose, and yet the same JSON."""
    noted = event.changed(public_metadata={"note": "NOTE"})
    text = json.dumps(noted.payload, indent=1, separators=(" ,", " :  "))
    return noted.with_body(text.replace("NOTE", "\\u00e9 é \\/ ☕"))
