"""One HTTP request as a service received it, and what the service replies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Self

from hooklab.strange_json import read_json


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
            return read_json(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Reply:
    """What a service replies.

    Attributes:
        headers: those besides the length.
        pace: the seconds between two bytes; 0 sends them all at once.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pace: float = 0.0

    @classmethod
    def text(cls, text: str, status: int = 200) -> Self:
        """A plain text."""
        return cls(status, text.encode(), {"content-type": "text/plain; charset=utf-8"})

    @classmethod
    def json(cls, value: object, status: int = 200) -> Self:
        """A value written as JSON."""
        return cls(status, json.dumps(value).encode(), {"content-type": "application/json"})


class Refused(Exception):
    """Raised while a service works: `reply` is what the client gets instead."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.status} {reply.body!r}")
        self.reply = reply


def reason(status: int) -> str:
    """The standard phrase of an HTTP status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
