"""Delivering events to one address, and showing what comes back, or what would be sent."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import SystemRandom
from urllib.parse import SplitResult

from rich.highlighter import JSONHighlighter
from rich.text import Text

from hooklab.cli.posting import excerpt, post
from hooklab.cli.speaking import output, talk
from hooklab.reports.clean import clean
from hooklab.sender import Carrier, ClerkEvent, Response
from hooklab.sender.signed import SignedRequest, Tamper, sign_event
from hooklab.texts import _

# A day and three hours of retries pass in half a minute.
COMPRESSION = 3600


@dataclass(frozen=True)
class Sender:
    """Delivers to one address, and shows what comes back.

    Attributes:
        address: where to.
        secret: signs.
        tamper: what somebody changes on the way.
        delay: how old the signed time is.
    """

    address: SplitResult
    secret: str
    tamper: Tamper | None
    delay: timedelta

    def sign(self, event: ClerkEvent) -> SignedRequest:
        """The request of one attempt; each has a time of its own."""
        return sign_event(event, self.secret, datetime.now(UTC) - self.delay, self.tamper)

    def show(self, event: ClerkEvent) -> None:
        """Print what would be sent: for a reader on a terminal, exact JSON anywhere else."""
        console = output()
        request = self.sign(event)
        if console.is_terminal:
            console.print(_readable(request), soft_wrap=True, end="\n\n")
        else:
            console.out(request.to_json(), highlight=False)

    def deliver(self, event: ClerkEvent) -> bool:
        """Send once; whether Svix would count it as delivered."""
        return show_delivery(event, *post(self.address, self.sign(event)))

    def deliver_at_once(self, event: ClerkEvent, count: int) -> bool:
        """Send `count` times at the same moment; whether all were delivered."""
        with ThreadPoolExecutor(max_workers=count) as threads:
            requests = [self.sign(event) for _number in range(count)]
            results = list(threads.map(lambda request: post(self.address, request), requests))
        # Every response is shown, also after a failure.
        return [show_delivery(event, *result) for result in results].count(False) == 0

    def deliver_until_done(self, event: ClerkEvent) -> bool:
        """Send by Svix's schedule until it is delivered or given up; whether it was delivered."""
        talk().print(_("Svix's schedule, compressed: an hour passes in a second."), style="dim")
        carrier = Carrier(seed=SystemRandom().randrange(2**32))
        now = datetime.now(UTC)
        message = carrier.accept(event.message_id, now)
        while message.due_at is not None:
            time.sleep((message.due_at - now).total_seconds() / COMPRESSION)
            now = message.due_at
            response, seconds = post(self.address, self.sign(event))
            show_delivery(event, response, seconds)
            message = carrier.record(event.message_id, response, now)
            if message.due_at is not None:
                wait = timedelta(seconds=round((message.due_at - now).total_seconds()))
                talk().print(_("  Svix tries again after {wait}").format(wait=wait), style="dim")
        return message.state == "delivered"


def _readable(request: SignedRequest) -> Text:
    body = json.dumps(json.loads(request.body), indent=2, ensure_ascii=False)
    # A terminal would obey some of what JSON may hold raw; escaped, it is the same JSON.
    shown = "".join(
        letter if letter.isprintable() or letter == "\n" else json.dumps(letter)[1:-1]
        for letter in body
    )
    head = "".join(f"{name}: {clean(value)}\n" for name, value in request.headers.items())
    return Text.assemble((f"{head}\n", "dim"), JSONHighlighter()(shown))


def show_delivery(event: ClerkEvent, response: Response, seconds: float) -> bool:
    """Print what came of an attempt; whether Svix counts it as delivered."""
    console = output()
    status = response.status or "-"
    verdict = _("delivered") if response.ok else _("not delivered")
    what = clean(f"{event.type} · {event.message_id}")
    line = f"{what} → {status} ({seconds * 1000:.0f} ms) {verdict}"
    console.print(Text(line, style="green" if response.ok else "red"), soft_wrap=True)
    for remark in _remarks(response):
        console.print(Text(f"  {remark}"), soft_wrap=True)
    return response.ok


def _remarks(response: Response) -> Iterator[str]:
    if response.remark:
        yield response.remark
    match response.problem:
        case "timeout":
            yield _("no answer within 15 s")
        case "dropped":
            yield _("the connection broke")
    match response.header("webhook-delivery"):
        case "abort-message" if not response.ok:
            yield _("webhook-delivery: abort-message: Svix does not try this message again")
        case "disable":
            yield _("webhook-delivery: disable: Svix switches the endpoint off, nothing more comes")
    if text := excerpt(response.text):
        yield text
