"""Slack's incoming webhook, with Slack's own client."""

import pytest
from slack_sdk.webhook import WebhookClient

from hooklab.world import World


@pytest.fixture
def client(world):
    return WebhookClient(world.slack.webhook_url, timeout=5)


def test_a_message_is_posted(world, client, clock):
    response = client.send(text="Zoë signed up &amp; paid")
    assert (response.status_code, response.body) == (200, "ok")
    (message,) = world.slack.messages
    assert (message.text, message.blocks) == ("Zoë signed up &amp; paid", ())
    assert message.received_at == clock()


def test_blocks_alone_are_a_message(world, client):
    block = {"type": "section", "text": {"type": "plain_text", "text": "hello"}}
    assert client.send(blocks=[block]).body == "ok"
    assert world.slack.messages[0].blocks == (block,)
    assert world.slack.messages[0].text == ""


def test_everything_that_a_message_says_can_be_read(world, client):
    link = {"type": "link", "url": "https://example.com/it's", "text": "Zoë"}
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*one*\ntwo"}},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]},
    ]
    client.send(text="zero", blocks=blocks)
    (message,) = world.slack.messages
    assert message.parts == [("mrkdwn", "zero"), ("mrkdwn", "*one*\ntwo"), ("link", "Zoë")]
    assert {"zero", "https://example.com/it's", "Zoë"} <= set(message.said.splitlines())


def test_a_repeat_is_posted_again(world, client):
    client.send(text="hello")
    client.send(text="hello")
    assert len(world.slack.messages) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_payload"),
        (b"text=hello", "invalid_payload"),
        (b'"hello"', "invalid_payload"),
        (b'{"text": 7}', "invalid_payload"),
        (b'{"blocks": "hello"}', "invalid_payload"),
        (b"{}", "no_text"),
        (b'{"text": "", "blocks": []}', "no_text"),
    ],
)
def test_what_is_no_message_is_refused(world, call, body, code):
    status, _, answer = call(world.slack, path=path(world), body=body)
    assert (status, answer.decode()) == (400, code)
    assert not world.slack.messages


def test_another_address_is_unknown(world, call):
    status, _, answer = call(world.slack, path=path(world)[:-1], body=b'{"text": "hello"}')
    assert (status, answer) == (404, b"no_service")


def test_a_get_posts_nothing(world, call):
    assert call(world.slack, "GET", path(world))[0] == 400


def test_a_rate_limit_says_when_to_come_back(world, client):
    world.slack.fail(status=429, retry_after=30, times=1)
    response = client.send(text="hello")
    assert (response.status_code, response.headers["retry-after"]) == (429, "30")
    assert not world.slack.messages
    assert client.send(text="hello").status_code == 200


@pytest.mark.parametrize(("status", "code"), [(410, "channel_is_archived"), (503, None)])
def test_a_failure_speaks_slacks_language(world, client, status, code):
    world.slack.fail(status=status)
    assert client.send(text="hello").body == (code or "Service Unavailable")


def test_a_lost_answer_is_a_posted_message(world, call):
    world.slack.fail(lost_answer=True)
    with pytest.raises(ConnectionError):
        call(world.slack, path=path(world), body=b'{"text": "hello"}')
    assert len(world.slack.messages) == 1


def test_the_observer_sees_the_message_and_then_its_call(world, client, seen):
    client.send(text="hello")
    assert seen == [("slack", world.slack.messages[0]), ("slack", world.slack.calls[0])]


def test_the_address_comes_from_the_seed(world, clock):
    with World(clock, seed=7) as same, World(clock, seed=8) as other:
        assert path(same) == path(world) != path(other)


def path(world):
    return world.slack.webhook_url.removeprefix(world.slack.url)
