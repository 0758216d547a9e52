"""The mail server over real connections: records, faults, holds."""

import smtplib
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def mail(world):
    return world.mail


@pytest.fixture
def pool():
    with ThreadPoolExecutor() as pool:
        yield pool


@pytest.fixture
def client(mail):
    with smtplib.SMTP(mail.host, mail.port, timeout=5) as client:
        yield client


def test_a_mail_is_recorded_whole(mail, send, clock, seen):
    clock.advance(hours=2)
    send(mail, subject="Bienvenue, Zoë", text="Bonjour\n", html="<p>Bonjour</p>")
    (record,) = mail.mails
    assert (record.sender, record.to) == ("app@example.com", ("ada@example.com",))
    assert (record.subject, record.text, record.html) == (
        "Bienvenue, Zoë",
        "Bonjour\n",
        "<p>Bonjour</p>\n",
    )
    assert record.received_at == clock()
    assert record.accepted
    assert b"=?utf-8?q?Zo=C3=AB?=" in record.raw
    assert record.header("TO") == "ada@example.com"
    assert seen == [("mail", record)]


def test_the_envelope_counts_and_not_the_headers(mail, client):
    client.sendmail("bounce@example.com", ["a@example.com", "b@example.com"], b"To: c\r\n\r\nhi")
    (record,) = mail.mails
    assert (record.sender, record.to) == ("bounce@example.com", ("a@example.com", "b@example.com"))
    assert record.message_id == ""


def test_an_address_with_an_accent_is_taken(mail, send):
    send(mail, to=("zoë@example.com",))
    assert mail.mails[0].to == ("zoë@example.com",)


def test_several_mails_on_one_connection_are_kept_apart(mail, client):
    for number in range(3):
        client.sendmail("a@example.com", [f"{number}@example.com"], b"Subject: %d\r\n\r\n" % number)
    assert [record.subject for record in mail.mails] == ["0", "1", "2"]


def test_refuse_means_that_nothing_listens(mail, send):
    port = mail.port
    mail.fail(refuse=True)
    with pytest.raises(ConnectionRefusedError):
        send(mail)
    mail.recover()
    send(mail)
    assert mail.port == port


def test_refuse_breaks_a_connection_that_is_open(mail, client):
    mail.fail(refuse=True)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()


def test_421_is_answered_instead_of_the_greeting(mail, send):
    mail.fail(status=421, times=2)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPConnectError) as caught:
            send(mail)
        assert caught.value.smtp_code == 421
    send(mail)


@pytest.mark.parametrize("status", [450, 451, 452, 499, 550, 554])
def test_another_status_refuses_the_recipient(mail, send, status):
    mail.fail(status=status)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        send(mail)
    assert caught.value.recipients["ada@example.com"][0] == status
    assert not mail.mails


def test_a_status_counts_once_for_a_message_whatever_its_recipients(mail, send):
    mail.fail(status=451, times=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        send(mail, to=("a@example.com", "b@example.com"))
    assert len(caught.value.recipients) == 2
    send(mail, to=("a@example.com", "b@example.com"))
    assert len(mail.mails) == 1


def test_a_status_refuses_only_the_next_message_of_a_connection(mail, client):
    mail.fail(status=550, times=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail("a@example.com", ["b@example.com"], b"\r\nhi")
    client.sendmail("a@example.com", ["b@example.com"], b"\r\nhi")
    assert len(mail.mails) == 1


def test_a_lost_answer_is_a_mail_that_nobody_confirmed(mail, send, seen):
    mail.fail(lost_answer=True, times=1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(mail)
    (record,) = mail.mails
    assert not record.accepted
    assert seen == [("mail", record)]
    send(mail)
    assert [each.accepted for each in mail.mails] == [False, True]


def test_drop_breaks_the_connection_at_data(mail, client):
    mail.fail(drop=True, times=1)
    client.ehlo()
    client.mail("a@example.com")
    assert client.rcpt("b@example.com")[0] == 250
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.docmd("DATA")
    assert not mail.mails


def test_smtp_has_no_retry_after(mail):
    with pytest.raises(ValueError, match="HTTP status"):
        mail.fail(status=421, retry_after=30)


def test_a_slow_server_greets_late(mail, send, connect):
    mail.slow(60)
    client = connect(mail)
    client.settimeout(0.02)
    with pytest.raises(TimeoutError):
        client.recv(1)
    mail.slow(0.01)
    send(mail)


def test_a_held_connection_is_not_greeted(mail, connect):
    with mail.hold("connect") as hold:
        client = connect(mail)
        assert hold.wait() == 1
        client.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.recv(1)
        client.settimeout(5)
    assert client.recv(3) == b"220"


def test_a_held_message_is_not_asked_for_yet(mail, send, pool):
    with mail.hold("data") as hold:
        futures = [pool.submit(send, mail) for _ in range(2)]
        assert hold.wait(2) == 2
        assert not mail.mails
    assert [future.result() for future in futures] == [{}, {}]
    assert len(mail.mails) == 2


def test_a_held_answer_is_a_mail_that_is_not_confirmed_yet(mail, send, pool):
    with mail.hold("answer") as hold:
        future = pool.submit(send, mail)
        assert hold.wait() == 1
        assert [each.accepted for each in mail.mails] == [False]
    assert future.result() == {}
    assert [each.accepted for each in mail.mails] == [True]


@pytest.mark.parametrize("attempt", range(10))
@pytest.mark.parametrize("point", ["data", "answer"])
def test_a_client_gone_before_the_release_is_not_told(mail, connect, seen, point, attempt):
    hold = mail.hold(point)
    client = connect(mail)
    replies = client.makefile("rb")
    for line in (b"EHLO x", b"MAIL FROM:<a@example.com>", b"RCPT TO:<b@example.com>", b"DATA"):
        client.sendall(line + b"\r\n")
        while line != b"DATA" and replies.readline()[3:4] == b"-":
            pass
    if point == "answer":
        client.sendall(b"Subject: hi\r\n\r\nhello\r\n.\r\n")
    assert hold.wait() == 1
    replies.close()
    client.close()
    hold.release()
    mail.close()
    assert [record.accepted for record in mail.mails] == [False] * (point == "answer")
    assert seen == [("mail", record) for record in mail.mails]


def test_close_ends_held_conversations(mail, send, pool):
    hold = mail.hold("data")
    future = pool.submit(send, mail)
    hold.wait()
    mail.close()
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        future.result(timeout=5)
    assert not mail.mails
