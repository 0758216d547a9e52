"""Clerk's Backend API on the wire; what it answers is given by a function."""

import json
from collections.abc import Callable, Mapping

from hooklab.world.http import Answer, Call, HttpService, reason
from hooklab.world.service import Setup

Handler = Callable[
    [str, str, dict[str, list[str]], dict[str, str]], tuple[int, Mapping[str, str], object]
]
"""`(method, path, query, headers) -> (status, headers, body)`; the body is what JSON can write,
or None for no body. Header names arrive in lower case. It runs in the loop's thread."""


class ClerkApi(HttpService):
    """Carries `handler` over HTTP, with the faults and records of every service."""

    def __init__(self, setup: Setup, handler: Handler) -> None:
        super().__init__(setup)
        self._handler = handler

    def answer(self, call: Call) -> Answer:
        """Ask the handler."""
        status, headers, body = self._handler(call.method, call.path, call.query, call.headers)
        content = b"" if body is None else json.dumps(body).encode()
        return Answer(status, content, {"content-type": "application/json", **headers})

    def refusal(self, status: int) -> Answer:
        """An error in the shape of Clerk's: a list of errors under `errors`."""
        error = {
            "code": reason(status).lower().replace(" ", "_"),
            "message": reason(status),
            "long_message": f"The simulated Backend API was told to answer {status}.",
        }
        return Answer.json({"errors": [error]}, status)
