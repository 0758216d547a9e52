"""One client's connection to an HTTP service: h11 reads the protocol, asyncio the bytes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import h11

from hooklab.world.calls import Reply, reason
from hooklab.world.service import Service

BODY_LIMIT = 1 << 20
# What is refused is read and thrown away, so that a client which first sends everything gets to
# read why; nobody needs more patience than this.
PATIENCE = 16 * BODY_LIMIT

Exchange = Callable[[str, str, dict[str, str], bytes | None], Awaitable[Reply | None]]
"""`(method, target, headers, body) -> reply`: the body is None when it was over the limit, the
reply None to hang up instead."""

log = logging.getLogger(__name__)


class Connection(asyncio.Protocol):
    """Reads requests one after the other, and sends the reply to each.

    A client that closes its sending side counts as gone, as it does for nginx and uvicorn.

    Args:
        service: counts the connection, and ends it when it goes down itself.
        exchange: gives the reply to a request.
    """

    transport: asyncio.Transport

    def __init__(self, service: Service, exchange: Exchange) -> None:
        self._service = service
        self._exchange = exchange
        self._http = h11.Connection(h11.SERVER)
        self._conversation: asyncio.Task[None] | None = None
        self._head: h11.Request | None = None
        self._body = bytearray()
        self._received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio when a client has connected."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self.transport = transport
        self._service.connected(transport)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002
        """Called by asyncio when the connection has ended, by whichever side."""
        self._service.disconnected(self.transport)
        self._give_up()

    def eof_received(self) -> None:
        """Called by asyncio when the client will send no more."""
        self._give_up()

    def data_received(self, data: bytes) -> None:
        """Called by asyncio with what the client sent."""
        self._received += len(data)
        if self._received > PATIENCE:
            self.transport.abort()
        elif self._http.their_state is not h11.ERROR:
            self._http.receive_data(data)
            if self._conversation is None:
                self._read()

    def _read(self) -> None:
        try:
            while self._conversation is None:
                event = self._http.next_event()
                if not isinstance(event, h11.Event):
                    break
                self._take(event)
            if self._http.they_are_waiting_for_100_continue:
                self._write(h11.InformationalResponse(status_code=100, headers=[]))
        except h11.RemoteProtocolError as error:
            self._refuse(error)

    def _take(self, event: h11.Event) -> None:
        if isinstance(event, h11.Request):
            self._head = event
            self._body.clear()
        elif isinstance(event, h11.Data):
            # One byte over the limit is enough to know.
            room = BODY_LIMIT + 1 - len(self._body)
            self._body += event.data[:room]
        elif isinstance(event, h11.EndOfMessage):
            self._conversation = self._service.converse(self._answer())
            self._received = 0

    async def _answer(self) -> None:
        assert self._head is not None  # noqa: S101 - the end of a message follows its head
        headers: dict[str, str] = {}
        for raw_name, raw_value in self._head.headers:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        try:
            reply = await self._exchange(
                self._head.method.decode("ascii").upper(),
                self._head.target.decode("latin-1"),
                headers,
                bytes(self._body) if len(self._body) <= BODY_LIMIT else None,
            )
            if reply is None:
                self.transport.abort()
            else:
                await self._send(reply, silent=self._head.method == b"HEAD")
        except Exception:
            log.exception("%s broke a connection", self._service.name)
            self.transport.abort()
        self._go_on()

    async def _send(self, reply: Reply, *, silent: bool) -> None:
        bodiless = reply.status in {204, 304}
        length = {} if bodiless else {"content-length": str(len(reply.body))}
        fields = list({**reply.headers, **length}.items())
        head = h11.Response(status_code=reply.status, reason=reason(reply.status), headers=fields)
        body = b"" if silent or bodiless else reply.body
        events = (head, h11.Data(data=body), h11.EndOfMessage())
        if reply.pace:
            for byte in b"".join(self._http.send(event) or b"" for event in events):
                self.transport.write(bytes([byte]))
                await asyncio.sleep(reply.pace)
        else:
            self._write(*events)
        if self._http.our_state is h11.MUST_CLOSE:
            self.transport.close()

    def _go_on(self) -> None:
        self._conversation = None
        if self._http.our_state is h11.DONE and not self.transport.is_closing():
            self._http.start_next_cycle()
            self._read()

    def _refuse(self, error: h11.RemoteProtocolError) -> None:
        """Answer what is not HTTP with its 4xx, which belongs to no call, and say no more.

        What still comes is thrown away: closing on it would reset the connection, and the client
        might never read the answer.
        """
        if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            status = error.error_status_hint
            headers = [("connection", "close"), ("content-length", "0")]
            self._write(h11.Response(status_code=status, headers=headers), h11.EndOfMessage())
        self.transport.write_eof()

    def _write(self, *events: h11.Event) -> None:
        self.transport.write(b"".join(self._http.send(event) or b"" for event in events))

    def _give_up(self) -> None:
        if self._conversation is not None:
            self._conversation.cancel()
