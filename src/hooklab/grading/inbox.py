"""The mail that arrived, and the mail server's faults."""

from collections.abc import Callable
from typing import Any

from hooklab.grading.failure import CheckFailed
from hooklab.grading.journal import Journal
from hooklab.texts import _, plural
from hooklab.world import Hold, Mail, MailServer


class Inbox:
    """What the mail server has taken: `lab.inbox`.

    Args:
        server: the mail server of this check.
        settle: called before each look, so that the app has finished what it is doing.
        journal: where the server's faults are written down.
    """

    def __init__(self, server: MailServer, settle: Callable[[], None], journal: Journal) -> None:
        self._server = server
        self._settle = settle
        self._journal = journal
        journal.recording.introduce(server.name, _name)

    def fail(self, *, times: int | None = None, **fault: Any) -> None:
        """Let the mail server fail, see `world.faults.Faults.fail`."""
        self._server.fail(times=times, **fault)
        self._journal.did("fault", service=self._server.name, times=times, fault=fault)
        often = "" if times is None else " " + plural("(once)", "({count} times)", times)
        self._note(_fault(**fault) + often)

    def slow(self, seconds: float) -> None:
        """Let the mail server greet late, see `world.faults.Faults.slow`."""
        self._server.slow(seconds)
        self._journal.did("fault", service=self._server.name, slow=seconds)
        self._note(_("the mail server greets after {count} s").format(count=seconds))

    def hold(self, point: str) -> Hold:
        """Let the mail server stop at "connect", "data" or "answer", see `Faults.hold`."""
        held = self._server.hold(point)
        self._note(_held(point))
        self._journal.left_out(_held(point))
        return held

    def recover(self) -> None:
        """Let the mail server work normally again."""
        self._server.recover()
        self._journal.did("fault", service=self._server.name)
        self._note(_("the mail server works again"))

    def mails(self, to: str | None = None) -> list[Mail]:
        """The mails that arrived, oldest first; with `to`, those to this address."""
        self._settle()
        return [mail for mail in self._server.mails if to is None or _is_to(mail, to)]

    def expect(self, count: int, to: str | None = None) -> list[Mail]:
        """Fail the check unless exactly `count` mails arrived (to `to`); the mails."""
        mails = self.mails(to)
        if len(mails) != count:
            raise CheckFailed(self._wanted(count, to), self._show())
        return mails

    def expect_at_most(self, count: int, to: str | None = None) -> list[Mail]:
        """Fail the check when more than `count` mails arrived (to `to`); the mails."""
        mails = self.mails(to)
        if len(mails) > count:
            raise CheckFailed(
                plural("at most {count} e-mail", "at most {count} e-mails", count) + _to(to),
                self._show(),
            )
        return mails

    def _note(self, text: str) -> None:
        self._journal.note(text, _name())

    def _wanted(self, count: int, to: str | None) -> str:
        if count == 0:
            return _("no e-mail") + _to(to)
        return plural("exactly {count} e-mail", "exactly {count} e-mails", count) + _to(to)

    def _show(self) -> str:
        mails = self._server.mails
        lines = [plural("{count} e-mail arrived", "{count} e-mails arrived", len(mails))]
        lines += [show(mail) for mail in mails[:6]]
        return "\n".join(lines)


def _name() -> str:
    return _("the mail server")


def _fault(
    *,
    refuse: bool = False,
    drop: bool = False,
    lost_answer: bool = False,
    status: int | None = None,
) -> str:
    if refuse:
        return _("the mail server refuses connections")
    if drop:
        return _("the mail server hangs up before it has the text")
    if lost_answer:
        return _("the mail server takes the text and hangs up without an answer")
    return _("the mail server answers {status}").format(status=status)


def _held(point: str) -> str:
    match point:
        case "connect":
            return _("the mail server lets anyone who connects wait for its greeting")
        case "data":
            return _("the mail server lets anyone who announces a text wait")
    return _("the mail server has the text and lets its sender wait for the answer")


def show(mail: Mail) -> str:
    """`mail` in one line."""
    return _("  {time:%Y-%m-%d %H:%M:%S} to {to}: “{subject}”").format(
        time=mail.received_at, to=", ".join(mail.to), subject=mail.subject
    )


def content(mail: Mail) -> str:
    """Everything that a person reads in `mail`: subject, text, HTML."""
    return "\n".join(filter(None, [mail.subject, mail.text, mail.html]))


def _is_to(mail: Mail, address: str) -> bool:
    return any(each.lower() == address.lower() for each in mail.to)


def _to(to: str | None) -> str:
    return _(" to {address}").format(address=to) if to else ""
