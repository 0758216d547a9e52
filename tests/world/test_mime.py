"""Reading e-mails that anybody may have sent."""

import time
from email.message import EmailMessage

import pytest

from hooklab.world import mime


def test_both_texts_are_decoded():
    message = EmailMessage()
    message["Subject"] = "Bienvenue, Zoë ✓ " + "très " * 30 + "longue"
    message.set_content("Bonjour Zoë\nÀ bientôt\n", cte="quoted-printable")
    message.add_alternative("<p>Zoë</p>", subtype="html", cte="base64", charset="latin-1")
    message.add_attachment("not a text of the mail", filename="notes.txt")
    content = mime.read(message.as_bytes().replace(b"\n", b"\r\n"))
    assert mime.header(content.headers, "subject") == message["Subject"]
    assert (content.text, content.html) == ("Bonjour Zoë\nÀ bientôt\n", "<p>Zoë</p>\n")


def test_an_attachment_is_not_the_text():
    message = EmailMessage()
    message.set_content("<p>only HTML</p>", subtype="html")
    message.add_attachment("an attached text", filename="notes.txt")
    assert mime.read(message.as_bytes()).text == ""


def test_headers_keep_their_order_and_repeats():
    content = mime.read(b"X-One: 1\r\nX-Two: 2\r\nx-one: 3\r\n\r\n")
    assert content.headers == (("X-One", "1"), ("X-Two", "2"), ("x-one", "3"))
    assert mime.header(content.headers, "X-ONE") == "1"
    assert mime.header(content.headers, "Subject") == ""


def test_raw_utf8_in_a_header_is_read():
    content = mime.read("Subject: Zoë\r\n\r\n".encode())
    assert content.headers == (("Subject", "Zoë"),)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"just text", "just text"),
        (b"\r\njust text", "just text"),
        (b"Content-Type: text/plain; charset=nonsense\r\n\r\nZo\xc3\xab", "Zoë"),
        (b"Content-Type: text/plain; charset=hex\r\n\r\n7a", "7a"),
        (b"Content-Type: text/plain; charset=undefined\r\n\r\nhi", "hi"),
        (b'Content-Type: text/plain; charset="utf\x00-8"\r\n\r\nhi', "hi"),
        (b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff\xfe!", "\ufffd\ufffd!"),
        (b"Content-Transfer-Encoding: base64\r\n\r\n!!!", ""),
        (b"Content-Type: multipart/mixed\r\n\r\nno boundary", ""),
        (b"Content-Type: message/rfc822\r\n\r\n", ""),
        (b"Content-Type: text/plain; charset*=x'y'%ff%fe\r\n\r\nhi", "hi"),
    ],
)
def test_a_broken_message_gives_what_can_be_read(raw, text):
    assert mime.read(raw).text == text


@pytest.mark.parametrize("subject", ["=?nonsense?q?a?=", "=?utf-8?b?!?=", "=?utf-8?q?=ff?=", "=?="])
def test_a_broken_encoded_word_leaves_the_header_readable(subject):
    raw = f"Subject: {subject}\r\n\r\n".encode()
    assert isinstance(mime.header(mime.read(raw).headers, "subject"), str)


def test_a_thousand_nested_parts_are_given_as_text():
    part = b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n"
    raw = b"".join(part % (number, number) for number in range(2000))
    assert mime.read(raw).text == raw.decode()


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: text/plain; " + b"\r\n ".join([b"a*0*=x;" * 120] * 60) + b"\r\n\r\nx",
        b"To: " + b"\r\n ".join([b"(" * 900] * 60) + b"\r\n\r\nx",
        b"Content-Type: text/plain; charset=punycode\r\n\r\na-" + b"b9z" * 300_000,
    ],
    ids=["parameters", "comments", "punycode"],
)
def test_a_message_made_to_hurt_is_read_in_time(raw):
    started = time.process_time()
    mime.read(raw)
    assert time.process_time() - started < 1
