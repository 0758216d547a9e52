"""What an app is told about the world around it."""

from hooklab.world import World

SERVICES = (
    "mail",
    "slack",
    "stripe",
    "newsletter",
    "support",
    "analytics",
    "push",
    "mobile",
    "admin",
    "billing",
    "redis",
    "clerk_api",
)
"""The services that an app can use, by their names in `World`."""


def environment(world: World) -> dict[str, str]:
    """The address and the secret of every service, by the names of the app's settings."""
    apps = {"MOBILE": world.mobile, "ADMIN": world.admin, "BILLING": world.billing}
    return {
        "SMTP_HOST": world.mail.host,
        "SMTP_PORT": str(world.mail.port),
        "SLACK_WEBHOOK_URL": world.slack.webhook_url,
        "STRIPE_API_KEY": world.stripe.api_key,
        "STRIPE_API_URL": world.stripe.url,
        "MAILCHIMP_API_KEY": world.newsletter.api_key,
        "MAILCHIMP_API_URL": world.newsletter.url,
        "MAILCHIMP_LIST_ID": world.newsletter.list_id,
        "INTERCOM_ACCESS_TOKEN": world.support.access_token,
        "INTERCOM_API_URL": world.support.url,
        "SEGMENT_WRITE_KEY": world.analytics.write_key,
        "SEGMENT_API_URL": world.analytics.url,
        "EXPO_ACCESS_TOKEN": world.push.access_token,
        "EXPO_PUSH_URL": world.push.url,
        "REDIS_URL": world.redis.url,
        "CLERK_SECRET_KEY": world.clerk_api.secret_key,
        "CLERK_API_URL": world.clerk_api.url,
        **{f"{name}_APP_URL": app.url for name, app in apps.items()},
        **{f"{name}_APP_SECRET": app.secret for name, app in apps.items()},
    }
