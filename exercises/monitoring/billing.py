"""Given: the company's billing, where users have accounts, and pay. Nothing to write here."""

import json
from datetime import UTC, datetime
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from standardwebhooks import Webhook

from .clerk_user import ClerkUser
from .settings import Settings

TIMEOUT_SECONDS = 5


class BillingRefused(Exception):
    """Billing has answered, and has opened no account."""


class BillingUnreachable(Exception):
    """Billing has not answered; perhaps the account is open."""


def open_account(settings: Settings, message_id: str, user: ClerkUser) -> None:
    """Open an account for `user`; billing knows a repeat by the message id.

    Raises:
        BillingRefused, BillingUnreachable: with a text that is good for a debugger, and that names
            the user.
    """
    account = {"type": "account.opened", "user_id": user.id, "email": user.primary_email}
    _tell(settings, message_id, account, f"{user.first_name} <{user.primary_email}>")


def charge(settings: Settings, message_id: str, kind: str, user_id: str | None) -> None:
    """Charge an e-mail or a text message that Clerk has sent; raises as `open_account` does."""
    _tell(settings, message_id, {"type": "message.charged", "kind": kind}, str(user_id))


def _tell(settings: Settings, message_id: str, what: dict[str, str | None], whom: str) -> None:
    body = json.dumps(what)
    now = datetime.now(UTC)
    secret = settings.billing_app_secret.get_secret_value()
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, body),
    }
    url = f"{settings.billing_app_url}/webhooks/user-sync"
    try:
        with urlopen(Request(url, body.encode(), headers), timeout=TIMEOUT_SECONDS):  # noqa: S310
            pass
    except HTTPError as error:
        raise BillingRefused(f"{error.code} for {whom}") from None
    except (OSError, HTTPException) as error:
        raise BillingUnreachable(f"{url} for {whom}: {error}") from None
