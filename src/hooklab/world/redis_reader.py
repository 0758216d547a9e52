"""A Redis client that only looks; imported only by whoever looks."""

from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from hooklab.world.redis_upstream import Address

TIMEOUT_SECONDS = 5

_NAMES = """
BITCOUNT BITPOS DBSIZE EXISTS EXPIRETIME GET GETBIT GETRANGE HEXISTS HGET HGETALL HKEYS HLEN
HMGET HSCAN HSTRLEN HVALS KEYS LINDEX LLEN LPOS LRANGE MGET OBJECT PEXPIRETIME PFCOUNT PING
PTTL SCAN SCARD SDIFF SINTER SISMEMBER SMEMBERS SMISMEMBER SRANDMEMBER SSCAN STRLEN SUNION TTL
TYPE XINFO XLEN XPENDING XRANGE XREVRANGE ZCARD ZCOUNT ZLEXCOUNT ZMSCORE ZRANGE ZRANGEBYLEX
ZRANGEBYSCORE ZRANK ZREVRANGE ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE
"""
READS = frozenset(_NAMES.split())


class Reader(Redis):
    """redis-py's client with the commands that change nothing; the others raise ValueError."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Execute a command that reads."""
        name = str(args[0]).upper().split()[0]
        if name not in READS:
            raise ValueError(f"{name} is not among the commands that only read")
        return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, *_arguments: Any, **_options: Any) -> Any:
        """Pipelines are for writing."""
        raise ValueError("a grader only looks: use the commands one by one")


def connect(address: Address, kind: type[Redis] = Reader, name: str | None = None) -> Any:
    """A client of `kind` for the database at `address`; what it reads is text.

    Args:
        name: what the server shows the connection as.
    """
    return kind(
        host=address.host,
        port=address.port,
        db=address.database,
        username=address.username,
        password=address.password,
        client_name=name,
        decode_responses=True,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
