"""The mail server: accepts everything over real SMTP, records it, and fails when told to."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, NoReturn, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from hooklab.world import mime
from hooklab.world.faults import Fault
from hooklab.world.records import Records
from hooklab.world.service import HOST, Service, Setup

SIZE_LIMIT = 1 << 20

# Texts with the enhanced codes of RFC 3463, as real servers word them.
REFUSALS = {
    421: "4.3.2 Service not available, try again later",
    450: "4.2.1 Mailbox temporarily unavailable",
    451: "4.3.0 Local error in processing, try again later",
    452: "4.3.1 Insufficient system storage, try again later",
    550: "5.1.1 No such mailbox",
    552: "5.2.2 Mailbox full",
}


@dataclass(frozen=True)
class Mail:
    """An e-mail that the server stored.

    Args:
        sender, to: the addresses of the envelope, which need not be those of the headers.
        subject, message_id: of the headers, decoded; empty when absent.
        text, html: the first part of each kind, decoded; empty when absent.
        headers: (name, decoded value) pairs in their order.
        received_at: by the virtual clock.
        raw: the message as it came.
        accepted: whether the client was told so; False while it waits and for ever if it was not.
    """

    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: mime.Headers = field(repr=False)
    message_id: str
    received_at: datetime
    raw: bytes = field(repr=False)
    accepted: bool = False

    def header(self, name: str) -> str:
        """The first header called `name`, whatever its capitals; empty when absent."""
        return mime.header(self.headers, name)


class MailServer(Service):
    """SMTP on loopback.

    Points of `hold()`: "connect" (connected, not greeted yet), "data" (recipients accepted, DATA
    asked for and not answered yet) and "answer" (message stored, 250 not sent yet). Where faults
    show: `status=421` instead of the greeting, any other status at every RCPT of one message,
    `drop` at DATA, `lost_answer` once the message is stored. `slow()` delays the greeting.
    """

    points: ClassVar[tuple[str, ...]] = ("connect", "data", "answer")
    statuses: ClassVar[range] = range(400, 600)

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.mails: Records[Mail] = Records(setup.deadline)

    @property
    def host(self) -> str:
        """The address to connect to, with `port`."""
        return HOST

    def protocol(self) -> asyncio.Protocol:
        """A new protocol object for a connection."""
        return _Conversation(self)

    async def store(self, envelope: Envelope) -> bool:
        """Record the message of `envelope`; whether the client is to be told."""
        raw, received_at = envelope.original_content or b"", self.now()
        # In another thread: a message made to hurt takes seconds, and the others must not wait.
        with self.working():
            content = await asyncio.to_thread(mime.read, raw)
        mail = Mail(
            sender=envelope.mail_from or "",
            to=tuple(envelope.rcpt_tos),
            subject=mime.header(content.headers, "subject"),
            text=content.text,
            html=content.html,
            headers=content.headers,
            message_id=mime.header(content.headers, "message-id"),
            received_at=received_at,
            raw=raw,
        )
        fault = self.take(lambda fault: fault.lost_answer)
        place = self.mails.add(mail)
        try:
            await self.reach("answer")
            if not fault.lost_answer:
                self.mails.change(place, accepted=True)
        finally:
            self.tell(self.mails[place])
        return not fault.lost_answer


class _Transaction(Envelope):
    """One message under way; a status fault counts once for it, whatever its recipients."""

    fault: Fault | None = None


class _Conversation(SMTP):
    """aiosmtpd's SMTP, stopped at the points and by the faults of the server."""

    def __init__(self, mail: MailServer) -> None:
        self._mail = mail
        # The name is given because looking it up asks the machine's resolver.
        super().__init__(
            _Handler(mail),
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            hostname="mail.example.com",
            ident="ESMTP",
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._door = cast("asyncio.Transport", transport)
        self._mail.connected(self._door)
        if self._handler_coroutine is not None:
            self._mail.follow(self._handler_coroutine)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._mail.disconnected(self._door)

    def hang_up(self) -> NoReturn:
        """Break the connection and leave the conversation."""
        self._door.abort()
        raise asyncio.CancelledError

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        if self.envelope and self.envelope.rcpt_tos:
            await self._mail.reach("data")
            if self._mail.take(lambda fault: fault.drop).drop:
                self.hang_up()
        await super().smtp_DATA(arg)

    async def _handle_client(self) -> None:
        try:
            with suppress(ConnectionError):
                await self._greet()
        finally:
            self._door.close()

    async def _greet(self) -> None:
        await self._mail.reach("connect")
        await self._mail.linger()
        if self._mail.take(lambda fault: fault.status == 421).status:
            await self.push(_refusal(421))
        else:
            await super()._handle_client()

    def _create_envelope(self) -> Envelope:
        return _Transaction()


class _Handler:
    """What aiosmtpd calls back; the names and arguments are its own."""

    def __init__(self, mail: MailServer) -> None:
        self._mail = mail

    async def handle_RCPT(  # noqa: N802
        self,
        server: _Conversation,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: _Transaction,
        address: str,
        options: list[str],
    ) -> str:
        if envelope.fault is None:
            envelope.fault = self._mail.take(lambda fault: fault.status not in {None, 421})
        if envelope.fault.status is not None:
            return _refusal(envelope.fault.status)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self,
        server: _Conversation,
        session: Session,  # noqa: ARG002
        envelope: _Transaction,
    ) -> str:
        if not await self._mail.store(envelope):
            server.hang_up()
        return "250 2.0.0 OK"


def _refusal(status: int) -> str:
    general = "4.0.0 Temporary failure" if status < 500 else "5.0.0 Permanent failure"
    return f"{status} {REFUSALS.get(status, general)}"
