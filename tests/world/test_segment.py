"""Segment's HTTP API, with Segment's own client."""

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import requests
from segment.analytics.client import Client
from segment.analytics.request import APIError

from hooklab.services import Settings
from hooklab.services.segment import segment_client
from hooklab.world import World


@pytest.fixture
def analytics(world):
    return world.analytics


@pytest.fixture
def settings(analytics):
    return Settings(
        _env_file=None, segment_write_key=analytics.write_key, segment_api_url=analytics.url
    )


@pytest.fixture
def client(settings):
    return segment_client(settings)


@pytest.fixture
def post(call, analytics):
    """`post(path, body)` sends JSON or bytes with the write key; (status, answer)."""
    token = base64.b64encode(f"{analytics.write_key}:".encode()).decode()

    def send(path, body):
        raw = body if isinstance(body, bytes) else json.dumps(body)
        headers = {"authorization": f"Basic {token}"}
        status, _, answer = call(analytics, "POST", path, raw, headers)
        return status, json.loads(answer)

    return send


def test_a_track_is_kept_with_its_own_time_and_that_of_its_arrival(client, analytics, clock):
    happened = datetime(2026, 2, 28, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    client.track(
        user_id="user_1",
        event="signed_up",
        properties={"source": "google"},
        message_id="msg_1",
        timestamp=happened,
    )
    (event,) = analytics.events
    assert (event.type, event.event, event.user_id) == ("track", "signed_up", "user_1")
    assert (event.message_id, event.properties) == ("msg_1", {"source": "google"})
    assert (event.timestamp, event.received_at) == (happened, clock())
    assert event.message["context"]["library"]["name"] == "analytics-python"
    assert not analytics.dropped


def test_an_identify_has_traits(client, analytics):
    client.identify(user_id="user_1", traits={"plan": "pro"}, message_id="msg_1")
    (event,) = analytics.events
    assert (event.type, event.event, event.properties) == ("identify", "", {"plan": "pro"})


def test_what_the_client_has_compressed_is_read(analytics):
    client = Client(analytics.write_key, host=analytics.url, gzip=True, sync_mode=True)
    client.track(user_id="user_1", event="signed_up", message_id="msg_1")
    assert [event.message_id for event in analytics.events] == ["msg_1"]


def test_broken_and_endless_compression_is_refused(call, analytics):
    token = base64.b64encode(f"{analytics.write_key}:".encode()).decode()
    headers = {"authorization": f"Basic {token}", "content-encoding": "gzip"}
    for body in (b"no gzip", gzip.compress(b" " * (1 << 24))):
        assert call(analytics, "POST", "/v1/track", body, headers)[0] == 400


def test_a_message_id_is_kept_once(client, analytics, clock):
    for _ in range(2):
        client.track(user_id="user_1", event="signed_up", message_id="msg_1")
        clock.advance(days=2)
    client.track(user_id="user_1", event="signed_up", message_id="msg_2")
    assert [event.message_id for event in analytics.events] == ["msg_1", "msg_2"]
    assert len(analytics.calls) == 3
    (repeated,) = analytics.dropped
    assert (repeated.message_id, repeated.dropped) == ("msg_1", "duplicate")


def test_without_a_message_id_each_call_is_another_event(client, analytics, post):
    for _ in range(2):
        client.track(user_id="user_1", event="signed_up")
        post("/v1/track", {"userId": "user_1", "event": "signed_up"})
    assert len({event.message_id for event in analytics.events}) == 4


def test_an_event_that_was_there_before_is_a_duplicate_too(client, analytics):
    analytics.add_event("signed_up", "user_1", "msg_1", source="google")
    client.track(user_id="user_1", event="signed_up", message_id="msg_1")
    (event,) = analytics.events
    assert (event.event, event.properties) == ("signed_up", {"source": "google"})


def test_a_lost_answer_is_a_duplicate_the_next_time(client, analytics):
    analytics.fail(lost_answer=True, times=1)
    with pytest.raises(requests.ConnectionError):
        client.track(user_id="user_1", event="signed_up", message_id="msg_1")
    client.track(user_id="user_1", event="signed_up", message_id="msg_1")
    assert (len(analytics.events), len(analytics.dropped)) == (1, 1)


def test_single_messages_have_addresses_of_their_own(post, analytics, clock):
    assert post("/v1/track", {"userId": 7, "event": "signed_up"}) == (200, {"success": True})
    assert post("/v1/identify", {"anonymousId": "a", "traits": {"plan": "pro"}})[0] == 200
    track, identify = analytics.events
    assert (track.type, track.user_id, track.timestamp) == ("track", "7", clock())
    assert (identify.type, identify.anonymous_id) == ("identify", "a")


def test_a_batch_is_many_messages(post, analytics):
    batch = [{"type": "track", "userId": "user_1", "event": name} for name in ("a", "b")]
    assert post("/v1/batch", {"batch": batch})[0] == 200
    assert [event.event for event in analytics.events] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-02-28T23:30:00Z", datetime(2026, 2, 28, 23, 30, tzinfo=UTC)),
        ("2026-02-28T23:30:00", datetime(2026, 2, 28, 23, 30, tzinfo=UTC)),
        ("yesterday", None),
        (7, None),
    ],
)
def test_a_time_that_cannot_be_read_is_that_of_the_arrival(post, analytics, clock, text, time):
    post("/v1/track", {"userId": "user_1", "event": "a", "timestamp": text})
    assert analytics.events[0].timestamp == (time or clock())


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"event": "signed_up"}, "no user"),
        ({"userId": "", "event": "signed_up"}, "no user"),
        ({"userId": "user_1"}, "no name"),
        ({"userId": "user_1", "event": "", "properties": 7}, "no name"),
    ],
)
def test_what_lacks_something_is_dropped_in_silence(post, analytics, message, why):
    assert post("/v1/track", message) == (200, {"success": True})
    assert not analytics.events
    assert [event.dropped for event in analytics.dropped] == [why]


@pytest.mark.parametrize("key", ["wrong", ""])
def test_a_wrong_key_is_dropped_in_silence(settings, analytics, key):
    secret = type(settings.segment_write_key)(key)
    wrong = settings.model_copy(update={"segment_write_key": secret})
    segment_client(wrong).track(user_id="user_1", event="signed_up", message_id="msg_1")
    assert not analytics.events
    assert [event.dropped for event in analytics.dropped] == ["write key"]
    segment_client(settings).track(user_id="user_1", event="signed_up", message_id="msg_1")
    assert len(analytics.events) == 1


def test_the_key_may_be_in_the_body(call, analytics):
    body = {"userId": "user_1", "event": "signed_up", "writeKey": analytics.write_key}
    assert call(analytics, "POST", "/v1/track", json.dumps(body))[0] == 200
    assert len(analytics.events) == 1


LARGE = {"userId": "user_1", "event": "a", "properties": {"text": "x" * (32 << 10)}}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/track", b"event=signed_up"),
        ("/v1/track", []),
        ("/v1/track", LARGE),
        ("/v1/batch", {}),
        ("/v1/batch", {"batch": {}}),
        ("/v1/batch", {"batch": ["signed_up"]}),
        ("/v1/batch", {"batch": [LARGE]}),
        ("/v1/batch", {"batch": [{}] * 2501}),
        ("/v1/batch", {"batch": [], "context": "x" * (500 << 10)}),
    ],
)
def test_what_cannot_be_read_or_is_too_large_is_refused_whole(post, analytics, path, body):
    status, answer = post(path, body)
    assert (status, answer["success"]) == (400, False)
    assert not analytics.events
    assert not analytics.dropped


@pytest.mark.parametrize("path", ["/v1/purchase", "/v2/track", "/"])
def test_an_unknown_address_is_said_so(post, path):
    assert post(path, {"userId": "user_1", "event": "a"})[0] == 404


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failure_is_raised_and_not_tried_again(client, analytics, status):
    analytics.fail(status=status)
    with pytest.raises(APIError) as caught:
        client.track(user_id="user_1", event="signed_up", message_id="msg_1")
    assert caught.value.status == status
    assert len(analytics.calls) == 1
    assert not analytics.events


def test_the_queue_of_the_client_itself_is_understood_too(analytics):
    client = Client(analytics.write_key, host=analytics.url, upload_interval=0.01, max_retries=0)
    client.track(user_id="user_1", event="signed_up", message_id="msg_1")
    client.track(user_id="user_1", event="logged_in", message_id="msg_2")
    client.shutdown()
    assert [event.event for event in analytics.events] == ["signed_up", "logged_in"]


def test_the_key_comes_from_the_seed(analytics, clock):
    with World(clock, seed=7) as same, World(clock, seed=8) as other:
        assert same.analytics.write_key == analytics.write_key != other.analytics.write_key
