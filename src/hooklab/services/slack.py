"""Slack's own client for incoming webhooks, with a time-out that fits a webhook's deadline."""

from slack_sdk.webhook import WebhookClient

from hooklab.services.settings import Settings

TIMEOUT_SECONDS = 5


def slack_client(settings: Settings) -> WebhookClient:
    """A client for the channel of the settings.

    Its `send()` raises nothing on 4xx and 5xx: look at `status_code` of what it returns. It tries
    once: a message whose answer was lost would be posted again by the client's own second try.
    """
    return WebhookClient(
        settings.slack_webhook_url.get_secret_value(), timeout=TIMEOUT_SECONDS, retry_handlers=[]
    )
