"""Sending e-mail over SMTP, with errors that say whether the message may be on its way."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from hooklab.services.settings import Settings


class MailNotSent(Exception):
    """The mail server has certainly not taken the message: trying again is safe."""


class MailOutcomeUnknown(Exception):
    """The connection broke after the text was handed over: the message may be on its way.

    SMTP has no way to ask. Trying again may send it a second time.
    """


class MailConnection:
    """An open conversation with the mail server, as `Mailer.connect()` gives it."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp

    def send(self, message: EmailMessage) -> None:
        """Hand `message` over.

        Raises:
            MailNotSent: the server refused it, or the connection broke before its text was sent.
            MailOutcomeUnknown: the connection broke, or time ran out, after its text was sent.
        """
        smtp = self._smtp
        try:
            data = _as_data(message)
            self._open_envelope(message)
            code, answer = smtp.docmd("DATA")
            if code != 354:
                raise MailNotSent(f"DATA was answered {code} {answer!r}")
        except MailNotSent:
            self._drop_envelope()
            raise
        except UnicodeError:
            self._drop_envelope()
            raise MailNotSent("an address has characters that SMTP cannot carry") from None
        except (OSError, smtplib.SMTPException) as error:
            raise MailNotSent(repr(error)) from error
        try:
            smtp.send(data)
            code, answer = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise MailOutcomeUnknown(repr(error)) from error
        if code != 250:
            raise MailNotSent(f"the message was answered {code} {answer!r}")

    def _drop_envelope(self) -> None:
        # The server still has it, and would refuse that of the next message.
        with suppress(OSError, smtplib.SMTPException):
            self._smtp.rset()

    def _open_envelope(self, message: EmailMessage) -> None:
        code, answer = self._smtp.mail(message["From"].addresses[0].addr_spec)
        if code != 250:
            raise MailNotSent(f"MAIL was answered {code} {answer!r}")
        for recipient in message["To"].addresses:
            code, answer = self._smtp.rcpt(recipient.addr_spec)
            if code not in (250, 251):
                # The answer quotes the address, which belongs in no log.
                raise MailNotSent(f"RCPT was answered {code}")


class Mailer:
    """The mail server of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @contextmanager
    def connect(self) -> Iterator[MailConnection]:
        """Open a conversation; the server has greeted when the block begins.

        Raises:
            MailNotSent: the server cannot be reached, or does not greet in time.
        """
        settings = self._settings
        try:
            smtp = smtplib.SMTP(
                settings.smtp_host, settings.smtp_port, timeout=settings.smtp_timeout_seconds
            )
            smtp.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            raise MailNotSent(repr(error)) from error
        try:
            yield MailConnection(smtp)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()


def _as_data(message: EmailMessage) -> bytes:
    """The text as SMTP wants it: CRLF, a dot before a leading dot, a lone dot at the end."""
    lines = message.as_bytes().splitlines()
    stuffed = [b"." + line if line.startswith(b".") else line for line in lines]
    return b"\r\n".join([*stuffed, b".", b""])
