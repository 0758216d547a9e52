"""The mail that arrived, and the mail server's faults."""

from collections.abc import Callable

from hooklab.grading.failure import CheckFailed
from hooklab.texts import _, plural
from hooklab.world import Mail, MailServer


class Inbox:
    """What the mail server has taken: `lab.inbox`.

    Args:
        server: the mail server of this check.
        settle: called before each look, so that the app has finished what it is doing.
    """

    def __init__(self, server: MailServer, settle: Callable[[], None]) -> None:
        self._server = server
        self._settle = settle
        self.fail = server.fail
        self.slow = server.slow
        self.hold = server.hold
        self.recover = server.recover

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

    def _wanted(self, count: int, to: str | None) -> str:
        if count == 0:
            return _("no e-mail") + _to(to)
        return plural("exactly {count} e-mail", "exactly {count} e-mails", count) + _to(to)

    def _show(self) -> str:
        mails = self._server.mails
        lines = [plural("{count} e-mail arrived", "{count} e-mails arrived", len(mails))]
        lines += [show(mail) for mail in mails[:6]]
        return "\n".join(lines)


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
