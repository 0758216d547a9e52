"""Given: four clients' ways to fail, in one form. Nothing to write here."""

from collections.abc import Mapping
from typing import Any

from intercom.core.api_error import ApiError
from mailchimp_marketing.api_client import ApiClientError
from segment.analytics.request import APIError


class Failed(Exception):
    """An attempt that has failed, or about which nobody can tell.

    Args:
        why: for the log: a status or a class, never what was sent or answered.
        permanent: whether trying again cannot help.
        retry_after: how many seconds the service asked to be left alone; None if it did not.
    """

    def __init__(
        self, why: str, *, permanent: bool = False, retry_after: int | None = None
    ) -> None:
        super().__init__(why)
        self.why = why
        self.permanent = permanent
        self.retry_after = retry_after


def refused(status: int, headers: Mapping[str, Any]) -> Failed:
    """The failure that an HTTP answer tells of: 400 says that the request itself is wrong."""
    fields = {name.lower(): str(value) for name, value in headers.items()}
    # It may also be a date; none of these four services sends one.
    asked = fields.get("retry-after", "")
    retry_after = int(asked) if asked.isdecimal() else None
    return Failed(f"status {status}", permanent=status == 400, retry_after=retry_after)


def failure_of(error: Exception) -> Failed:
    """What `error`, of whichever client, says of the attempt."""
    match error:
        case Failed():
            return error
        case ApiClientError(status_code=int(status)):
            # Mailchimp's client does not show the headers.
            return refused(status, {})
        case ApiError(status_code=int(status)):
            return refused(status, error.headers or {})
        case APIError(status=int(status)):
            return refused(status, error.response.headers)
        case NotImplementedError():
            return Failed(str(error))
    # The texts of the others quote addresses: the name of the class must do.
    return Failed(type(error).__name__)
