"""Svix's side of the wire: sign, send, tamper, replay, delay, send together, try again."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from hooklab.grading.advice.clues import ENDPOINT
from hooklab.grading.advice.routing import NOT_ALLOWED, NOT_FOUND
from hooklab.grading.app import App
from hooklab.grading.clock import Clock
from hooklab.grading.recording import SVIX
from hooklab.grading.response import AppResponse
from hooklab.grading.rivals import overtake, race
from hooklab.grading.slot import Slot
from hooklab.grading.tampering import TOLERANCE, tell_changes, tell_signing
from hooklab.sender import Carrier, ClerkEvent, headers
from hooklab.texts import _


class Deliver:
    """Signs events and delivers them to the app: `lab.deliver(event)`.

    Args:
        slot: the check's place.
        app: the app's HTTP client.
        clock: the virtual time at which deliveries are signed.

    Attributes:
        refused: whether a genuine delivery was not accepted.
        let_in: whether a delivery that was not genuine was not refused.
        redirected: the path to which a genuine delivery was redirected, if one was.
        missed: the status of the answer to it that says there is no such route, if one did.
    """

    def __init__(self, slot: Slot, app: App, clock: Clock) -> None:
        self._slot = slot
        self._app = app
        self._clock = clock
        self._threads = ThreadPoolExecutor(max_workers=16)
        self.refused = self.let_in = False
        self.redirected = ""
        self.missed = 0

    def __call__(
        self,
        event: ClerkEvent,
        *,
        body: bytes | None = None,
        secrets: Sequence[str] | None = None,
        age: timedelta = timedelta(0),
        change: Mapping[str, str | None] | None = None,
        path: str = ENDPOINT,
        app: int = 0,
        note: str = "",
    ) -> AppResponse:
        """Deliver `event` once.

        Args:
            body: what is sent instead of the body that was signed.
            secrets: sign with these instead of the endpoint's own; several give several signatures.
            age: how old the time stamp is; a negative age lies in the future.
            change: headers to replace, or to leave out (None), after signing.
            path: where to.
            app: the number of the process.
            note: what is special about this delivery, for the journal; by itself it tells what is
                forged.
        """
        keys = list(secrets) if secrets is not None else [self.secret]
        signed = headers(event.message_id, event.body, keys, self._clock.now() - age)
        sent = {
            name: value for name, value in {**signed, **(change or {})}.items() if value is not None
        }
        payload = event.body.encode()
        changes = tell_changes((signed, payload), (sent, payload if body is None else body))
        foreign = self.secret not in keys
        is_forged = bool(changes) or foreign or abs(age) > TOLERANCE
        forged = _("forged") if is_forged else ""
        response = self._app.request(
            "POST",
            path,
            headers=sent,
            body=payload if body is None else body,
            app=app,
            label=_label(event, "" if path == ENDPOINT else path, note or forged),
            aside=changes or tell_signing(is_foreign=foreign, age=age),
            sender=SVIX,
            is_forged=is_forged,
        )
        if is_forged:
            self.let_in = self.let_in or not 400 <= response.status <= 499
        else:
            self.refused = self.refused or not response.ok
            if response.remark:
                self.redirected = urlsplit(response.header("location")).path
            if path == ENDPOINT and response.status in (NOT_FOUND, NOT_ALLOWED):
                self.missed = response.status
        return response

    @property
    def secret(self) -> str:
        """The endpoint's signing secret."""
        return self._slot.settings["CLERK_WEBHOOK_SIGNING_SECRET"]

    def later(self, event: ClerkEvent, *, app: int = 0) -> "Future[AppResponse]":
        """Deliver `event` in the background; the future holds the response."""
        return self._threads.submit(self, event, app=app)

    def together(
        self, events: Sequence[ClerkEvent], *, processes: int = 2, after: int = 0
    ) -> list[AppResponse]:
        """Deliver all `events` at once to several processes of the app on the same database.

        Everybody who is about to write is held until all rivals stand at the same point, so that
        a race is met for certain; the first `after` writes of each process pass. What was not
        accepted is delivered again afterwards, one by one, as Svix does; the responses are those
        of the last deliveries.
        """
        requests = [partial(self.later, event) for event in events]
        responses = race(self._slot, self._app, requests, processes, after=after, retried=True)
        return self._again(events, responses)

    def overtaken(self, slow: ClerkEvent, *, by: ClerkEvent, after: int = 0) -> list[AppResponse]:
        """Deliver `slow`, and `by` to another process while `slow` is about to write.

        The first `after` writes of `slow` pass. What was not accepted is delivered again
        afterwards; the responses to `slow` and to `by`.
        """
        requests = [partial(self.later, event) for event in (slow, by)]
        responses = overtake(self._slot, self._app, *requests, after=after, retried=True)
        return self._again([slow, by], responses)

    def _again(
        self, events: Sequence[ClerkEvent], responses: Sequence[AppResponse]
    ) -> list[AppResponse]:
        """The responses, with another attempt for each that is no success."""
        return [
            response if response.ok else self(event, note=_("tried again"))
            for event, response in zip(events, responses, strict=True)
        ]

    def until_delivered(self, event: ClerkEvent) -> list[AppResponse]:
        """Deliver `event` on Svix's schedule, moving the clock, until it is accepted or given up.

        The responses to all attempts, eight at most; the last tells how it ended.
        """
        responses: list[AppResponse] = []
        carrier = Carrier(self._slot.ground.seed)
        message = carrier.accept(event.message_id, self._clock.now())
        while message.due_at is not None:
            self._clock.advance(seconds=(message.due_at - self._clock.now()).total_seconds())
            responses.append(
                self(event, note=_("attempt {number}").format(number=len(responses) + 1))
            )
            message = carrier.record(event.message_id, responses[-1], self._clock.now())
        return responses

    def close(self) -> None:
        """Forget deliveries that are still under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _label(event: ClerkEvent, *more: str) -> str:
    """What a delivery is called: its type, the end of its message id, whom it is about."""
    parts = [event.type, f"svix-id …{event.message_id[-6:]}", event.name or "", *more]
    return " · ".join(part for part in parts if part)
