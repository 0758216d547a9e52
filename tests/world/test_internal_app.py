"""The company's own applications, told by webhooks as Standard Webhooks' own library signs them."""

import json
from datetime import timedelta

import httpx
import pytest
from standardwebhooks import Webhook

from hooklab.world import World

EVENT = {"type": "user.updated", "user_id": "user_1", "version": 3}


def signed(app, clock, *, secret=None, message_id="msg_1", body=None, at=None):
    """The headers and the body of a delivery that `app` can trust, unless told otherwise."""
    text = json.dumps(EVENT) if body is None else body
    moment = at or clock()
    signature = Webhook(secret or app.secret).sign(message_id, moment, text)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": signature,
    }, text


@pytest.fixture
def post(world, clock):
    """`post(headers, body)` delivers to the mobile application; the delivery that arrived."""

    def deliver(headers, body):
        answer = httpx.post(f"{world.mobile.url}/webhooks/user-sync", content=body, headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
        return world.mobile.deliveries[-1]

    return deliver


def test_a_delivery_is_taken_and_answered_204(world, clock, post, seen):
    headers, body = signed(world.mobile, clock)
    delivery = post(headers, body)
    assert (delivery.path, delivery.json) == ("/webhooks/user-sync", EVENT)
    assert (delivery.message_id, delivery.received_at) == ("msg_1", clock())
    assert world.mobile.problem(delivery) == ""
    assert seen == [("mobile", delivery), ("mobile", world.mobile.calls[0])]


def test_a_repeat_is_taken_again(world, clock, post):
    for _attempt in range(2):
        post(*signed(world.mobile, clock))
    assert [each.message_id for each in world.mobile.deliveries] == ["msg_1", "msg_1"]


def test_one_good_signature_among_others_is_enough(world, clock, post):
    headers, body = signed(world.mobile, clock)
    headers["webhook-signature"] = "v1,AAAA v2,x " + headers["webhook-signature"]
    assert world.mobile.problem(post(headers, body)) == ""


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(world, clock, post, missing):
    headers, body = signed(world.mobile, clock)
    del headers[missing]
    assert missing in world.mobile.problem(post(headers, body))


def test_another_apps_secret_is_no_good_here(world, clock, post):
    headers, body = signed(world.mobile, clock, secret=world.admin.secret)
    assert "with this application's secret" in world.mobile.problem(post(headers, body))


@pytest.mark.parametrize("body", ['{"type": "user.deleted"}', b'{"type": "\xff"}', '{"a":  1}'])
def test_another_body_than_the_signed_one_is_found_out(world, clock, post, body):
    headers, _body = signed(world.mobile, clock)
    if isinstance(body, bytes):
        answer = httpx.post(world.mobile.url, content=body, headers=headers)
        assert answer.status_code == 400
        return
    assert "no signature" in world.mobile.problem(post(headers, body))


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_time_stamp_far_from_the_arrival_is_found_out(world, clock, post, minutes):
    at = clock() + timedelta(minutes=minutes)
    delivery = post(*signed(world.mobile, clock, at=at))
    assert f"{at:%H:%M:%S}" in world.mobile.problem(delivery)


@pytest.mark.parametrize("stamp", ["2026-03-01T09:00:00Z", "9" * 30, "1e9"])
def test_a_time_stamp_is_seconds(world, clock, post, stamp):
    headers, body = signed(world.mobile, clock)
    assert stamp in world.mobile.problem(post({**headers, "webhook-timestamp": stamp}, body))


def test_each_application_and_each_seed_has_a_secret_of_its_own(world, clock):
    with World(clock, seed=7) as same, World(clock, seed=8) as other:
        assert same.mobile.secret == world.mobile.secret
        secrets = {app.secret for app in (world.mobile, world.admin, world.billing, other.mobile)}
    assert len(secrets) == 4
    assert all(secret.startswith("whsec_") for secret in secrets)


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [("GET", None, 405), ("POST", b"", 400), ("POST", b"[1]", 400), ("POST", b"hello", 400)],
)
def test_what_is_no_delivery_is_refused(world, call, method, body, status):
    assert call(world.mobile, method, "/webhooks/user-sync", body)[0] == status
    assert not world.mobile.deliveries


def test_one_that_fails_leaves_the_others_alone(world, clock):
    world.admin.fail(status=500, times=1)
    world.billing.fail(status=429, retry_after=30)
    apps = (world.mobile, world.admin, world.billing)
    answers = [httpx.post(app.url, json=EVENT) for app in apps]
    assert [answer.status_code for answer in answers] == [204, 500, 429]
    assert answers[2].headers["retry-after"] == "30"
    assert [len(app.deliveries) for app in apps] == [1, 0, 0]
    assert httpx.post(world.admin.url, json=EVENT).status_code == 204


def test_who_follows_a_redirect_is_seen_elsewhere(world):
    world.mobile.fail(status=307, times=2)
    stayed = httpx.post(f"{world.mobile.url}/webhooks/user-sync", json=EVENT)
    assert (stayed.status_code, len(world.mobile.deliveries)) == (307, 0)
    httpx.post(f"{world.mobile.url}/webhooks/user-sync", json=EVENT, follow_redirects=True)
    assert [each.path for each in world.mobile.deliveries] == ["/moved"]
