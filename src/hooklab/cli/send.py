"""`hooklab send`: realistic, signed events for an app that runs."""

import base64
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import SystemRandom
from typing import Annotated
from urllib.parse import SplitResult

import typer
from rich.text import Text

from hooklab.cli.env_file import DEFAULT, EnvironmentFile, read_settings
from hooklab.cli.parameters import Lang
from hooklab.cli.posting import check_address, post
from hooklab.cli.signed import SignedRequest, Tamper, sign_event
from hooklab.cli.speaking import output, talk
from hooklab.cli.stories import STORIES, backwards, check_type
from hooklab.errors import HooklabError
from hooklab.reports.clean import clean
from hooklab.sender import Carrier, Clerk, ClerkEvent, Response
from hooklab.texts import _

NOT_DELIVERED = 1

# A day and three hours of retries pass in half a minute.
COMPRESSION = 3600

# With a seed everything repeats, ids included; so they cannot depend on today's date.
SEEDED_DAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def command(
    event: Annotated[str, typer.Argument(metavar="EVENT", help=", ".join(STORIES))],
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help=_("Where the app takes webhooks."))
    ] = "http://localhost:8000/webhooks/clerk",
    secret: Annotated[
        str | None,
        typer.Option(
            "--secret",
            metavar="WHSEC",
            help=_("The signing secret; by default CLERK_WEBHOOK_SIGNING_SECRET."),
        ),
    ] = None,
    env: EnvironmentFile = DEFAULT,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", help=_("The same person and message ids each time.")),
    ] = None,
    repeat: Annotated[
        int, typer.Option("--repeat", metavar="N", min=1, help=_("Send it N times in a row."))
    ] = 1,
    burst: Annotated[
        int, typer.Option("--burst", metavar="N", min=1, help=_("Send it N times at once."))
    ] = 1,
    tamper: Annotated[
        Tamper | None,
        typer.Option(
            "--tamper",
            metavar="PART",
            help=_("Change it after it was signed: body, signature, timestamp or id."),
        ),
    ] = None,
    delay: Annotated[
        float,
        typer.Option("--delay", metavar="MINUTES", help=_("Sign it with a time that long ago.")),
    ] = 0,
    reorder: Annotated[
        bool,
        typer.Option("--reorder", help=_("Send a user's whole life, its last event first.")),
    ] = False,
    retry: Annotated[
        bool,
        typer.Option("--retry", help=_("Try again as Svix does; an hour passes in a second.")),
    ] = False,
    show: Annotated[
        bool,
        typer.Option("--print", help=_("Write the signed request as JSON, and send nothing.")),
    ] = False,
    lang: Lang = None,
) -> None:
    """Sign and deliver; exit code 1 when Svix would not count everything as delivered."""
    check_type(event)
    address = check_address(to)
    clerk = _clerk(seed)
    events = _events(clerk, event, reorder=reorder) * repeat
    sender = Sender(address, _checked(secret or _own_secret(env)), tamper, timedelta(minutes=delay))
    if show:
        for each in events * burst:
            output().out(sender.sign(each).to_json(), highlight=False)
        return
    if retry:
        delivered = [sender.deliver_until_done(each) for each in events]
    elif burst > 1:
        delivered = [sender.deliver_at_once(each, burst) for each in events]
    else:
        delivered = [sender.deliver(each) for each in events]
    if not all(delivered):
        raise typer.Exit(NOT_DELIVERED)


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

    def deliver(self, event: ClerkEvent) -> bool:
        """Send once; whether Svix would count it as delivered."""
        return _show(event, *post(self.address, self.sign(event)))

    def deliver_at_once(self, event: ClerkEvent, count: int) -> bool:
        """Send `count` times at the same moment; whether all were delivered."""
        with ThreadPoolExecutor(max_workers=count) as threads:
            requests = [self.sign(event) for _number in range(count)]
            results = list(threads.map(lambda request: post(self.address, request), requests))
        # Every response is shown, also after a failure.
        return [_show(event, *result) for result in results].count(False) == 0

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
            _show(event, response, seconds)
            message = carrier.record(event.message_id, response, now)
            if message.due_at is not None:
                wait = timedelta(seconds=round((message.due_at - now).total_seconds()))
                talk().print(_("  Svix tries again after {wait}").format(wait=wait), style="dim")
        return message.state == "delivered"


def _clerk(seed: int | None) -> Clerk:
    if seed is None:
        return Clerk(SystemRandom().randrange(2**32), lambda: datetime.now(UTC))
    return Clerk(seed, lambda: SEEDED_DAY)


def _events(clerk: Clerk, name: str, *, reorder: bool) -> list[ClerkEvent]:
    if not reorder:
        return [STORIES[name](clerk)]
    if not name.startswith("user."):
        raise HooklabError(
            _("--reorder tells a user's life, and {event} is not part of it").format(event=name),
            _("write: hooklab send user.created --reorder"),
        )
    return backwards(clerk)


def _own_secret(env: "EnvironmentFile") -> str:
    secret = read_settings(env).clerk_webhook_signing_secret.get_secret_value()
    if not secret:
        raise HooklabError(
            _("there is no signing secret to sign with"),
            _("set CLERK_WEBHOOK_SIGNING_SECRET in {file}, or use --secret").format(file=env),
        )
    return secret


def _checked(secret: str) -> str:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    # The lengths that the Standard Webhooks specification allows.
    if not secret.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise HooklabError(
            _("the signing secret is not “whsec_” and 24 to 64 bytes in base64"),
            _("copy it again from Clerk's dashboard, or let hooklab lab make one"),
        )
    return secret


def _show(event: ClerkEvent, response: Response, seconds: float) -> bool:
    console = output()
    status = response.status or "-"
    verdict = _("delivered") if response.ok else _("not delivered")
    line = f"{event.type} · {event.message_id} → {status} ({seconds * 1000:.0f} ms) {verdict}"
    console.print(Text(line, style="green" if response.ok else "red"), soft_wrap=True)
    for remark in _remarks(response):
        console.print(Text(f"  {remark}"), soft_wrap=True)
    return response.ok


def _remarks(response: Response) -> Iterator[str]:
    if 300 <= response.status <= 399:
        yield _("Svix follows no redirect: give it the final address")
    match response.problem:
        case "timeout":
            yield _("no answer within 15 s")
        case "dropped":
            yield _("the connection broke")
    if text := " ".join(clean(response.text).split()):
        yield text if len(text) <= 200 else f"{text[:200]} […]"
