"""Segment's HTTP API, which takes what happened and answers 200 to nearly everything."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from hooklab.world import credentials
from hooklab.world.calls import Call, Refused, Reply, reason
from hooklab.world.http_service import HttpService
from hooklab.world.records import Records
from hooklab.world.service import Setup

TYPES = ("track", "identify", "page", "screen", "group", "alias")
# Bytes (twilio.com/docs/segment, "HTTP API Source").
LARGEST_MESSAGE = 32 << 10
LARGEST_BATCH = 500 << 10
MOST_MESSAGES = 2500


@dataclass(frozen=True)
class SegmentMessage:
    """A message of the app.

    Args:
        type: "track", "identify" and so on.
        message_id: as sent; one of Segment's own when none was sent.
        user_id: as sent; empty when absent, as are `anonymous_id` and the name `event`.
        properties: of an event; for "identify" and "group" the traits.
        timestamp: when it happened, as sent; the time of receipt when absent or unreadable.
        received_at: by the virtual clock.
        message: everything that was sent.
        dropped: why it was not kept: "write key", "no user", "no name" or "duplicate".
    """

    type: str
    message_id: str
    user_id: str
    anonymous_id: str
    event: str
    properties: Mapping[str, Any]
    timestamp: datetime
    received_at: datetime
    message: Mapping[str, Any] = field(repr=False)
    dropped: str = ""


class Segment(HttpService):
    """Segment's `POST /v1/batch`, and `/v1/track` and so on for one message.

    Every readable request is answered 200, also with a wrong write key (analytics-go#165), without
    `userId` and `anonymousId`, or a track without a name: these messages are dropped in silence.
    Not JSON or too large is 400 (twilio.com/docs/segment, "HTTP API Source").

    A message id is kept once, for as long as this world lives; the real service promises that for
    about a day, and for 99 % (segment-docs: guides/duplicate-data).

    Attributes:
        events: what was kept.
        dropped: what was answered 200 and not kept, with the reason.
    """

    def __init__(self, setup: Setup, seed: int) -> None:
        super().__init__(setup)
        self.events: Records[SegmentMessage] = Records(setup.deadline)
        self.dropped: Records[SegmentMessage] = Records(setup.deadline)
        self._chance = credentials.chance(setup.name, seed)
        self.write_key = credentials.word(self._chance, 32)
        self._seen: set[str] = set()

    def add_event(
        self, event: str, user_id: str, message_id: str | None = None, **properties: Any
    ) -> SegmentMessage:
        """A track that was there before the app."""
        message = {"type": "track", "event": event, "userId": user_id, "messageId": message_id}
        return self._take({**message, "properties": properties}, self.now(), authorised=True)

    def answer(self, call: Call) -> Reply:
        """Take the messages of `call`."""
        match [call.method, *call.path.removeprefix("/").split("/")]:
            case ["POST", "v1", "batch"]:
                sent = _sent(call, LARGEST_BATCH)
                messages = _batch(sent.get("batch"))
            case ["POST", "v1", kind] if kind in TYPES:
                sent = _sent(call, LARGEST_MESSAGE)
                messages = [{**sent, "type": kind}]
            case _:
                raise Refused(self.refusal(404))
        key = credentials.basic(call)[0] or sent.get("writeKey")
        for message in messages:
            self._take(message, call.received_at, authorised=key == self.write_key)
        return Reply.json({"success": True})

    def refusal(self, status: int) -> Reply:
        """A message of failure."""
        return _error(status, reason(status))

    def _take(self, message: dict[str, Any], now: datetime, *, authorised: bool) -> SegmentMessage:
        message_id = message.get("messageId") or "api-" + credentials.word(self._chance, 32)
        event = SegmentMessage(
            type=_text(message.get("type")),
            message_id=_text(message_id),
            user_id=_text(message.get("userId")),
            anonymous_id=_text(message.get("anonymousId")),
            event=_text(message.get("event")),
            properties=_object(message.get("properties") or message.get("traits")),
            timestamp=_time(message.get("timestamp")) or now,
            received_at=now,
            message=message,
        )
        why = self._refusal_of(event) if authorised else "write key"
        if why:
            event = replace(event, dropped=why)
            self.dropped.add(event)
        else:
            self._seen.add(event.message_id)
            self.events.add(event)
        return event

    def _refusal_of(self, event: SegmentMessage) -> str:
        if not event.user_id and not event.anonymous_id:
            return "no user"
        if event.type == "track" and not event.event:
            return "no name"
        return "duplicate" if event.message_id in self._seen else ""


def _sent(call: Call, limit: int) -> dict[str, Any]:
    body = _unpacked(call, limit)
    if len(body) > limit:
        raise Refused(_error(400, "Exceeds the maximum message size"))
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise Refused(_error(400, "Malformed JSON"))
    return sent


def _unpacked(call: Call, limit: int) -> bytes:
    """The body, compressed or not, as Segment's own client sends it when told so.

    A little may become very much: no more than a byte over `limit` is unpacked. What is broken is
    empty.
    """
    if call.headers.get("content-encoding", "").lower() != "gzip":
        return call.body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(call.body, limit + 1)
    except zlib.error:
        return b""


def _batch(messages: Any) -> list[dict[str, Any]]:
    if not isinstance(messages, list) or len(messages) > MOST_MESSAGES:
        raise Refused(_error(400, "Invalid batch"))
    for message in messages:
        if not isinstance(message, dict) or _size(message) > LARGEST_MESSAGE:
            raise Refused(_error(400, "Invalid message in batch"))
    return messages


def _size(message: dict[str, Any]) -> int:
    return len(json.dumps(message, ensure_ascii=False).encode(errors="replace"))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _time(value: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _error(status: int, message: str) -> Reply:
    return Reply.json({"success": False, "message": message}, status)
