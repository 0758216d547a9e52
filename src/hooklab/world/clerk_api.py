"""Clerk's Backend API on the wire; what it answers is given by a function."""

import json
from collections.abc import Callable, Iterable, Mapping

from hooklab.world import credentials
from hooklab.world.calls import Call, Reply, reason
from hooklab.world.http_service import HttpService
from hooklab.world.service import Setup

Handler = Callable[
    [str, str, dict[str, list[str]], dict[str, str]], tuple[int, Mapping[str, str], object]
]
"""`(method, path, query, headers) -> (status, headers, body)`; the body is what JSON can write,
or None for no body. Header names arrive in lower case. It runs in the loop's thread."""


class ClerkApi(HttpService):
    """Carries `handler` over HTTP, with the faults and records of every service.

    Args:
        setup: see `Service`.
        handler: says what is answered.
        seed: the secret key comes from it; without one, every key will do.
    """

    def __init__(self, setup: Setup, handler: Handler, seed: int | None = None) -> None:
        super().__init__(setup)
        self._handler = handler
        self._strict = seed is not None
        chance = credentials.chance("clerk_api", seed or 0)
        self.secret_key = f"sk_test_{credentials.word(chance, 42)}"
        self._left_out: frozenset[str] = frozenset()

    def leave_out(self, ids: Iterable[str]) -> None:
        """Leave these out of every list until `recover()`: a page is shorter then, and still a 200.

        Whoever asks for one of them by its id gets it.
        """
        self._left_out = frozenset(ids)

    def recover(self) -> None:
        """Work normally again, and leave nobody out."""
        self._left_out = frozenset()
        super().recover()

    def answer(self, call: Call) -> Reply:
        """Ask the handler, unless the key is another instance's."""
        key = credentials.bearer(call)
        # The handler itself refuses what is no secret key at all.
        if self._strict and key.startswith("sk_") and key != self.secret_key:
            return self._errors(
                401,
                "clerk_key_invalid",
                "The provided Clerk Secret Key is invalid.",
                "Make sure that your Clerk Secret Key is correct.",
            )
        status, headers, body = self._handler(call.method, call.path, call.query, call.headers)
        if isinstance(body, list):
            body = [each for each in body if each.get("id") not in self._left_out]
        content = b"" if body is None else json.dumps(body).encode()
        return Reply(status, content, {"content-type": "application/json", **headers})

    def refusal(self, status: int) -> Reply:
        """An error in the shape of Clerk's: a list of errors under `errors`."""
        return self._errors(
            status,
            reason(status).lower().replace(" ", "_"),
            reason(status),
            f"The simulated Backend API was told to answer {status}.",
        )

    def _errors(self, status: int, code: str, message: str, long_message: str) -> Reply:
        error = {"code": code, "message": message, "long_message": long_message}
        return Reply.json({"errors": [error]}, status)
