"""One world, with a clock that the test sets and an observer that remembers."""

import contextlib
import http.client
import smtplib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from hooklab.world import World


class Clock:
    def __init__(self):
        self.time = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    def __call__(self):
        return self.time

    def advance(self, **span):
        self.time += timedelta(**span)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def seen():
    """What the observer was shown: (service, record) pairs."""
    return []


@pytest.fixture
def world(clock, seen) -> Iterator[World]:
    with World(
        now=clock,
        seed=7,
        on_record=lambda name, record: seen.append((name, record)),
        backend_api=lambda method, path, query, headers: (200, {"x-kit": "yes"}, {"path": path}),
    ) as world:
        yield world


@pytest.fixture
def connect():
    """`connect(service)` opens a plain TCP connection, closed when the test ends."""
    with contextlib.ExitStack() as stack:

        def open_one(service):
            address = ("127.0.0.1", service.port)
            return stack.enter_context(socket.create_connection(address, timeout=5))

        yield open_one


@pytest.fixture
def call():
    """`call(service, method, path, body, headers)` makes one request; (status, headers, body)."""

    def make(service, method="POST", path="/", body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=5)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    return make


@pytest.fixture
def send():
    """`send(server, …)` sends one e-mail with smtplib; the errors are smtplib's."""

    def deliver(server, to=("ada@example.com",), subject="Welcome", text="Hello Ada\n", html=None):
        message = EmailMessage()
        message["From"], message["To"] = "app@example.com", ", ".join(to)
        message["Subject"] = subject
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        with smtplib.SMTP(server.host, server.port, timeout=5) as client:
            return client.send_message(message)

    return deliver
