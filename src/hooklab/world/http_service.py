"""Recorded HTTP services: what they received, what they answered, and their faults."""

import asyncio
import logging
from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar
from urllib.parse import parse_qs, unquote

from hooklab.world.calls import Call, Refused, Reply, reason
from hooklab.world.http_connection import Connection
from hooklab.world.records import Records
from hooklab.world.service import HOST, Service, Setup

log = logging.getLogger(__name__)

DRIP_SECONDS = 0.3
"""Between two bytes of a reply that drips; a client's own timeout begins again with each."""


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
        self.calls: Records[Call] = Records(setup.deadline)
        self._drips = False

    @property
    def url(self) -> str:
        """The address of the service, without a slash at its end."""
        return f"http://{HOST}:{self.port}"

    def drip(self) -> None:
        """Do the work, and send each reply byte by byte, until `recover()`."""
        self._drips = True

    def recover(self) -> None:
        """Work normally again. Holds stay until they are released."""
        self._drips = False
        super().recover()

    @abstractmethod
    def answer(self, call: Call) -> Reply:
        """Do the work that `call` asks for, or raise `Refused` before any of it is done.

        One call at a time, in the loop's thread.
        """

    def refusal(self, status: int) -> Reply:
        """The reply when told to fail with `status`, in the words of the real service."""
        return Reply.text(reason(status), status)

    def protocol(self) -> asyncio.Protocol:
        """A new protocol object for a connection."""
        return Connection(self, self._exchange)

    async def _exchange(
        self, method: str, target: str, headers: dict[str, str], body: bytes | None
    ) -> Reply | None:
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
            return await self._respond(place, too_large=body is None)
        finally:
            self.tell(self.calls[place])

    async def _respond(self, place: int, *, too_large: bool) -> Reply | None:
        """The reply to the call at `place`; None to hang up instead."""
        await self.reach("request")
        await self.linger()
        fault = self.take()
        if fault.drop:
            return None
        if fault.status is not None:
            reply = self._refuse(fault.status, fault.retry_after)
        elif too_large:
            reply = self.refusal(413)
        else:
            reply = self._work(self.calls[place])
            self.calls.change(place, done=reply.status < 400)
        await self.reach("answer")
        if fault.lost_answer:
            return None
        self.calls.change(place, status=reply.status)
        return replace(reply, pace=DRIP_SECONDS) if self._drips else reply

    def _refuse(self, status: int, retry_after: int | None) -> Reply:
        reply = self.refusal(status)
        if retry_after is None:
            return reply
        return Reply(status, reply.body, {**reply.headers, "retry-after": str(retry_after)})

    def _work(self, call: Call) -> Reply:
        try:
            return self.answer(call)
        except Refused as refused:
            return refused.reply
        except Exception:
            log.exception("%s failed on %s %s", self.name, call.method, call.path)
            return Reply.text("the simulated service itself failed, see its log", 500)
