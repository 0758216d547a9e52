"""The running app, as a check sees it."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from hooklab.deadline import Deadline
from hooklab.grading.cost import Cost, counted, grown
from hooklab.grading.failure import AppNotRunning
from hooklab.grading.journal import Journal
from hooklab.grading.recording import SVIX, the_app
from hooklab.grading.response import AppResponse, send
from hooklab.grading.slot import Slot
from hooklab.grading.start_failures import describe_status, not_running
from hooklab.texts import _
from hooklab.worker.process import IDLE_SECONDS, StartFailure

RESPONSE_SECONDS = 6.0

# An app that hangs must not keep a class waiting: when its answers have taken so long, a check is
# over. What the check itself does meanwhile, and what it waits for, is not the app's.
CHECK_SECONDS = 30.0


class App:
    """An HTTP client for the app, and the switch that kills and restarts it.

    Args:
        slot: where it runs.
        journal: where requests are written down.

    Attributes:
        stands: the line at which it says that it stood when no answer came first, if there is one.
    """

    def __init__(self, slot: Slot, journal: Journal) -> None:
        self._slot = slot
        self.journal = journal
        self._threads = ThreadPoolExecutor(max_workers=8)
        self._under_way = 0
        self._answering = 0.0
        self._counting = threading.Lock()
        self.stands = ""

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
        aside: str = "",
        sender: str = "",
        is_forged: bool = False,
    ) -> AppResponse:
        """Send one request to app number `app` and write it down with its response.

        Args:
            label: what to call the request in the journal and in messages.
            aside: what is special about it, for the journal alone.
            sender: who sends it; a visitor by default.
            is_forged: whether it is not as that sender makes it; `aside` says how.
        """
        if self._answering >= CHECK_SECONDS:
            raise AppNotRunning(
                _("an app that answers faster"),
                _("this check was ended: the app's answers took {seconds:g} s").format(
                    seconds=CHECK_SECONDS
                ),
            )
        request = label or f"{method} {path}"
        self.journal.did(
            "request",
            method=method,
            path=path,
            headers=dict(headers or {}),
            body=body,
            process=app,
            at=self._slot.clock.now(),
            called=request,
        )
        replied = self.journal.recording.call(
            sender or _("a visitor"), request, aside if is_forged else ""
        )
        response = self._send(app, method, path, headers or {}, body, request, sender == SVIX)
        replied(str(response), bool(response.problem))
        stands = self._slot.stand(app) if response.problem == "timeout" else ""
        self.stands = self.stands or stands
        stood = stands and _("it says that it stands at {place}").format(place=stands)
        if stood:
            self.journal.recording.note(stood, the_app())
        self.journal.add("\n".join(filter(None, [f"{request} → {response}", aside, stood])))
        return response

    def _send(
        self,
        app: int,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        request: str,
        by_svix: bool,
    ) -> AppResponse:
        # The port stays ours while no app serves it: a request would wait there for nothing.
        if not self._slot.workers[app].alive:
            return AppResponse(problem="refused", request=request)
        with self._answers() as deadline:
            return send(
                self._slot.port(app),
                method,
                path,
                headers=headers,
                body=body,
                deadline=deadline,
                request=request,
                by_svix=by_svix,
            )

    @contextmanager
    def _answers(self) -> Iterator[Deadline]:
        """The deadline of one answer, which counts unless it comes while another is waited for."""
        deadline = self._slot.deadline(RESPONSE_SECONDS)
        with self._counting:
            is_alone = not self._under_way
            self._under_way += 1
        try:
            yield deadline
        finally:
            with self._counting:
                self._under_way -= 1
                self._answering += deadline.charged if is_alone else 0.0

    def kill(self) -> None:
        """End the app at once, as a crash or `kill -9` does. Its database stays."""
        self.journal.did("break", act="kill")
        for worker in self._slot.workers:
            worker.end()
        killed = _("the app is killed (kill -9)")
        self.journal.add(killed)
        self.journal.recording.died(killed)

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
        self.journal.did("break", act="start")
        self._slot.workers[0].end()
        self._slot.start(settings, port_of=0)
        changed = ", ".join(f"{name}={value!r}" for name, value in settings.items())
        started = _("the app is started again{changed}").format(
            changed=_(" with {settings}").format(settings=changed) if changed else ""
        )
        self.journal.add(started)
        if changed:
            self.journal.left_out(started)
        self.journal.recording.started(started)
        return self._slot.failure

    def another(self) -> int:
        """Start a second process of the app on the same database; its number."""
        self.journal.did("break", act="another")
        number = self._slot.start()
        if self._slot.failure:
            raise not_running(self._slot.failure, _("a second process of the app"))
        second = _("a second process of the app is started on the same database")
        self.journal.note(second, the_app())
        return number

    def cost(self) -> AbstractContextManager[Cost]:
        """Inside a `with` block of it, what the app uses is counted, see `counted`."""
        return counted([worker.pid for worker in self._slot.workers if worker.alive])

    def growth(
        self, less: Callable[[], object], more: Callable[[], object], *, most: float
    ) -> float:
        """How many times as much processor time `more()` takes the app as `less()`, see `grown`."""
        return grown(self.cost, less, more, most)

    def obituary(self) -> str:
        """How a process of the app ended, when it had started and nobody ended it."""
        if self._slot.failure:
            return ""
        for worker in self._slot.workers:
            if worker.status is None and not worker.alive:
                ended = _("the app's process has ended: {status}").format(
                    status=describe_status(worker.end())
                )
                self.journal.recording.died(ended)
                return ended
        return ""

    def close(self) -> None:
        """Forget requests that are still under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def settle(self, seconds: float = IDLE_SECONDS) -> None:
        """Wait `seconds` at most until the app is at rest, see `rest`."""
        self._slot.rest.wait(seconds)
