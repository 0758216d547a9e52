"""The scheduler that asks the app, every minute, to do the work that is due."""

from concurrent.futures import Future, ThreadPoolExecutor

from hooklab.grading.app import App
from hooklab.grading.draws import Draws
from hooklab.grading.response import AppResponse
from hooklab.grading.rivals import at_once, race
from hooklab.grading.slot import Slot
from hooklab.texts import _

ROUTE = "/internal/cron"


class Cron:
    """Calls the app's cron route with the bearer token: `lab.cron()`.

    Args:
        slot: the check's place.
        app: the app's HTTP client.
        draw: makes up the tokens of strangers.
    """

    def __init__(self, slot: Slot, app: App, draw: Draws) -> None:
        self._slot = slot
        self._app = app
        self._draw = draw
        self._threads = ThreadPoolExecutor(max_workers=4)

    def __call__(self, *, expect: str = "2xx", app: int = 0) -> AppResponse:
        """Let app number `app` do the work that is due, and expect this response."""
        return self._ask(app).expect(expect)

    def later(self, *, app: int = 0) -> "Future[AppResponse]":
        """The same in the background; the future holds the response, whatever it is."""
        return self._threads.submit(self._ask, app)

    def together(self, *, processes: int = 2, after: int = 0) -> list[AppResponse]:
        """The same at once in several processes, which all see the work before one takes it.

        An app may tidy up before it looks for work: the first `after` writes of each pass.
        """
        return race(self._slot, self._app, [self.later] * processes, processes, after=after)

    def at_once(self, *, processes: int = 2, after: int = 0) -> "list[Future[AppResponse]]":
        """The same without waiting for the responses, while somebody else is held, say."""
        return at_once(self._slot, self._app, [self.later] * processes, processes, after=after)

    def obeys_its_secret_alone(self, path: str = ROUTE) -> None:
        """Fail unless whoever does not know the secret is refused, also at another `path`."""
        for stranger in self._draw.strangers(self._slot.settings["CRON_SECRET"]):
            self._app.request("POST", path, headers=stranger).expect("401", "403")

    def is_closed_without_a_secret(self, path: str = ROUTE) -> None:
        """Fail unless nobody is let in while the setting is empty; then the app has its own again.

        An app that does not start without a secret is right too.
        """
        if self._app.try_restart(CRON_SECRET="") is None:
            for header in ({}, {"authorization": "Bearer "}, {"authorization": "Bearer"}):
                self._app.request("POST", path, headers=header).expect("401", "403")
        self._app.restart()

    def close(self) -> None:
        """Forget calls that are still under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _ask(self, app: int) -> AppResponse:
        bearer = {"authorization": f"Bearer {self._slot.settings['CRON_SECRET']}"}
        return self._app.request("POST", ROUTE, headers=bearer, app=app, sender=_("the cron"))
