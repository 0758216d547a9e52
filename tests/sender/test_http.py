"""One request over HTTP: what comes back, and what is told when nothing does."""

import socket
import threading
from contextlib import contextmanager, nullcontext
from urllib.parse import urlsplit

import pytest

from hooklab.deadline import Deadline
from hooklab.sender import Response, carry
from hooklab.sender import http as http_module

HEAD = b"HTTP/1.1 200 OK\r\nX-One: 1\r\nx-one: 2\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n"


@contextmanager
def receiver(respond):
    """An address where `respond(connection, request, over)` is called once with what was sent."""
    over = threading.Event()

    def serve():
        connection, _address = door.accept()
        with connection:
            request = b""
            while not request.endswith(b"{}"):
                request += connection.recv(65536)
            respond(connection, request, over)

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=serve)
        thread.start()
        yield urlsplit(f"http://127.0.0.1:{door.getsockname()[1]}/hooks?a=b")
        over.set()
        thread.join()


def deliver(respond, **how):
    with receiver(respond) as url:
        return carry(url, {"x-id": "7"}, b"{}", **how)


def test_what_came_back_has_headers_in_lower_case():
    asked = []

    def respond(connection, request, _over):
        asked.append(request)
        connection.sendall(HEAD + b"Content-Length: 4\r\n\r\nfine")

    response = deliver(respond, method="PUT")
    assert asked[0].startswith(b"PUT /hooks?a=b HTTP/1.1\r\n")
    assert b"x-id: 7\r\n" in asked[0]
    assert (response.status, response.text, response.ok) == (200, "fine", True)
    assert response.headers["x-one"] == "1, 2"
    assert response.headers["set-cookie"] == "a\nb"


def trickle(head):
    """Sends a byte now and then, for longer than anybody waits."""

    def respond(connection, _request, over):
        connection.sendall(head)
        while not over.wait(0.01):
            try:
                connection.sendall(b".")
            except OSError:
                return

    return respond


@pytest.mark.parametrize(
    "respond",
    [
        lambda _connection, _request, over: over.wait(),
        trickle(b"HTTP/1.1 200"),
        trickle(HEAD + b"Content-Length: 100000\r\n\r\n"),
        trickle(HEAD + b"Connection: close\r\n\r\n"),
    ],
    ids=["silence", "half a head", "a slow body", "a slow body up to the end"],
)
def test_the_deadline_is_for_all_of_the_response(respond):
    assert deliver(respond, deadline=Deadline(0.2)) == Response(problem="timeout")


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 2", b"no HTTP at all\r\n\r\n"])
def test_a_connection_that_breaks_is_no_response(sent):
    response = deliver(lambda connection, _request, _over: connection.sendall(sent))
    assert response == Response(problem="dropped")
    assert not response.ok


def test_where_nobody_listens_the_system_says_why():
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    response = carry(urlsplit(f"http://127.0.0.1:{port}"), {}, b"")
    assert response.problem == "refused"
    assert response.text


def test_the_sockets_own_limit_is_a_timeout_too(monkeypatch):
    class Never:
        """Deadlines that come too late."""

        def within(self, _deadline, _give_up):
            return nullcontext()

    monkeypatch.setattr(http_module, "deadlines", Never())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = urlsplit(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        assert carry(url, {}, b"", deadline=Deadline(0.1)).problem == "timeout"
