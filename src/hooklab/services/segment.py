"""Segment's own client, made to send at once and to raise what goes wrong."""

import logging

from segment.analytics.client import Client  # type: ignore[import-untyped]

from hooklab.services.settings import Settings

TIMEOUT_SECONDS = 5


def segment_client(settings: Settings) -> Client:
    """A client for the source of the settings: `client.track(user_id=…, event=…)` and so on.

    Each call sends once and waits for the answer; by default this client would queue in the
    background, and lose the queue with the process. Errors are those of requests, which do not say
    whether the event arrived, and `segment.analytics.request.APIError`, with a `status`. A wrong
    key is no error: Segment answers 200 and drops the event. Every event has a new `message_id`
    unless you give it.
    """
    # At DEBUG it logs whole events with the write key.
    logging.getLogger("segment").setLevel(logging.WARNING)
    return Client(
        settings.segment_write_key.get_secret_value(),
        host=settings.segment_api_url,
        sync_mode=True,
        max_retries=0,
        timeout=TIMEOUT_SECONDS,
    )
