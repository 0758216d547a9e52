"""Stripe's own client, with a time-out that fits a webhook's deadline."""

import logging

import stripe

from hooklab.services.settings import Settings

TIMEOUT_SECONDS = 5


def stripe_client(settings: Settings) -> stripe.StripeClient:
    """A client for the account of the settings: `client.v1.customers.delete(…)` and so on.

    It tries once. Errors are `stripe.StripeError`s: what the API refuses has an `http_status` and
    often a `code`, and an `APIConnectionError` does not say whether the work was done. Only a
    POST is sent with an idempotency key, and with a new one for each call unless you give it:
    `create({…}, {"idempotency_key": …})`.
    """
    # At INFO and DEBUG it logs addresses and bodies.
    logging.getLogger("stripe").setLevel(logging.WARNING)
    return stripe.StripeClient(
        settings.stripe_api_key.get_secret_value(),
        base_addresses={"api": settings.stripe_api_url},
        max_network_retries=0,
        http_client=stripe.RequestsClient(
            timeout=TIMEOUT_SECONDS,
            async_fallback_client=stripe.HTTPXClient(timeout=TIMEOUT_SECONDS),
        ),
    )
