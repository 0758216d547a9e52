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
    # answer 1: go through the statement's table, line by line.
    email = user.primary_email
    proof = email.verification if email else None
    if user.public_metadata.get("imported") is True:
        return IMPORT
    if proof and proof.strategy == "admin":
        return ADMIN
    if user.saml_accounts or user.enterprise_accounts:
        return "saml"
    if user.external_accounts:
        return provider_of(user.external_accounts[0])
    return _own_identity(user)


def provider_of(account: ExternalAccount) -> str:
    """Return the name of the account's provider; `unknown` for one that is in no table."""
    # answer 1: PROVIDERS, and OLDER for an account without a provider.
    if account.provider is None:
        return OLDER.get(account.object or "", UNKNOWN)
    return PROVIDERS.get(account.provider, UNKNOWN)


# not in the skeleton
def _own_identity(user: ClerkUser) -> str:
    identities = {
        "web3": user.web3_wallets,
        "email": user.primary_email,
        "phone": user.primary_phone_number_id,
        "username": user.username,
    }
    return next((name for name, value in identities.items() if value), UNKNOWN)
