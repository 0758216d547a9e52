"""One of the company's own applications, which is told of every change by a signed webhook."""

import base64
import hmac
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hooklab.texts import _
from hooklab.world.calls import Call, Reply
from hooklab.world.http_service import HttpService
from hooklab.world.records import Records
from hooklab.world.service import Setup

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
# Where a redirect leads: whoever follows it hands a stranger what was meant for this application.
MOVED = "/moved"
# What the libraries of Standard Webhooks allow between the time stamp and the receiver's clock.
TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Delivery:
    """A webhook that the application took.

    Args:
        path: where it was sent to.
        headers: names in lower case.
        json: the body, an object.
        body: the body as it came, over which the signature goes.
        received_at: by the virtual clock.
    """

    path: str
    headers: dict[str, str]
    json: dict[str, Any]
    body: bytes
    received_at: datetime

    @property
    def message_id(self) -> str:
        """The header `webhook-id`; empty when absent."""
        return self.headers.get("webhook-id", "")


class InternalApp(HttpService):
    """Takes a JSON object by POST at any path and answers 204. What is no JSON object is answered
    400.

    It takes everything and verifies nothing: whoever asks whether a delivery was signed as
    Standard Webhooks with this application's own secret asks `problem()`. A repeat is taken again.
    """

    def __init__(self, setup: Setup, seed: int) -> None:
        super().__init__(setup)
        self.deliveries: Records[Delivery] = Records(setup.deadline)
        chance = random.Random(f"{setup.name}/{seed}")  # noqa: S311 - the same seed, the same secret
        self.secret = "whsec_" + base64.b64encode(chance.randbytes(24)).decode()

    def answer(self, call: Call) -> Reply:
        """Take the delivery."""
        if call.method != "POST":
            return Reply.json({"error": "method_not_allowed"}, 405)
        payload = call.json
        if not isinstance(payload, dict):
            return Reply.json({"error": "invalid_payload"}, 400)
        delivery = Delivery(call.path, call.headers, payload, call.body, call.received_at)
        self.deliveries.add(delivery)
        self.tell(delivery)
        return Reply(204)

    def refusal(self, status: int) -> Reply:
        """An error as such applications word it; a redirect leads to `MOVED`, which takes all."""
        reply = Reply.json({"error": f"told_to_answer_{status}"}, status)
        if status // 100 != 3:
            return reply
        return replace(reply, headers={**reply.headers, "location": self.url + MOVED})

    def problem(self, delivery: Delivery) -> str:
        """Why `delivery` is not to be trusted, in a phrase; empty when it is to be.

        It is signed as Standard Webhooks with this application's secret, and its time stamp lies
        within five minutes of its arrival.
        """
        for name in HEADERS:
            if not delivery.headers.get(name):
                return _("the header {name} is missing").format(name=name)
        stamp = delivery.headers["webhook-timestamp"]
        signed_at = _time(stamp)
        if signed_at is None:
            return _("webhook-timestamp is {value}, not seconds since 1970").format(value=stamp)
        if abs(delivery.received_at - signed_at) > TOLERANCE:
            return _(
                "webhook-timestamp is {sent:%H:%M:%S}, and it arrived at {now:%H:%M:%S}"
            ).format(sent=signed_at, now=delivery.received_at)
        if not self._signed(delivery, signed_at):
            return _("no signature in webhook-signature is one with this application's secret")
        return ""

    def _signed(self, delivery: Delivery, signed_at: datetime) -> bool:
        # Not its verify(): that compares with the machine's clock, and time here is virtual.
        from standardwebhooks import Webhook

        try:
            text = delivery.body.decode()
        except UnicodeDecodeError:
            return False
        wanted = Webhook(self.secret).sign(delivery.message_id, signed_at, text)
        return any(
            hmac.compare_digest(each.encode(), wanted.encode())
            for each in delivery.headers["webhook-signature"].split(" ")
        )


def _time(stamp: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(stamp), UTC)
    except (ValueError, OverflowError, OSError):
        return None
