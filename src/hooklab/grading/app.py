"""The running app, as a check sees it."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hooklab.grading.failure import AppNotRunning
from hooklab.grading.journal import Journal
from hooklab.grading.response import AppResponse, send
from hooklab.grading.slot import Slot
from hooklab.grading.start_failures import describe_status, not_running
from hooklab.texts import _
from hooklab.worker import observed
from hooklab.worker.process import IDLE_SECONDS, StartFailure

RESPONSE_SECONDS = 6.0

# An app that hangs must not keep a class waiting: when it has used up this time, a check is over.
CHECK_SECONDS = 30.0


@dataclass
class Cost:
    """What the app's processes have used, as the system counts it.

    Attributes:
        seconds: of processor time, in hundredths.
        bytes: by which the most memory that they ever had has grown.
    """

    seconds: float = 0.0
    bytes: int = 0


class App:
    """An HTTP client for the app, and the switch that kills and restarts it.

    Args:
        slot: where it runs.
        journal: where requests are written down.
    """

    def __init__(self, slot: Slot, journal: Journal) -> None:
        self._slot = slot
        self.journal = journal
        self._threads = ThreadPoolExecutor(max_workers=8)
        self._deadline = slot.deadline(CHECK_SECONDS)

    @property
    def host(self) -> str:
        """The host and port that requests go to, as they stand in their `Host`."""
        return f"127.0.0.1:{self._slot.port(0)}"

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> AppResponse:
        """GET `path`."""
        return self.request("GET", path, headers=headers)

    def post(
        self, path: str, *, data: Any = None, headers: Mapping[str, str] | None = None
    ) -> AppResponse:
        """POST `data` as JSON to `path`."""
        body = b"" if data is None else json.dumps(data).encode()
        return self.request(
            "POST", path, body=body, headers={"content-type": "application/json", **(headers or {})}
        )

    def later(
        self,
        method: str,
        path: str,
        *,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        app: int = 0,
    ) -> "Future[AppResponse]":
        """Send `data` as JSON to app number `app` in the background, for a future response."""
        body = b"" if data is None else json.dumps(data).encode()
        fields = {"content-type": "application/json", **(headers or {})}
        return self._threads.submit(self.request, method, path, headers=fields, body=body, app=app)

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        app: int = 0,
        label: str = "",
    ) -> AppResponse:
        """Send one request to app number `app` and write it down with its response.

        Args:
            label: what to call the request in the journal and in messages.
        """
        if not self._deadline.left():
            raise AppNotRunning(
                _("an app that answers faster"),
                _("this check was ended after {seconds:g} s").format(seconds=CHECK_SECONDS),
            )
        request = label or f"{method} {path}"
        response = self._send(app, method, path, headers or {}, body, request)
        self.journal.add(f"{request} → {response}")
        return response

    def _send(
        self,
        app: int,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        request: str,
    ) -> AppResponse:
        # The port stays ours while no app serves it: a request would wait there for nothing.
        if not self._slot.workers[app].alive:
            return AppResponse(problem="refused", request=request)
        return send(
            self._slot.port(app),
            method,
            path,
            headers=headers,
            body=body,
            deadline=self._slot.deadline(RESPONSE_SECONDS),
            request=request,
        )

    def kill(self) -> None:
        """End the app at once, as a crash or `kill -9` does. Its database stays."""
        for worker in self._slot.workers:
            worker.end()
        self.journal.add(_("the app is killed (kill -9)"))

    def restart(self, **settings: str) -> None:
        """Start the app again on the same port and database.

        Args:
            settings: variables to change, such as `SMTP_TIMEOUT_SECONDS="1"`.

        An app that does not start fails the check.
        """
        failure = self.try_restart(**settings)
        if failure:
            raise not_running(failure)

    def try_restart(self, **settings: str) -> StartFailure | None:
        """Like `restart`, but a failed start is returned."""
        self._slot.workers[0].end()
        self._slot.start(settings, port_of=0)
        changed = ", ".join(f"{name}={value!r}" for name, value in settings.items())
        self.journal.add(
            _("the app is started again{changed}").format(
                changed=_(" with {settings}").format(settings=changed) if changed else ""
            )
        )
        return self._slot.failure

    def another(self) -> int:
        """Start a second process of the app on the same database; its number."""
        number = self._slot.start()
        if self._slot.failure:
            raise not_running(self._slot.failure, _("a second process of the app"))
        self.journal.add(_("a second process of the app is started on the same database"))
        return number

    @contextmanager
    def cost(self) -> Iterator[Cost]:
        """Inside the block, what the app uses is counted, from outside; read it afterwards.

        Nothing is counted where the system does not tell (`observed.KNOWN`).
        """
        pids = [worker.pid for worker in self._slot.workers if worker.alive]
        seconds = sum(map(observed.cpu_seconds, pids))
        most = sum(map(observed.peak_bytes, pids))
        cost = Cost()
        try:
            yield cost
        finally:
            cost.seconds = sum(map(observed.cpu_seconds, pids)) - seconds
            cost.bytes = sum(map(observed.peak_bytes, pids)) - most

    def obituary(self) -> str:
        """How a process of the app ended, when it had started and nobody ended it."""
        if self._slot.failure:
            return ""
        for worker in self._slot.workers:
            if worker.status is None and not worker.alive:
                return _("the app's process has ended: {status}").format(
                    status=describe_status(worker.end())
                )
        return ""

    def close(self) -> None:
        """Forget requests that are still under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def settle(self, seconds: float = IDLE_SECONDS) -> None:
        """Wait `seconds` at most until the app has finished, background tasks included."""
        for worker in self._slot.workers:
            if worker.alive:
                worker.settle(seconds)
