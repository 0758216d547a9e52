"""A real Redis server for a run: a database for each check, and nobody else's data touched."""

import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

from hooklab.errors import HooklabError
from hooklab.texts import _
from hooklab.world.redis_upstream import Address

# Two checks run, two are prepared, and some are being cleared away: each has its own database.
CHECKS = 7
# The first database of the run says which ones are the kit's; no app is given that one.
MARK = "hooklab:databases"
CLIENT = "hooklab-grading"


class RedisServers:
    """The databases of one server, from the number in its address on, eight in all.

    A database is taken when it is empty or when an earlier run marked it as the kit's own, and it
    is empty again after `close()`. Use a server that holds nothing of value: an app that grades
    itself against it may run scripts there.

    Args:
        address: `redis://[[user]:password@]host[:port][/number]`.

    Raises:
        HooklabError: no such server, databases that are missing or in use, or another run there.
    """

    def __init__(self, address: str) -> None:
        self._first = _read(address)
        last = self._first.database + CHECKS
        self._lock = threading.Lock()
        self._free = list(range(self._first.database + 1, last + 1))
        self._ledger = _connect(self._first, name=f"{CLIENT}-{self._first.database}")
        from redis.exceptions import RedisError

        try:
            self._refuse_rivals()
            self._take(range(self._first.database, last + 1))
        except RedisError as error:
            self._ledger.close()
            raise HooklabError(
                _("the Redis server does not do as asked: {error}").format(error=error),
                _("check the address; the databases {first} to {last} are used").format(
                    first=self._first.database, last=last
                ),
            ) from None
        except HooklabError:
            self._ledger.close()
            raise

    def database(self) -> "RedisDatabase":
        """The database of one check."""
        return RedisDatabase(self)

    def take(self) -> Address:
        """An empty database."""
        with self._lock:
            if not self._free:
                raise HooklabError(
                    _("more than {count} checks use Redis at once").format(count=CHECKS),
                    _("this is a fault of the course, not of your answer; please report it"),
                )
            number = self._free.pop(0)
        address = self._at(number)
        self._flush(address)
        return address

    def give_back(self, address: Address) -> None:
        """Let the next check have the database."""
        with self._lock:
            self._free.append(address.database)

    def close(self) -> None:
        """Empty the databases, and say that they are nobody's any more."""
        from redis.exceptions import RedisError

        with suppress(RedisError):
            for number in range(self._first.database + 1, self._first.database + CHECKS + 1):
                self._flush(self._at(number))
            self._ledger.delete(MARK)
        self._ledger.close()

    def _refuse_rivals(self) -> None:
        """A run is known by the name of its connection, which ends with it in any case."""
        names = [client["name"] for client in self._ledger.client_list()]
        numbers = [
            int(name.removeprefix(CLIENT + "-")) for name in names if name.startswith(CLIENT + "-")
        ]
        near = [each for each in numbers if abs(each - self._first.database) <= CHECKS]
        if len(near) > 1:
            raise HooklabError(
                _("another grading run uses this Redis server"),
                _("wait until it has ended, or name a database that is {count} away").format(
                    count=CHECKS + 1
                ),
            )

    def _take(self, numbers: Iterable[int]) -> None:
        own = {int(number) for number in self._ledger.smembers(MARK)}
        for number in numbers:
            with _connect(self._at(number)) as client:
                size = client.dbsize()
            if number == self._first.database and own:
                size -= 1
            if size and number not in own:
                raise HooklabError(
                    _("database {number} of the Redis server is not empty").format(number=number),
                    _("name one from which {count} empty ones follow each other").format(
                        count=CHECKS + 1
                    ),
                )
        self._ledger.sadd(MARK, *self._free)

    def _at(self, number: int) -> Address:
        first = self._first
        return Address(first.host, first.port, number, first.username, first.password)

    def _flush(self, address: Address) -> None:
        with _connect(address) as client:
            client.flushdb()


class RedisDatabase:
    """What `hooklab.world` calls an upstream: the database that one check is given."""

    def __init__(self, servers: RedisServers) -> None:
        self._servers = servers
        self._address: Address | None = None

    def open(self) -> Address:
        """An empty database."""
        self._address = self._servers.take()
        return self._address

    def close(self) -> None:
        """Let the next check have it."""
        if self._address:
            self._servers.give_back(self._address)


def _read(address: str) -> Address:
    try:
        parts = urlsplit(address)
        number = int(parts.path.strip("/") or 0)
        if parts.scheme != "redis" or not parts.hostname:
            raise ValueError(address)
        port = parts.port or 6379
    except ValueError:
        raise HooklabError(
            _("“{address}” is no address of a Redis server").format(address=address),
            _("write it like {example}").format(example="redis://127.0.0.1:6379/5"),
        ) from None
    username, password = (part and unquote(part) for part in (parts.username, parts.password))
    return Address(parts.hostname, port, number, username or None, password)


def _connect(address: Address, name: str | None = None) -> Any:
    from redis import Redis

    from hooklab.world.redis_reader import connect

    return connect(address, Redis, name)
