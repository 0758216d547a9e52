"""Where a user comes from: TODO 1, begin here. Lesson: course/*/lessons/analytics.md"""

from .clerk_data import ClerkUser, ExternalAccount

UNKNOWN = "unknown"
IMPORT = "import"
ADMIN = "admin"

BY_SERVER = (IMPORT, ADMIN)
"""Nobody has signed up when a server made the user."""

PROVIDERS = {
    "oauth_apple": "apple",
    "oauth_facebook": "facebook",
    "oauth_github": "github",
    "oauth_google": "google",
    "oauth_microsoft": "microsoft",
}

OLDER = {"google_account": "google", "facebook_account": "facebook"}
"""What `object` says of an account without a `provider`."""


def source_of(user: ClerkUser) -> str:
    """Return how the user came: the first line of the statement's table that fits."""
    # TODO 1: go through the statement's table, line by line.
    raise NotImplementedError("source_of(): TODO 1 is still open, in sources.py")


def provider_of(account: ExternalAccount) -> str:
    """Return the name of the account's provider; `unknown` for one that is in no table."""
    # TODO 1: PROVIDERS, and OLDER for an account without a provider.
    raise NotImplementedError("provider_of(): TODO 1 is still open, in sources.py")
