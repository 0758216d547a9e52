"""Reading an e-mail that anybody may have sent: every text it holds, and never an exception.

The email package's modern policy (`policy.default`) is not used: its header parser is recursive
and quadratic, and took 3.4 s for a 50 kB Content-Type made to hurt. The older one takes 0.02 s.
"""

import codecs
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message

# Decoding a megabyte of these takes 20 s; no e-mail uses them for a text.
FORBIDDEN_CODECS = {"punycode", "idna"}

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Content:
    """The texts of an e-mail; an absent one is empty. Line ends are "\\n"."""

    headers: Headers = ()
    text: str = ""
    html: str = ""


def read(raw: bytes) -> Content:
    """The headers (decoded, in order), the plain text and the HTML of the message `raw`.

    Of several parts of one kind the first counts; attachments do not. What cannot be read as
    MIME, such as a thousand nested parts, is given whole as text.
    """
    try:
        message = message_from_bytes(raw)
        return Content(
            headers=tuple((name, _decoded(str(value))) for name, value in message.raw_items()),
            text=_part(message, "text/plain"),
            html=_part(message, "text/html"),
        )
    except Exception:  # the package raises a dozen kinds, RecursionError among them
        return Content(text=raw.decode("utf-8", "replace"))


def header(headers: Headers, name: str) -> str:
    """The first of `headers` called `name`, whatever its capitals; empty when absent."""
    return next((value for key, value in headers if key.lower() == name.lower()), "")


def _decoded(value: str) -> str:
    """`value` on one line, with raw UTF-8 (SMTPUTF8) and encoded words (RFC 2047) decoded."""
    line = "".join(value.splitlines()).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        return str(make_header(decode_header(line)))
    except (LookupError, ValueError):  # an unknown charset, or bytes that are not in it
        return line


def _part(message: Message, content_type: str) -> str:
    for part in message.walk():
        if part.get_content_type() == content_type and not part.get_filename():
            return _text(part)
    return ""


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    charset = part.get_content_charset("utf-8")
    try:
        known = codecs.lookup(charset).name not in FORBIDDEN_CODECS
        text = content.decode(charset if known else "utf-8", "replace")
    except (LookupError, ValueError):
        text = content.decode("utf-8", "replace")
    return "\n".join(text.split("\r\n"))
