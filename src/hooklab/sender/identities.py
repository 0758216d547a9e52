"""The ways in which Clerk knows somebody: addresses, numbers, wallets, accounts elsewhere.

Shapes: clerk/openapi-specs, webhooks/2025-04-15.yml, schemas EmailAddress, PhoneNumber,
Web3Wallet, ExternalAccountWithVerification, SAMLAccount and EnterpriseAccount.
"""

from typing import Any

# How an address was proved, by the way its owner came in: (object, strategy).
_PROOFS = {
    "google": ("verification_from_oauth", "from_oauth_google"),
    "google_2025": ("verification_from_oauth", "from_oauth_google"),
    "google_legacy": ("verification_from_oauth", "from_oauth_google"),
    "saml": ("verification_saml", "saml"),
    "dashboard": ("verification_admin", "admin"),
    "api": ("verification_admin", "admin"),
    "import": ("verification_admin", "admin"),
}
_CODE_BY_MAIL = ("verification_otp", "email_code")
_TEN_MINUTES = 600_000


def verification(kind: str, strategy: str, at: int, *, verified: bool = True) -> dict[str, Any]:
    """Return a `verification` object; `at` is the time it began, in milliseconds."""
    never_ends = kind in ("verification_admin", "verification_from_oauth", "verification_saml")
    has_no_code = never_ends or kind == "verification_oauth"
    return {
        "attempts": None if has_no_code else int(verified),
        "expire_at": None if never_ends else at + _TEN_MINUTES,
        "object": kind,
        "status": "verified" if verified else "unverified",
        "strategy": strategy,
    }


def email_address(
    identity: str, address: str, at: int, *, via: str = "email", verified: bool | None = True
) -> dict[str, Any]:
    """Return an entry of `email_addresses`.

    `verified=None` gives `verification: null`, which Clerk allows. An address that is not yet
    verified waits for a code, whatever way its owner came in.
    """
    proof = _PROOFS.get(via, _CODE_BY_MAIL) if verified else _CODE_BY_MAIL
    return {
        "created_at": at,
        "email_address": address,
        "id": identity,
        "linked_to": [],
        "matches_sso_connection": via == "saml",
        "object": "email_address",
        "reserved": False,
        "updated_at": at,
        "verification": None if verified is None else verification(*proof, at, verified=verified),
    }


def phone_number(identity: str, number: str, at: int, *, verified: bool) -> dict[str, Any]:
    """Return an entry of `phone_numbers`; the number in E.164 form."""
    return {
        "backup_codes": None,
        "created_at": at,
        "default_second_factor": False,
        "id": identity,
        "linked_to": [],
        "object": "phone_number",
        "phone_number": number,
        "reserved": False,
        "reserved_for_second_factor": False,
        "updated_at": at,
        "verification": verification("verification_otp", "phone_code", at, verified=verified),
    }


def web3_wallet(identity: str, wallet: str, at: int) -> dict[str, Any]:
    """Return an entry of `web3_wallets`; the wallet is an Ethereum address."""
    proof = verification("verification_web3", "web3_metamask_signature", at)
    return {
        "created_at": at,
        "id": identity,
        "object": "web3_wallet",
        "updated_at": at,
        "verification": proof | {"message": None, "nonce": None},
        "web3_wallet": wallet,
    }


def google_account(
    identity: str, address: dict[str, Any], first_name: str | None, last_name: str | None
) -> dict[str, Any]:
    """Return an entry of `external_accounts` as it is today: provider `oauth_google`."""
    at = address["created_at"]
    return {
        "approved_scopes": "email https://www.googleapis.com/auth/userinfo.email "
        "https://www.googleapis.com/auth/userinfo.profile openid profile",
        "created_at": at,
        "email_address": address["email_address"],
        "email_address_verified": True,
        "first_name": first_name or "",
        "id": identity,
        "identification_id": address["linked_to"][0]["id"],
        "image_url": "",
        "label": None,
        "last_name": last_name or "",
        "object": "external_account",
        "provider": "oauth_google",
        "provider_user_id": str(int.from_bytes(identity.encode()[-8:], "big")),
        "public_metadata": {},
        "updated_at": at,
        "username": None,
        "verification": verification("verification_oauth", "oauth_google", at),
    }


def before_2025(account: dict[str, Any]) -> dict[str, Any]:
    """Return a Google account as captures from 2021 to 2024 show it: without `provider`."""
    kept = ("approved_scopes", "email_address", "id", "label", "public_metadata", "username")
    return {key: account[key] for key in kept} | {
        "family_name": account["last_name"],
        "given_name": account["first_name"],
        "google_id": account["provider_user_id"],
        "object": "google_account",
        "picture": "",
        "verification": account["verification"],
    }


def in_2025(account: dict[str, Any]) -> dict[str, Any]:
    """Return a Google account as a capture of 2025 shows it: called as before, and a `provider`."""
    return account | before_2025(account)


def saml_account(
    identity: str, address: dict[str, Any], first_name: str | None, last_name: str | None
) -> dict[str, Any]:
    """Return an entry of `saml_accounts`."""
    at = address["created_at"]
    return {
        "active": True,
        "email_address": address["email_address"],
        "first_name": first_name,
        "id": identity,
        "last_authenticated_at": at,
        "last_name": last_name,
        "object": "saml_account",
        "provider": "saml_custom",
        "provider_user_id": address["email_address"],
        "public_metadata": {},
        "saml_connection": None,
        "verification": verification("verification_saml", "saml", at),
    }


def enterprise_account(identity: str, account: dict[str, Any]) -> dict[str, Any]:
    """Return the entry of `enterprise_accounts` that goes with a SAML account."""
    kept = {key: value for key, value in account.items() if key != "saml_connection"}
    return kept | {
        "enterprise_connection": None,
        "enterprise_connection_id": None,
        "id": identity,
        "object": "enterprise_account",
        "protocol": "saml",
    }
