"""Given: how long a service asks to be left alone. Nothing to write here."""

from datetime import timedelta

import httpx


def retry_after(answer: httpx.Response) -> timedelta | None:
    """What the header `Retry-After` says in seconds, a day at most; None without one."""
    seconds = answer.headers.get("retry-after", "")
    if not seconds.isdecimal():
        return None
    return min(timedelta(seconds=int(seconds[:6])), timedelta(days=1))
