"""The given way to read a delivery: what it hands on, and what it refuses."""

import asyncio
import json
from datetime import UTC, datetime
from random import Random

import pytest
from fastapi import HTTPException
from pydantic import SecretStr
from starlette.requests import Request

from hooklab.sender import headers, new_secret
from hooklab.webhooks import read_event

SECRET = new_secret(Random(1))


def read(body: str):
    """The event that a genuine delivery of `body` brings."""
    signed = headers("msg_1", body, [SECRET], datetime.now(UTC))
    fields = [(name.lower().encode(), value.encode()) for name, value in signed.items()]

    async def receive():
        return {"type": "http.request", "body": body.encode(), "more_body": False}

    return asyncio.run(
        read_event(Request({"type": "http", "headers": fields}, receive), SecretStr(SECRET))
    )


def envelope(**data):
    return json.dumps({"type": "user.created", "data": {"id": "user_1", **data}})


def test_what_no_column_can_hold_is_replaced_wherever_it_stands():
    event = read(envelope(first_name="a\0b", tags=["\ud83d", {"\udc00": "\0\0"}]))
    assert event.data["first_name"] == "a\ufffdb"
    assert event.data["tags"] == ["\ufffd", {"\ufffd": "\ufffd\ufffd"}]
    assert event.payload["data"] == event.data


@pytest.mark.parametrize("text", ["\U0001f600", "\\u0000", "\u2028\r\n\t", "N\u2019Diaye"])
def test_every_other_text_stays_as_it_is(text):
    # As JSON of ASCII alone, so that whatever is not ASCII is escaped.
    assert read(envelope(first_name=text)).data["first_name"] == text


@pytest.mark.parametrize("name", ["id", "user_id"])
def test_an_id_that_no_index_takes_is_no_event(name):
    assert read(envelope(**{name: "u" * 255})).data[name] == "u" * 255
    with pytest.raises(HTTPException) as refused:
        read(envelope(**{name: "u" * 256}))
    assert refused.value.status_code == 400
