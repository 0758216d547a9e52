"""Mailchimp's own client, with a time-out that fits a webhook's deadline."""

import logging

from mailchimp_marketing import Client  # type: ignore[import-untyped]

from hooklab.services.settings import Settings

TIMEOUT_SECONDS = 5


def mailchimp_client(settings: Settings) -> Client:
    """A client for the account of the settings: `client.lists.set_list_member(…)` and so on.

    It tries once. Every error is an `ApiClientError` of `mailchimp_marketing.api_client`, whose
    `str()` is empty: `status_code` is None when the connection failed, which does not say whether
    the work was done, and `text` is what was answered. What has no body returns the
    `requests.Response`.
    """
    # At DEBUG it logs addresses.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    # With a server name, the client writes it over the word "server" anywhere in the address.
    client = Client(
        {
            "api_key": settings.mailchimp_api_key.get_secret_value(),
            "server": "",
            "timeout": TIMEOUT_SECONDS,
        }
    )
    client.api_client.host = settings.mailchimp_api_url.rstrip("/") + "/3.0"
    return client
