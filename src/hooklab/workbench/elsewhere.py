"""An app that runs elsewhere, such as one of `hooklab run`: only its address is known."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import SplitResult

from hooklab.sender import Clerk, Response, carry
from hooklab.workbench.row_changes import Tables
from hooklab.world import World


class Elsewhere:
    """Like a `Stage`, for an app that nobody here can stop, and whose clock is the machine's.

    Args:
        url: where it takes webhooks.
        secret: of its endpoint.
        clerk: the sender.
        world: the services around it.
    """

    has_clock = False
    has_processes = False
    failure = ""
    processes = (True,)

    def __init__(self, url: SplitResult, secret: str, clerk: Clerk, world: World) -> None:
        self._url = url
        self.secret = secret
        self.clerk = clerk
        self.world = world

    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC)

    @property
    def address(self) -> str:
        """Where the app takes requests, without a slash at its end."""
        return f"{self._url.scheme}://{self._url.netloc}"

    def send(
        self,
        path: str,  # noqa: ARG002 - it takes webhooks at the address that was given
        headers: Mapping[str, str],
        body: bytes,
        process: int = 0,  # noqa: ARG002 - there is one
        method: str = "POST",
    ) -> tuple[Response, float]:
        """Send one request; the response, and the seconds it took."""
        begun = time.perf_counter()
        response = carry(self._url, headers, body, method=method)
        return response, time.perf_counter() - begun

    def setting(self, name: str) -> str:  # noqa: ARG002 - nobody can tell
        """Nothing: only those who run it know its settings."""
        return ""

    def settle(self) -> None:
        """Nobody can tell what it does."""

    def deaths(self) -> list[str]:
        """Nobody can tell."""
        return []

    def tables(self) -> Tables:
        """Nobody can look."""
        return {}

    def printed(self) -> list[str]:
        """It prints elsewhere."""
        return []

    def close(self) -> None:
        """Whoever made the services closes them."""
