"""The outside world on the trusted side: real protocols on loopback, records and faults.

```python
with World(now=clock, seed=7) as world:
    world.mail.fail(status=451, times=1)
    world.slack.slow(0.2)
    ...
    assert [mail.to for mail in world.mail.mails] == [("ada@example.com",)]
```

A new service is one small file (a subclass of `HttpService`) and one property of `World`.
Several start cheaper together: `world.start("slack", "mobile")`.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Self, TypeVar

from hooklab.deadline import Deadline
from hooklab.world.calls import Call, Reply
from hooklab.world.clerk_api import ClerkApi, Handler
from hooklab.world.faults import Hold
from hooklab.world.http_service import HttpService
from hooklab.world.intercom import Intercom
from hooklab.world.internal_app import Delivery, InternalApp
from hooklab.world.loop import shared_loop
from hooklab.world.mailchimp import Mailchimp
from hooklab.world.push import Notification, Push
from hooklab.world.records import Records
from hooklab.world.redis_server import Command, RedisServer
from hooklab.world.redis_upstream import Upstream
from hooklab.world.segment import Segment, SegmentMessage
from hooklab.world.service import Service, Setup, close_all, open_all
from hooklab.world.slack import Slack, SlackMessage
from hooklab.world.smtp import Mail, MailServer
from hooklab.world.stripe import Stripe

__all__ = [
    "Call",
    "ClerkApi",
    "Command",
    "Delivery",
    "Hold",
    "HttpService",
    "Intercom",
    "InternalApp",
    "Mail",
    "MailServer",
    "Mailchimp",
    "Notification",
    "Push",
    "Records",
    "RedisServer",
    "Reply",
    "Segment",
    "SegmentMessage",
    "Service",
    "Setup",
    "Slack",
    "SlackMessage",
    "Stripe",
    "Upstream",
    "World",
]

S = TypeVar("S", bound=Service)

_TURNS = 6


class World:
    """The services around an app; each starts when it is first asked for.

    Args:
        now: the clock of every record, usually a virtual one; called in a background thread.
        seed: what is random (secret addresses) comes from it.
        ports: fixed ports by service name ("mail", "slack", "clerk_api"); the others are free ones.
        on_record: called with a service's name and a record when something has arrived and its
            outcome is known: `Mail`, `Call`, and `SlackMessage` before the call that carried it.
            It runs in a background thread, just before the client learns the outcome.
        backend_api: answers for `clerk_api`.
        redis: where the data of `redis` is; by default in this process.
        deadline: makes the deadlines of those who wait for something to arrive.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        seed: int,
        ports: Mapping[str, int] | None = None,
        *,
        on_record: Callable[[str, object], None] | None = None,
        backend_api: Handler | None = None,
        redis: Upstream | None = None,
        deadline: Callable[[float], Deadline] = Deadline,
    ) -> None:
        self._now = now
        self._seed = seed
        self._ports = ports or {}
        self._on_record = on_record
        self._backend_api = backend_api
        self._redis = redis
        self._deadline = deadline
        self._services: list[Service] = []
        self._gathered: list[Service] | None = None

    @cached_property
    def mail(self) -> MailServer:
        """The mail server that the app sends through."""
        return self._start(MailServer(self._setup("mail")))

    @cached_property
    def slack(self) -> Slack:
        """The Slack workspace that the app posts to."""
        return self._start(Slack(self._setup("slack"), self._seed))

    @cached_property
    def stripe(self) -> Stripe:
        """The account at Stripe that bills the app's users."""
        return self._start(Stripe(self._setup("stripe"), self._seed))

    @cached_property
    def newsletter(self) -> Mailchimp:
        """The mailing list at Mailchimp."""
        return self._start(Mailchimp(self._setup("newsletter"), self._seed))

    @cached_property
    def support(self) -> Intercom:
        """The workspace at Intercom where support talks with users."""
        return self._start(Intercom(self._setup("support"), self._seed))

    @cached_property
    def analytics(self) -> Segment:
        """The source at Segment that takes what users do."""
        return self._start(Segment(self._setup("analytics"), self._seed))

    @cached_property
    def clerk_api(self) -> ClerkApi:
        """Clerk's Backend API; ValueError when the world was made without `backend_api`."""
        if self._backend_api is None:
            raise ValueError("this world has no Clerk: make it with World(…, backend_api=…)")
        return self._start(ClerkApi(self._setup("clerk_api"), self._backend_api, self._seed))

    @cached_property
    def push(self) -> Push:
        """Expo's push service, for notifications on telephones."""
        return self._start(Push(self._setup("push"), self._seed))

    @cached_property
    def mobile(self) -> InternalApp:
        """The company's mobile application."""
        return self._start(InternalApp(self._setup("mobile"), self._seed))

    @cached_property
    def admin(self) -> InternalApp:
        """The company's administration."""
        return self._start(InternalApp(self._setup("admin"), self._seed))

    @cached_property
    def billing(self) -> InternalApp:
        """The company's billing application."""
        return self._start(InternalApp(self._setup("billing"), self._seed))

    @cached_property
    def redis(self) -> RedisServer:
        """The Redis server that the app counts in."""
        return self._start(RedisServer(self._setup("redis"), self._redis))

    def start(self, *names: str) -> None:
        """Start the services of these names at once: many cost hardly more time than one."""
        self._gathered = []
        try:
            for name in names:
                getattr(self, name)
            gathered = self._gathered
        finally:
            self._gathered = None
        open_all(gathered)
        self._services += gathered

    def listeners(self) -> dict[str, int]:
        """The port of every service started so far, by name."""
        return {service.name: service.port for service in self._services}

    def works(self, *, held: bool = False) -> bool:
        """Whether a service works for the app, once it has taken all that was sent to it.

        Args:
            held: whether a conversation that is held counts as one that rests.
        """
        # In one turn a connection is accepted, in others read, given to its task and answered.
        shared_loop().run(_turns())
        return any(each.works or (each.holds and not held) for each in self._services)

    def holds(self) -> bool:
        """Whether a conversation waits for its release."""
        return any(each.holds for each in self._services)

    def close(self) -> None:
        """Close every service at once: abort what is open, release what is held."""
        close_all(self._services)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _setup(self, name: str) -> Setup:
        return Setup(name, self._now, self._ports.get(name, 0), self._on_record, self._deadline)

    def _start(self, service: S) -> S:
        if self._gathered is not None:
            self._gathered.append(service)
            return service
        service.start()
        self._services.append(service)
        return service


async def _turns() -> None:
    for _turn in range(_TURNS):
        await asyncio.sleep(0)
