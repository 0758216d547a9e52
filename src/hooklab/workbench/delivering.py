"""What the app is sent at the page, and what that has brought: attempts of Svix's, and the rest."""

import hmac
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import SystemRandom

from hooklab.errors import HooklabError
from hooklab.grading.advice.clues import ENDPOINT
from hooklab.grading.cron import ROUTE
from hooklab.grading.tampering import TOLERANCE, tell_changes, tell_signing
from hooklab.sender import Carrier, ClerkEvent, Response
from hooklab.sender.signed import SignedRequest, sign_event
from hooklab.texts import _
from hooklab.workbench.acts import MOST_TIMES, Ask, Send
from hooklab.workbench.elsewhere import Elsewhere
from hooklab.workbench.happenings import person_in
from hooklab.workbench.log_entries import log_entries
from hooklab.workbench.row_changes import Tables, differences
from hooklab.workbench.stage import Stage
from hooklab.workbench.timeline import Timeline, clipped

_LOST = Response(problem="timeout")

SESSION = timedelta(hours=1)
"""How long a session token holds."""
_TOKENS = {"admin": "ADMIN_TOKEN", "cron": "CRON_SECRET"}


@dataclass
class Sent:
    """A message that was sent, or is to be.

    Attributes:
        number: of the message, from 1.
        event: what it carries.
        remarks: what may be a slip in it.
        person: whom it is about; "" when it does not say.
        attempts: how many there were.
        first: how its first attempt is to be made; None once that was.
    """

    number: int
    event: ClerkEvent
    remarks: Sequence[str]
    person: str
    attempts: int = 0
    first: Send | None = None


class Deliverer:
    """Sends to the app of a stage, and writes down what came back and what that changed.

    Args:
        stage: where the app is.
        timeline: where it is written down.
    """

    def __init__(self, stage: Stage | Elsewhere, timeline: Timeline) -> None:
        self._stage = stage
        self._timeline = timeline
        seed = stage.subject.seed if isinstance(stage, Stage) else SystemRandom().randrange(2**32)
        self._carrier = Carrier(seed)
        self._messages: list[Sent] = []
        self._tables: Tables = stage.tables()

    @property
    def messages(self) -> Sequence[Sent]:
        """All messages, in the order of their numbers."""
        return self._messages

    def message(self, number: int) -> Sent:
        """The message of this number; HooklabError when there is none."""
        if not 1 <= number <= len(self._messages):
            raise HooklabError(
                _("there is no message number {number}").format(number=number),
                _("send it first"),
            )
        return self._messages[number - 1]

    def take(self, event: ClerkEvent, remarks: Sequence[str]) -> Sent:
        """The message that carries `event`: a new one, unless its id was sent before."""
        for sent in self._messages:
            if sent.event.message_id == event.message_id and sent.event.body == event.body:
                return sent
        number = len(self._messages) + 1
        self._messages.append(Sent(number, event, tuple(remarks), person_in(event)))
        return self._messages[-1]

    def wait(self, sent: Sent, act: Send, due: datetime) -> None:
        """Make the first attempt at `due`."""
        sent.first = act
        self._carrier.accept(sent.event.message_id, due)

    def waiting(self) -> list[tuple[Sent, datetime]]:
        """The messages that will be tried again, and when; the next one first."""
        by_id = {each.event.message_id: each for each in self._messages}
        due = self._carrier.due(datetime.max.replace(tzinfo=self._stage.now().tzinfo))
        return [(by_id[each.message_id], each.due_at) for each in due if each.due_at]

    def send_when_due(self, sent: Sent) -> None:
        """Make the attempt that is due."""
        act, sent.first = sent.first or Send(), None
        self.send(sent, act)

    def send(self, sent: Sent, act: Send) -> None:
        """Deliver it as `act` says: once, or several times at once."""
        running = [number for number, runs in enumerate(self._stage.processes) if runs]
        places = running if act.burst > 1 and len(running) > 1 else [act.process]
        requests = [
            (places[number % len(places)], self._sign(sent.event, act))
            for number in range(act.burst)
        ]
        before = self._timeline.last
        with ThreadPoolExecutor(MOST_TIMES) as threads:
            attempt = partial(self._attempt, sent, act)
            # What is told meanwhile is in the language of whoever sends.
            spoken = [copy_context() for _each in requests]
            numbers = list(threads.map(lambda one, each: one.run(attempt, *each), spoken, requests))
        self._settle(numbers, before)

    def cron(self) -> None:
        """Let the cron ask the app for the work that is due."""
        self.ask(Ask(method="POST", path=ROUTE, bearer="cron"))

    def ask(self, act: Ask, user_id: str = "") -> None:
        """Send a request that is not Svix's; `user_id` says whose token it shows, if anybody's."""
        headers = {**self._bearer(act, user_id), **act.headers}
        if act.body:
            headers = {"content-type": "application/json", **headers}
        before = self._timeline.last
        number = self._timeline.add(
            "request",
            self._stage.now(),
            method=act.method,
            path=act.path,
            process=act.process,
            headers=headers,
            body=clipped(act.body),
            asks=act.bearer,
        )
        body = act.body.encode(errors="replace")
        answer = self._stage.send(act.path, headers, body, act.process, act.method)
        self._note_answer(number, *answer)
        self._settle([number], before)

    def note_log(self) -> None:
        """Write down what the app has printed."""
        for text in log_entries(self._stage.printed()):
            self._timeline.add("log", self._stage.now(), text=clipped(text))

    def _bearer(self, act: Ask, user_id: str) -> dict[str, str]:
        match act.bearer:
            case "":
                return {}
            case "person":
                # As signed_in.py of an exercise reads it.
                expiry = int((self._stage.now() + SESSION).timestamp())
                claims = f"{user_id}.{expiry}"
                key = self._stage.setting("SESSION_SECRET").encode()
                token = f"{claims}.{hmac.new(key, claims.encode(), 'sha256').hexdigest()}"
            case who:
                token = self._stage.setting(_TOKENS[who])
        return {"authorization": f"Bearer {token}"}

    def _sign(self, event: ClerkEvent, act: Send) -> SignedRequest:
        at = self._stage.now() - timedelta(minutes=act.age)
        return sign_event(event, self._stage.secret, at, act.tamper or None)

    def _attempt(self, sent: Sent, act: Send, process: int, request: SignedRequest) -> int:
        event = sent.event
        sent.attempts += 1
        number = self._timeline.add(
            "delivery",
            self._stage.now(),
            event.message_id,
            message=sent.number,
            attempt=sent.attempts,
            type=event.type,
            person=sent.person,
            method="POST",
            path=ENDPOINT,
            process=process,
            headers=request.headers,
            body=clipped(request.body),
            signed=clipped(event.body),
            forged=self._forgery(event, act, request),
            remarks=list(sent.remarks),
            act=act.model_dump(exclude={"do"}),
        )
        response, seconds = self._stage.send(
            ENDPOINT, request.headers, request.body.encode(errors="replace"), process
        )
        is_lost = act.drop and not response.problem
        self._note_answer(number, response, seconds, lost=is_lost)
        # Nobody tries again for somebody else.
        if not act.tamper and timedelta(minutes=act.age) <= TOLERANCE:
            now = self._stage.now()
            self._carrier.accept(event.message_id, now)
            message = self._carrier.record(event.message_id, _LOST if is_lost else response, now)
            due = message.due_at
            self._timeline.change(number, state=message.state, due=due.isoformat() if due else "")
        return number

    def _forgery(self, event: ClerkEvent, act: Send, request: SignedRequest) -> str:
        age = timedelta(minutes=act.age)
        honest = sign_event(event, self._stage.secret, self._stage.now() - age, None)
        told = tell_changes(
            (honest.headers, honest.body.encode(errors="replace")),
            (request.headers, request.body.encode(errors="replace")),
        )
        return told or tell_signing(is_foreign=False, age=age)

    def _note_answer(
        self, number: int, response: Response, seconds: float, *, lost: bool = False
    ) -> None:
        self._timeline.change(
            number,
            status=response.status,
            problem=response.problem,
            seconds=seconds,
            lost=lost,
            answer_headers=dict(response.headers),
            answer=clipped(response.text),
            answered=self._timeline.last,
        )

    def _settle(self, numbers: Sequence[int], before: int) -> None:
        """Wait for the app, and add to the entries `numbers` what has changed."""
        self._stage.settle()
        self.note_log()
        now = self._stage.tables()
        changes, self._tables = differences(self._tables, now), now
        for number in numbers:
            self._timeline.change(
                number,
                changes=changes,
                since=before,
                until=self._timeline.last,
                together=len(numbers),
            )
