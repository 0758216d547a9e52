import base64
from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest
from svix.webhooks import Webhook, WebhookVerificationError

from hooklab.sender import headers, new_secret, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("secret", "message_id", "seconds", "body", "signature"),
    [
        (
            SECRET,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            '{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            "whsec_plJ3nmyCDGBKInavdOK15jsl",
            "msg_loFOjxBNrRLzqYUf",
            1731705121,
            '{"event_type":"ping","data":{"success":true}}',
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
        ),
    ],
    ids=["svix", "standard-webhooks"],
)
def test_published_vectors_are_reproduced(secret, message_id, seconds, body, signature):
    at = datetime.fromtimestamp(seconds, UTC)
    assert sign(secret, message_id, at, body) == signature


def test_another_time_zone_is_the_same_instant():
    paris = NOW.astimezone(timezone(timedelta(hours=1)))
    assert sign(SECRET, "msg_1", paris, "{}") == sign(SECRET, "msg_1", NOW, "{}")


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        sign(SECRET, "msg_1", datetime(2026, 3, 2), "{}")


def test_svix_accepts_what_is_signed_here(clerk):
    event, secret, now = clerk.user_created(first_name="Zoé"), new_secret(Random(1)), _real_now()
    sent = headers(event, event.body, secret, now)
    assert sent["svix-id"] == event.message_id
    Webhook(secret).verify(event.body.encode(), sent)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(event.body.encode() + b" ", sent)


def test_during_a_rotation_each_secret_finds_its_signature():
    old, new, now = new_secret(Random(1)), new_secret(Random(2)), _real_now()
    sent = headers("msg_1", "{}", [new, old], now)
    assert len(sent["svix-signature"].split(" ")) == 2
    for secret in (old, new):
        Webhook(secret).verify(b"{}", sent)


def test_a_retry_has_the_same_id_and_another_signature():
    first = headers("msg_1", "{}", SECRET, NOW)
    retry = headers("msg_1", "{}", SECRET, NOW + timedelta(seconds=5))
    assert first["svix-id"] == retry["svix-id"]
    assert int(retry["svix-timestamp"]) - int(first["svix-timestamp"]) == 5
    assert first["svix-signature"] != retry["svix-signature"]


def test_the_request_looks_like_svixs():
    sent = headers("msg_1", "{}", SECRET, NOW)
    assert sent["content-type"] == "application/json"
    assert sent["user-agent"].startswith("Svix-Webhooks/")
    assert "sender-9YMgn" in sent["user-agent"]


def test_a_secret_is_24_bytes_in_base64_and_comes_from_the_seed():
    secret = new_secret(Random(1))
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 24
    assert secret == new_secret(Random(1)) != new_secret(Random(2))


def _real_now():
    # The library compares with the machine's clock, whatever the test's clock says.
    return datetime.now(UTC)
