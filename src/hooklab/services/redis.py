"""Redis' own client, with a time-out that fits a webhook's deadline and no retries."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from hooklab.services.settings import Settings

TIMEOUT_SECONDS = 5


def redis_client(settings: Settings) -> Redis:
    """A client for the database of the settings; what it reads is text (`str`).

    Nothing is sent before the first command. A server that cannot be reached raises
    `redis.exceptions.ConnectionError`, one that does not answer in time `TimeoutError` of the same
    module; after either a command may or may not have been carried out.
    """
    return Redis.from_url(
        settings.redis_url,
        decode_responses=True,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        # redis-py repeats a command that may have been carried out; INCR would count twice.
        retry=Retry(NoBackoff(), 0),
    )
