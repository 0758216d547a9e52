"""Given: the company's billing, where users have accounts. Nothing to write here."""

import json
from datetime import UTC, datetime

import httpx
from standardwebhooks import Webhook

from .failures import Away, Hopeless
from .retry_after import retry_after
from .settings import Settings


class Billing:
    """Opens accounts, and knows a repeat by its key: the same key opens one account for ever.

    Args:
        settings: the address, the secret and the time-out.
    """

    def __init__(self, settings: Settings) -> None:
        self._secret = settings.billing_app_secret.get_secret_value()
        self._url = f"{settings.billing_app_url}/accounts"
        self._client = httpx.Client(timeout=settings.sync_timeout_seconds)

    def open_account(self, clerk_id: str, key: str) -> None:
        """Open an account.

        Raises:
            Away: it has not answered, or not in time; perhaps the account is open.
            Hopeless: it has answered that it will not.
        """
        body = json.dumps({"type": "account.opened", "user_id": clerk_id})
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self._secret).sign(key, now, body),
        }
        try:
            answer = self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError:
            raise Away("billing") from None
        if answer.status_code in (408, 429) or answer.status_code >= 500:
            raise Away("billing", retry_after(answer))
        if not answer.is_success:
            raise Hopeless(f"billing answers {answer.status_code}")
