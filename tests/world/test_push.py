"""Expo's push service, over the client that exercises are given."""

import httpx
import pytest

from hooklab.services import Settings
from hooklab.services.push import push_client, send_push


@pytest.fixture
def client(world):
    settings = Settings(expo_access_token=world.push.access_token, expo_push_url=world.push.url)
    with push_client(settings) as client:
        yield client


def post(client, json, path="send"):
    return client.post(f"/--/api/v2/push/{path}", json=json)


def test_a_notification_gets_a_ticket(world, client, clock, seen):
    token = world.push.new_token()
    [ticket] = send_push(client, [{"to": token, "title": "Hi", "body": "Ada", "data": {"n": 1}}])
    [notification] = world.push.notifications
    assert ticket == {"status": "ok", "id": notification.id}
    assert (notification.to, notification.title, notification.body) == (token, "Hi", "Ada")
    assert (notification.data, notification.received_at) == ({"n": 1}, clock())
    assert seen == [("push", notification), ("push", world.push.calls[0])]


def test_tickets_come_in_the_order_of_the_messages(world, client):
    one, gone, other = (world.push.new_token() for _device in range(3))
    world.push.unregister(gone)
    tickets = send_push(client, [{"to": one}, {"to": [gone, other]}])
    assert [ticket["status"] for ticket in tickets] == ["ok", "error", "ok"]
    assert tickets[1]["details"] == {"error": "DeviceNotRegistered", "expoPushToken": gone}
    assert [each.to for each in world.push.notifications] == [one, other]


def test_one_message_for_one_device_has_one_ticket_and_no_list(world, client):
    token = world.push.new_token()
    assert post(client, {"to": token}).json()["data"]["status"] == "ok"
    assert len(post(client, {"to": [token]}).json()["data"]) == 1


def test_a_repeat_is_notified_again(world, client):
    token = world.push.new_token()
    for _time in range(2):
        send_push(client, [{"to": token}])
    assert len({each.id for each in world.push.notifications}) == 2


def test_a_receipt_tells_what_became_of_it(world, client):
    stays, leaves = world.push.new_token(), world.push.new_token()
    ids = [ticket["id"] for ticket in send_push(client, [{"to": stays}, {"to": leaves}])]
    world.push.unregister(leaves)
    receipts = post(client, {"ids": [*ids, "unknown"]}, "getReceipts").json()["data"]
    assert receipts[ids[0]] == {"status": "ok"}
    assert receipts[ids[1]]["details"]["error"] == "DeviceNotRegistered"
    assert len(receipts) == 2


GOOD = "ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("send", [{"to": GOOD}] * 101, "PUSH_TOO_MANY_NOTIFICATIONS"),
        ("send", [{"to": [GOOD] * 101}], "PUSH_TOO_MANY_NOTIFICATIONS"),
        ("send", [{"to": "abc"}], "VALIDATION_ERROR"),
        ("send", [{"to": GOOD}, {}], "VALIDATION_ERROR"),
        ("send", [{"to": GOOD, "title": 7}], "VALIDATION_ERROR"),
        ("send", "hello", "VALIDATION_ERROR"),
        ("getReceipts", ["a"], "VALIDATION_ERROR"),
        ("getReceipts", {"ids": ["a"] * 1001}, "PUSH_TOO_MANY_RECEIPTS"),
    ],
)
def test_a_request_that_is_wrong_sends_nothing(world, client, path, body, code):
    answer = post(client, body, path)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    assert not world.push.notifications


def test_without_the_access_token_nothing_is_sent(world):
    with httpx.Client(base_url=world.push.url) as stranger:
        answer = post(stranger, {"to": GOOD})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "UNAUTHORIZED")


def test_what_is_not_there_is_not_found(world, client):
    assert client.post("/push").status_code == 404
    assert client.get("/--/api/v2/push/send").status_code == 405


def test_a_failure_speaks_expos_language(world, client):
    world.push.fail(status=429, retry_after=5, times=1)
    with pytest.raises(httpx.HTTPStatusError) as caught:
        send_push(client, [{"to": GOOD}])
    assert caught.value.response.json()["errors"][0]["code"] == "TOO_MANY_REQUESTS"
    world.push.fail(lost_answer=True, times=1)
    with pytest.raises(httpx.TransportError):
        send_push(client, [{"to": GOOD}])
    assert len(world.push.notifications) == 1
