"""Recorded HTTP services: what they received, what they answered, and their faults."""

import asyncio
import json
import logging
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, unquote

from hooklab.world.http_connection import Connection
from hooklab.world.records import Records
from hooklab.world.service import HOST, Service, Setup

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Call:
    """One HTTP request as it was received.

    Args:
        method: in capitals.
        path: without the query, percent-decoded.
        query: every value of every parameter.
        headers: names in lower case; a repeated header's values are joined with ", ".
        body: the bytes; empty when there were more than the limit (answered 413).
        received_at: by the virtual clock.
        done: whether the service did what was asked: no fault before it, and no error answered.
        status: what was answered; None while unanswered and for ever if nothing was.
    """

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    received_at: datetime
    done: bool = False
    status: int | None = None

    @property
    def json(self) -> Any:
        """The body read as JSON; None when it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True)
class Answer:
    """What a service answers: `status`, the body's bytes, and headers besides its length."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def text(cls, text: str, status: int = 200) -> Self:
        """A plain text."""
        return cls(status, text.encode(), {"content-type": "text/plain; charset=utf-8"})

    @classmethod
    def json(cls, value: object, status: int = 200) -> Self:
        """A value written as JSON."""
        return cls(status, json.dumps(value).encode(), {"content-type": "application/json"})


class Refused(Exception):
    """Raised while a service works: `answer` is what the client gets instead."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body!r}")
        self.answer = answer


class HttpService(Service):
    """An HTTP service on loopback that records every call; subclasses say what it answers.

    Points of `hold()`: "request" (received, nothing done) and "answer" (done and recorded, not
    answered yet). The work of a client that hangs up before "request" is left is not done.
    """

    points: ClassVar[tuple[str, ...]] = ("request", "answer")
    statuses: ClassVar[range] = range(300, 600)
    has_retry_after: ClassVar[bool] = True

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.calls: Records[Call] = Records()

    @property
    def url(self) -> str:
        """The address of the service, without a slash at its end."""
        return f"http://{HOST}:{self.port}"

    @abstractmethod
    def answer(self, call: Call) -> Answer:
        """Do the work that `call` asks for, or raise `Refused` before any of it is done.

        One call at a time, in the loop's thread.
        """

    def refusal(self, status: int) -> Answer:
        """The answer when told to fail with `status`, in the words of the real service."""
        return Answer.text(reason(status), status)

    def protocol(self) -> asyncio.Protocol:
        """A new protocol object for a connection."""
        return Connection(self)

    async def exchange(
        self,
        connection: Connection,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes | None,
    ) -> None:
        """Answer one request on `connection`; a `body` of None was over the limit."""
        path, _, query = target.partition("?")
        place = self.calls.add(
            Call(
                method=method,
                path=unquote(path),
                query=parse_qs(query, keep_blank_values=True),
                headers=headers,
                body=body or b"",
                received_at=self.now(),
            )
        )
        try:
            answer = await self._respond(place, too_large=body is None)
        finally:
            self.tell(self.calls[place])
        if answer is None:
            connection.abort()
        else:
            connection.send(answer.status, reason(answer.status), answer.headers, answer.body)

    async def _respond(self, place: int, *, too_large: bool) -> Answer | None:
        """The answer to the call at `place`; None to hang up instead."""
        await self.reach("request")
        await self.linger()
        fault = self.take()
        if fault.drop:
            return None
        if fault.status is not None:
            answer = self._refuse(fault.status, fault.retry_after)
        elif too_large:
            answer = self.refusal(413)
        else:
            answer = self._work(self.calls[place])
            self.calls.change(place, done=answer.status < 400)
        await self.reach("answer")
        if fault.lost_answer:
            return None
        self.calls.change(place, status=answer.status)
        return answer

    def _refuse(self, status: int, retry_after: int | None) -> Answer:
        answer = self.refusal(status)
        if retry_after is None:
            return answer
        return Answer(status, answer.body, {**answer.headers, "retry-after": str(retry_after)})

    def _work(self, call: Call) -> Answer:
        try:
            return self.answer(call)
        except Refused as refused:
            return refused.answer
        except Exception:
            log.exception("%s failed on %s %s", self.name, call.method, call.path)
            return Answer.text("the simulated service itself failed, see its log", 500)


def reason(status: int) -> str:
    """The standard phrase of an HTTP status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
