"""Clients that send anything, or stop half-way: the world answers or hangs up, and closes."""

import smtplib
import socket
import time

import pytest

HTTP = {
    "nothing": b"",
    "half a request line": b"POST /serv",
    "half a head": b"POST / HTTP/1.1\r\nHost: x\r\n",
    "no body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n",
    "half a body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf",
    "half a chunk": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf",
}
SMTP = {
    "nothing": b"",
    "half a command": b"EH",
    "half a message": b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\nSubject: half",
    "an endless line": b"EHLO " + b"x" * 100_000,
    "an endless message line": b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n"
    + b"x" * 100_000,
}


def close_in_time(world):
    started = time.perf_counter()
    world.close()
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("sent", HTTP.values(), ids=HTTP.keys())
def test_close_does_not_wait_for_half_a_request(world, connect, sent):
    client = connect(world.slack)
    client.sendall(sent)
    close_in_time(world)
    assert_hung_up(client)
    assert not world.slack.calls


@pytest.mark.parametrize("sent", SMTP.values(), ids=SMTP.keys())
def test_close_does_not_wait_for_half_a_mail(world, connect, sent):
    client = connect(world.mail)
    client.sendall(sent)
    close_in_time(world)
    assert_hung_up(client)
    assert not world.mail.mails


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x00\x01\x02\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: \xff\x00\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", b"501"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000, b"431"),
        (b"GET /" + b"x" * 100_000, b"431"),
    ],
)
def test_what_is_not_http_is_refused_and_hung_up(world, connect, sent, status):
    client = connect(world.slack)
    client.sendall(sent)
    answer = read_all(client)
    assert answer.startswith(b"HTTP/1.1 " + status), answer
    assert not world.slack.calls


@pytest.mark.parametrize(
    "target", [b"//[", b"*", b"http://[::1", b"/%ff%00?%ff=%zz&&;", b"/?" + b"a&" * 5000]
)
def test_any_target_gets_an_answer(world, connect, target):
    client = connect(world.slack)
    client.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert read_all(client).startswith(b"HTTP/1.1 404")


def test_a_body_without_end_is_hung_up(world, connect):
    client = connect(world.slack)
    client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
    with pytest.raises(ConnectionError):
        client.sendall(b"x" * (64 << 20))


def test_requests_piled_up_behind_a_held_one_are_hung_up(world, connect):
    world.slack.hold("request")
    client = connect(world.slack)
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    with pytest.raises(ConnectionError):
        client.sendall(b"x" * (64 << 20))


def test_smtp_nonsense_is_answered_and_hung_up(world, connect):
    client = connect(world.mail)
    client.sendall(b"\xff\xfe\r\n" + b"BOGUS\r\n" * 5)
    assert b"502 5.5.1 Too many unrecognized commands" in read_all(client)


def test_a_mail_over_the_limit_is_refused(world, send):
    with pytest.raises(smtplib.SMTPSenderRefused) as caught:
        send(world.mail, text="x" * 70 + "\n" + ("y" * 70 + "\n") * 20_000)
    assert caught.value.smtp_code == 552


def test_a_mail_that_hides_its_size_is_refused_too(world, connect):
    client = connect(world.mail)
    client.sendall(b"HELO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n")
    client.sendall((b"x" * 998 + b"\r\n") * 1100 + b".\r\nQUIT\r\n")
    assert b"552 Error: Too much mail data" in read_all(client)
    assert not world.mail.mails


def test_a_mail_made_to_hurt_holds_up_neither_others_nor_close(world, connect, send):
    client = connect(world.mail)
    parts = b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(200)
    )
    client.sendall(b"HELO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n")
    client.sendall(parts + b"x\r\n" * 20_000 + b".\r\n")
    send(world.mail)
    close_in_time(world)


def test_the_next_client_is_served_as_ever(world, connect, call):
    hostile = [connect(world.slack) for _ in range(50)]
    for client in hostile:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
    assert call(world.slack)[0] == 404


def read_all(client: socket.socket) -> bytes:
    received = b""
    try:
        while data := client.recv(1 << 16):
            received += data
    except ConnectionResetError:
        pass
    return received


def assert_hung_up(client):
    read_all(client)  # a time-out here would mean that it is still open
