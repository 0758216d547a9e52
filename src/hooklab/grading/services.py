"""The services around the app: what they received, and their faults, told in the journal."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Generic, TypeVar

from hooklab.grading.failure import CheckFailed
from hooklab.grading.journal import Journal
from hooklab.texts import _, number, plural
from hooklab.world import (
    Call,
    ClerkApi,
    Command,
    Delivery,
    Hold,
    HttpService,
    InternalApp,
    RedisServer,
    Service,
    Slack,
    SlackMessage,
)

# So many lines of what arrived are shown; the others are counted.
SHOWN = 8
LONGEST = 500

S = TypeVar("S", bound=Service)
H = TypeVar("H", bound=HttpService)


class Watched(Generic[S]):
    """A service whose faults are written down.

    Whatever it does not have itself is that of the service in `hooklab.world`, after the app has
    finished what it is doing: `lab.stripe.customers`, `lab.support.search_lag = …`.

    Args:
        service: the service of this check.
        name: what a learner knows it as, in the language in use.
        settle: called before each look, so that the app has finished what it is doing.
        journal: where the service's faults are written down.
    """

    def __init__(
        self, service: S, name: Callable[[], str], settle: Callable[[], None], journal: Journal
    ) -> None:
        self._service = service
        self._name = name
        self._settle = settle
        self._journal = journal
        journal.recording.introduce(service.name, name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self._settle()
        return getattr(self._service, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
        elif hasattr(self._service, name):
            setattr(self._service, name, value)
        else:
            raise AttributeError(name)

    def fail(self, *, times: int | None = None, **fault: Any) -> None:
        """Let the service fail, see `world.faults.Faults.fail`."""
        self._service.fail(times=times, **fault)
        self._journal.did("fault", service=self._service.name, times=times, fault=fault)
        often = "" if times is None else " " + plural("(once)", "({count} times)", times)
        self._note(tell_fault(self._name(), **fault) + often)

    def slow(self, seconds: float) -> None:
        """Let the service take `seconds` before each call's work, see `Faults.slow`."""
        self._service.slow(seconds)
        self._journal.did("fault", service=self._service.name, slow=seconds)
        self._note(
            _("{service} takes {seconds} s over each call").format(
                service=self._name(), seconds=number(seconds)
            )
        )

    def hold(self, point: str) -> Hold:
        """Let the service stop at one of its points, see `Faults.hold`."""
        held = self._service.hold(point)
        waits = (
            _("{service} lets anyone who calls wait before it does anything")
            if point == self._service.points[0]
            else _("{service} does the work and lets the caller wait for the answer")
        )
        told = waits.format(service=self._name())
        self._note(told)
        self._journal.left_out(told)
        return held

    def recover(self) -> None:
        """Let the service work normally again."""
        self._service.recover()
        self._journal.did("fault", service=self._service.name)
        self._note(_("{service} works again").format(service=self._name()))

    def _note(self, text: str) -> None:
        self._journal.note(text, self._name())

    def _whom(self, *what: str | None) -> str:
        said = " ".join(each for each in what if each)
        return _(" to {service}").format(service=self._name()) + (f" ({said})" if said else "")


class Remote(Watched[H]):
    """An HTTP service as a check sees it: `lab.slack`, `lab.stripe`, `lab.mobile` and so on."""

    def drip(self) -> None:
        """Let the service do the work and answer byte by byte, see `HttpService.drip`."""
        self._service.drip()
        self._note(_("{service} answers byte by byte").format(service=self._name()))

    def calls(
        self, *, method: str | None = None, path: str | None = None, done: bool | None = None
    ) -> list[Call]:
        """The calls that arrived, oldest first.

        Args:
            method: only these, in capitals.
            path: only these; a pattern such as `/v1/customers/*`.
            done: only those whose work was done, or only the others.
        """
        self._settle()
        return [call for call in self._service.calls if _matches(call, method, path, done)]

    def expect(
        self,
        count: int,
        *,
        method: str | None = None,
        path: str | None = None,
        done: bool | None = None,
    ) -> list[Call]:
        """Fail the check unless exactly `count` calls arrived, see `calls`; the calls."""
        calls = self.calls(method=method, path=path, done=done)
        if len(calls) != count:
            raise CheckFailed(_exactly(count, done) + self._whom(method, path), self._show())
        return calls

    def expect_at_most(
        self,
        count: int,
        *,
        method: str | None = None,
        path: str | None = None,
        done: bool | None = None,
    ) -> list[Call]:
        """Fail the check when more than `count` calls arrived, see `calls`; the calls."""
        calls = self.calls(method=method, path=path, done=done)
        if len(calls) > count:
            raise CheckFailed(_at_most(count, done) + self._whom(method, path), self._show())
        return calls

    def _show(self) -> str:
        calls = self._service.calls
        return listed(
            plural("{count} call arrived", "{count} calls arrived", len(calls)),
            [show(call) for call in calls],
        )


class RemoteSlack(Remote[Slack]):
    """Slack: `lab.slack`."""

    def posted(self, containing: str = "") -> list[SlackMessage]:
        """The messages that were posted, oldest first.

        Args:
            containing: only those whose text or blocks contain this.
        """
        self._settle()
        posted = self._service.messages
        return [each for each in posted if containing in each.said]

    def expect_messages(self, count: int, *, containing: str = "") -> list[SlackMessage]:
        """Fail the check unless exactly `count` messages were posted, see `posted`; these."""
        messages = self.posted(containing)
        if len(messages) != count:
            posted = list(self._service.messages)
            about = _(" with “{text}”").format(text=containing) if containing else ""
            raise CheckFailed(
                plural("exactly {count} Slack message", "exactly {count} Slack messages", count)
                + about,
                listed(
                    plural(
                        "{count} message was posted", "{count} messages were posted", len(posted)
                    ),
                    [_line(each.received_at, each.said) for each in posted],
                ),
            )
        return messages


class RemoteClerkApi(Remote[ClerkApi]):
    """Clerk's Backend API: `lab.clerk_api`."""

    def leave_out(self, ids: Iterable[str]) -> None:
        """Let lists leave these users out, see `ClerkApi.leave_out`."""
        left_out = list(ids)
        self._service.leave_out(left_out)
        self._note(
            _("{service} leaves {count} of its users out of the list").format(
                service=self._name(), count=len(left_out)
            )
        )


class RemoteApp(Remote[InternalApp]):
    """One of the company's own applications: `lab.mobile`, `lab.admin`, `lab.billing`."""

    def expect_deliveries(self, count: int, *, message_id: str | None = None) -> list[Delivery]:
        """Fail the check unless it took exactly `count` webhooks; the deliveries.

        Args:
            message_id: only those with this `webhook-id`.
        """
        self._settle()
        taken = list(self._service.deliveries)
        deliveries = [each for each in taken if message_id in (None, each.message_id)]
        if len(deliveries) != count:
            raise CheckFailed(
                plural("exactly {count} webhook", "exactly {count} webhooks", count)
                + self._whom(message_id and f"webhook-id {message_id}"),
                listed(
                    plural("it took {count} webhook", "it took {count} webhooks", len(taken)),
                    [show_delivery(each) for each in taken],
                ),
            )
        return deliveries

    def expect_signed(self) -> list[Delivery]:
        """Fail the check unless it took webhooks, each signed with its own secret; the deliveries.

        See `InternalApp.problem` for what a signature must be like.
        """
        self._settle()
        taken = list(self._service.deliveries)
        wanted = _("webhooks signed with the secret of their receiver") + self._whom()
        if not taken:
            raise CheckFailed(wanted, self._show())
        for delivery in taken:
            if problem := self._service.problem(delivery):
                raise CheckFailed(wanted, f"{show_delivery(delivery).strip()}\n{problem}")
        return taken


class RemoteRedis(Watched[RedisServer]):
    """Redis: `lab.redis`; its points of `hold()` are "command" and "answer"."""

    @property
    def client(self) -> Any:
        """A redis-py client that only reads, whatever the app meets; what it reads is text."""
        self._settle()
        return self._service.client

    def commands(self, *names: str) -> list[Command]:
        """The commands that arrived, oldest first; with `names` (in capitals), only these."""
        self._settle()
        return [each for each in self._service.commands if not names or each.name in names]

    def wipe(self) -> None:
        """Let Redis lose all its data, as after a restart without a file."""
        self._settle()
        self._service.wipe()
        self._note(_("{service} has lost all its data").format(service=self._name()))


def show(call: Call) -> str:
    """`call` in one line: when, what, and what was answered."""
    if call.status is not None:
        outcome = str(call.status)
    else:
        outcome = _("done, but not answered") if call.done else _("not answered")
    return _line(call.received_at, f"{call.method} {call.path} → {outcome}")


def show_delivery(delivery: Delivery) -> str:
    """`delivery` in one line: when, where to, its id, its body."""
    body = delivery.body.decode(errors="replace")
    return _line(delivery.received_at, f"{delivery.path} {delivery.message_id or '-'} {body}")


def listed(head: str, lines: Sequence[str]) -> str:
    """`head`, then what there is, shortened."""
    more = [_("  and {count} more").format(count=len(lines) - SHOWN)] if len(lines) > SHOWN else []
    return "\n".join([head, *lines[:SHOWN], *more])


def _line(at: datetime, text: str) -> str:
    line = " ".join(text.split())
    return f"  {at:%Y-%m-%d %H:%M:%S} {line if len(line) <= LONGEST else line[:LONGEST] + ' […]'}"


def _matches(call: Call, method: str | None, path: str | None, done: bool | None) -> bool:
    return (
        (method is None or call.method == method)
        and (path is None or fnmatchcase(call.path, path))
        and (done is None or call.done == done)
    )


def _exactly(count: int, done: bool | None) -> str:
    if done:
        return plural("exactly {count} successful call", "exactly {count} successful calls", count)
    return plural("exactly {count} call", "exactly {count} calls", count)


def _at_most(count: int, done: bool | None) -> str:
    if done:
        return plural("at most {count} successful call", "at most {count} successful calls", count)
    return plural("at most {count} call", "at most {count} calls", count)


def tell_fault(
    service: str,
    *,
    refuse: bool = False,
    drop: bool = False,
    lost_answer: bool = False,
    status: int | None = None,
    retry_after: int | None = None,
) -> str:
    """What the service called `service` does from now on."""
    if refuse:
        return _("{service} refuses connections").format(service=service)
    if drop:
        return _("{service} hangs up before it has done anything").format(service=service)
    if lost_answer:
        return _("{service} does the work and hangs up without an answer").format(service=service)
    answers = _("{service} answers {status}").format(service=service, status=status)
    return answers if retry_after is None else f"{answers}, Retry-After: {retry_after}"
