"""A Slack workspace with one incoming webhook."""

import random
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hooklab.world.calls import Call, Reply
from hooklab.world.http_service import HttpService
from hooklab.world.records import Records
from hooklab.world.service import Setup

# Plain-text codes, as Slack answers them (its changelog of 2016-05-17 gives 400, 403, 404, 410
# and 500). Unsure: the words of a 429, whose status and Retry-After are documented.
REFUSALS = {
    400: "invalid_payload",
    403: "action_prohibited",
    404: "channel_not_found",
    410: "channel_is_archived",
    429: "rate_limited",
    500: "rollup_error",
}


@dataclass(frozen=True)
class SlackMessage:
    """A message that the channel shows.

    Args:
        text: as sent, with Slack's own escapes; empty when only blocks were sent.
        blocks: as sent.
        received_at: by the virtual clock.
    """

    text: str
    blocks: tuple[dict[str, Any], ...]
    received_at: datetime

    @property
    def said(self) -> str:
        """The text and every text in the blocks, links among them, one below the other."""
        return "\n".join(
            [self.text, *(each for each in _all(self.blocks) if isinstance(each, str))]
        )

    @property
    def parts(self) -> list[tuple[Any, str]]:
        """The text and those of the blocks, each with its kind: "mrkdwn", "plain_text", others."""
        texts = [each for each in _all(self.blocks) if isinstance(each, dict)]
        found = [(each.get("type"), each.get("text")) for each in texts]
        return [
            ("mrkdwn", self.text),
            *((kind, text) for kind, text in found if isinstance(text, str)),
        ]


class Slack(HttpService):
    """Slack's incoming webhooks: `POST` JSON to `webhook_url`, get 200 and the text `ok`.

    A repeated message is posted again, as Slack has no idempotency key. Not JSON is answered 400
    `invalid_payload`. Unsure, because no primary source was found for the exact status: 404
    `no_service` for an unknown address, and 400 `no_text` for neither text nor blocks.
    """

    def __init__(self, setup: Setup, seed: int) -> None:
        super().__init__(setup)
        self.messages: Records[SlackMessage] = Records(setup.deadline)
        self._path = _webhook_path(seed)

    @property
    def webhook_url(self) -> str:
        """The whole address, which is the secret."""
        return self.url + self._path

    def answer(self, call: Call) -> Reply:
        """Post the message, or say what is wrong with it."""
        payload = call.json
        if call.path != self._path:
            return Reply.text("no_service", 404)
        if call.method != "POST" or not isinstance(payload, dict):
            return Reply.text("invalid_payload", 400)
        text, blocks = payload.get("text") or "", payload.get("blocks") or []
        if not isinstance(text, str) or not isinstance(blocks, list):
            return Reply.text("invalid_payload", 400)
        if not text and not blocks:
            return Reply.text("no_text", 400)
        message = SlackMessage(text, tuple(blocks), call.received_at)
        self.messages.add(message)
        self.tell(message)
        return Reply.text("ok")

    def refusal(self, status: int) -> Reply:
        """Slack's plain-text code for `status`."""
        known = REFUSALS.get(status)
        return Reply.text(known, status) if known else super().refusal(status)


def _all(blocks: Iterable[Any]) -> Iterator[Any]:
    """Everything that is in `blocks`, however deep, in their order."""
    waiting = list(blocks)
    while waiting:
        part = waiting.pop(0)
        yield part
        if isinstance(part, dict | list):
            waiting[:0] = part.values() if isinstance(part, dict) else part


def _webhook_path(seed: int) -> str:
    chance = random.Random(f"slack/{seed}")  # noqa: S311 - the same seed, the same address
    capitals, letters = string.ascii_uppercase + string.digits, string.ascii_letters + string.digits
    team, hook = ("".join(chance.choices(capitals, k=10)) for _ in range(2))
    return f"/services/T{team}/B{hook}/{''.join(chance.choices(letters, k=24))}"
