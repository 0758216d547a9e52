from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from hooklab.sender import SCHEDULE, TIMEOUT, Carrier, Response, delay_after, retry_delays

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

OK, ERROR, SILENCE = Response(200), Response(500), Response(problem="timeout")


def play(carrier, responses, message_id="msg_1"):
    """Deliver a message with one response after the other; return the times and the end."""
    message = carrier.accept(message_id, START)
    for response in responses:
        assert message.due_at is not None, f"no attempt left for {response}"
        message = carrier.record(message_id, response, message.due_at)
    return message


def test_the_schedule_is_the_documented_one():
    assert sum(SCHEDULE, timedelta()) == timedelta(hours=27, minutes=35, seconds=5)
    assert timedelta(seconds=15) == TIMEOUT


def test_delays_vary_by_a_fifth_at_most_and_by_the_seed():
    seeds = [retry_delays(seed) for seed in range(50)]
    for delays in seeds:
        assert all(0.8 * s <= d <= 1.2 * s for s, d in zip(SCHEDULE, delays, strict=True))
    assert retry_delays(1) == retry_delays(1) != retry_delays(2)


def test_a_success_ends_it():
    message = play(Carrier(1), [ERROR, ERROR, OK])
    assert (message.state, message.due_at, len(message.attempts)) == ("delivered", None, 3)


def test_eight_failures_use_the_attempts_up():
    message = play(Carrier(1), [ERROR] * 8)
    assert (message.state, message.due_at) == ("failed", None)
    lasted = message.attempts[-1].at - START
    assert 0.8 * sum(SCHEDULE, timedelta()) <= lasted <= 1.2 * sum(SCHEDULE, timedelta())


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (Response(200), True),
        (Response(299), True),
        (Response(199), False),
        (Response(301), False),
        (Response(307), False),
        (Response(400), False),
        (Response(410), False),
        (Response(), False),
        (Response(200, problem="timeout"), False),
    ],
    ids=str,
)
def test_only_2xx_in_time_is_a_success(response, expected):
    assert response.ok is expected


@pytest.mark.parametrize("response", [SILENCE, Response(429)], ids=["time-out", "429"])
def test_after_an_overload_the_wait_is_a_minute_at_least(response):
    assert delay_after(1, response, START) == timedelta(seconds=60)
    assert delay_after(2, response, START) == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("400", 400),
        ("10", 300),
        ("99999", 600),
        ("9" * 40, 300),
        (format_datetime(START + timedelta(seconds=500), usegmt=True), 500),
        ("Mon, 02 Mar 2026 10:08:20 -0000", 500),
        ("Mon, 02 Mar 2020 10:00:00 GMT", 300),
        ("soon", 300),
        ("", 300),
        ("-5", 300),
    ],
)
def test_retry_after_stretches_the_wait_to_twice_its_length_at_most(value, seconds):
    response = Response(503, {"Retry-After": value})
    assert delay_after(2, response, START) == timedelta(seconds=seconds)


def test_after_the_last_attempt_there_is_no_wait():
    assert delay_after(7, ERROR, START) == timedelta(hours=10)
    assert delay_after(8, ERROR, START) is None


def test_the_receiver_can_stop_one_message():
    carrier = Carrier(1)
    stopped = play(carrier, [Response(500, {"Webhook-Delivery": "abort-message"})])
    assert (stopped.state, stopped.due_at) == ("stopped", None)
    assert carrier.accept("msg_2", START).state == "pending"


def test_abort_means_nothing_after_a_success():
    assert (
        play(Carrier(1), [Response(200, {"webhook-delivery": "abort-message"})]).state
        == "delivered"
    )


def test_the_receiver_can_disable_the_endpoint():
    carrier = Carrier(1)
    carrier.accept("msg_waiting", START)
    assert play(carrier, [Response(500, {"webhook-delivery": "disable"})]).state == "stopped"
    assert carrier.disabled
    assert carrier.message("msg_waiting").state == "stopped"
    assert carrier.accept("msg_late", START).due_at is None
    carrier.enable()
    assert carrier.accept("msg_after", START).due_at == START


def test_five_days_of_nothing_but_failures_disable_the_endpoint():
    carrier = Carrier(1)
    for hours in (0, 13, 60, 132):
        fail(carrier, hours)
    assert not carrier.disabled  # the clock started at 13 h
    fail(carrier, 133)
    assert carrier.disabled


def test_one_success_forgives_the_endpoint():
    carrier = Carrier(1)
    for hours in (0, 13):
        fail(carrier, hours)
    play(carrier, [OK])
    for hours in (133, 134):
        fail(carrier, hours)
    assert not carrier.disabled


def fail(carrier, hours):
    carrier.accept(f"msg_at_{hours}", START)
    carrier.record(f"msg_at_{hours}", ERROR, START + timedelta(hours=hours))


def test_due_lists_what_is_overdue_first():
    carrier = Carrier(1)
    for number in range(3):
        carrier.accept(f"msg_{number}", START - timedelta(seconds=number))
    carrier.accept("msg_future", START + timedelta(seconds=1))
    assert [d.message_id for d in carrier.due(START)] == ["msg_2", "msg_1", "msg_0"]


def test_a_message_is_taken_once():
    carrier = Carrier(1)
    delivered = play(carrier, [OK])
    assert carrier.accept("msg_1", START) == delivered


def test_a_manual_resend_can_succeed_and_is_never_scheduled():
    carrier = Carrier(1)
    play(carrier, [ERROR] * 8)
    later = START + timedelta(days=20)
    assert carrier.record("msg_1", ERROR, later).due_at is None
    assert carrier.record("msg_1", OK, later).state == "delivered"


def test_messages_have_a_jitter_of_their_own():
    carrier = Carrier(1)
    dues = {play(carrier, [ERROR], f"msg_{n}").due_at for n in range(5)}
    assert len(dues) == 5
