"""From the outbox to the applications: TODO 6 and 7; the rest is given."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from hooklab.services import get_logger

from . import outbox
from .destinations import Destination
from .message import signed_headers
from .outbox import Claim
from .settings import Settings

BATCH = 100
"""A run takes so many messages to an application at most; the next run takes the others."""

log = get_logger()


class NotDelivered(Exception):
    """The application did not take the message.

    Attributes:
        status: what it answered; None when no answer came in time.
        retry_after: the answer's header of that name, if any.
    """

    def __init__(
        self, reason: str, status: int | None = None, retry_after: str | None = None
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after

    @property
    def is_about_the_message(self) -> bool:
        """Whether another message might be taken: the application works, and refuses this one."""
        return self.status is not None and 400 <= self.status < 500 and self.status != 429


class Courier:
    """Takes messages to one application, one after the other.

    Each has a client of its own: connections to an application that hangs are nobody else's. It
    runs once at a time, so that a burst of changes does not pile up before a closed door.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        destination: Destination,
        client: httpx.AsyncClient,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._destination = destination
        self._client = client
        self._busy = False

    async def run(self) -> int:
        """Send what is due to the application; how many messages were tried.

        An application that fails raises nothing, and is left alone until the next run; a database
        that is away raises SQLAlchemy's exception.
        """
        if self._busy:
            return 0
        self._busy = True
        try:
            for tried in range(BATCH):
                claim = await run_in_threadpool(self._claim)
                if claim is None:
                    return tried
                if not await self._deliver(claim):
                    return tried + 1
            return BATCH
        finally:
            self._busy = False

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _deliver(self, claim: Claim) -> bool:
        """Try once and write down how it went; whether to go on with the next message."""
        to = {"destination": self._destination.name, "message_id": claim.message_id}
        try:
            await post(self._client, self._destination, claim, self._settings.sync_timeout_seconds)
        except NotDelivered as failure:
            await run_in_threadpool(self._note_failed, claim, failure.retry_after)
            log.warning("message", **to, outcome="failed", error=str(failure))
            return failure.is_about_the_message
        await run_in_threadpool(self._note_delivered, claim)
        log.info("message", **to, outcome="delivered", error=None)
        return True

    def _claim(self) -> Claim | None:
        lease = timedelta(seconds=self._settings.sync_lease_seconds)
        with Session(self._engine) as session, session.begin():
            return outbox.claim(session, self._destination.name, datetime.now(UTC), lease)

    def _note_delivered(self, claim: Claim) -> None:
        with Session(self._engine) as session, session.begin():
            outbox.note_delivered(session, claim, datetime.now(UTC))

    def _note_failed(self, claim: Claim, retry_after: str | None) -> None:
        now = datetime.now(UTC)
        wait = outbox.delay(self._settings, claim.attempts + 1, retry_after, now)
        with Session(self._engine) as session, session.begin():
            outbox.note_failed(session, claim, now, wait)


async def post(
    client: httpx.AsyncClient, destination: Destination, claim: Claim, timeout: float
) -> None:
    """Send the message once; anything but a 2xx within `timeout` seconds raises NotDelivered.

    A redirect is not followed: nobody but `destination` may read the message.
    """
    # answer 6: sign, send, look at the answer.
    #: # asyncio.timeout() ends everything inside it.
    now = datetime.now(UTC)
    headers = signed_headers(destination.secrets, claim.message_id, claim.body, now)
    try:
        # httpx's own time-out starts again with every byte; this one is for the whole attempt.
        async with asyncio.timeout(timeout):
            answer = await client.post(destination.url, content=claim.body, headers=headers)
    except (httpx.HTTPError, TimeoutError) as error:
        raise NotDelivered(type(error).__name__) from None
    if not answer.is_success:
        code = answer.status_code
        raise NotDelivered(f"HTTP {code}", code, answer.headers.get("retry-after"))


async def send_due(couriers: Sequence[Courier]) -> int:
    """Let all couriers run side by side; how many messages they tried.

    One that raises an exception stops no other; it is raised again when all have come back.
    """
    # answer 7: run them side by side, then read every result.
    results = await asyncio.gather(*(courier.run() for courier in couriers), return_exceptions=True)
    tried = 0
    for result in results:
        if isinstance(result, BaseException):
            raise result
        tried += result
    return tried
