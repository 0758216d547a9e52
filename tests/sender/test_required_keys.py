"""Every key that Clerk's contract requires is there, for every kind of user.

The lists are those of clerk/openapi-specs, webhooks/2025-04-15.yml, which the strict models of
clerk-backend-api 7.0.0 require too.
"""

import pytest

from hooklab.sender import crowd

USER = {
    *("id", "object", "username", "first_name", "last_name", "has_image"),
    *("primary_email_address_id", "primary_phone_number_id", "primary_web3_wallet_id"),
    *("password_enabled", "two_factor_enabled", "totp_enabled", "backup_code_enabled"),
    *("email_addresses", "phone_numbers", "web3_wallets", "passkeys", "external_accounts"),
    *("saml_accounts", "enterprise_accounts", "public_metadata", "external_id"),
    *("last_sign_in_at", "banned", "locked", "lockout_expires_in_seconds"),
    *("verification_attempts_remaining", "created_at", "updated_at", "delete_self_enabled"),
    *("create_organization_enabled", "last_active_at", "mfa_enabled_at", "mfa_disabled_at"),
    "legal_accepted_at",
}
NESTED = {
    "email_addresses": {
        *("object", "email_address", "verification", "linked_to", "reserved"),
        *("created_at", "updated_at"),
    },
    "phone_numbers": {
        *("object", "phone_number", "verification", "linked_to", "reserved"),
        *("created_at", "updated_at"),
    },
    "web3_wallets": {"object", "web3_wallet", "verification", "created_at", "updated_at"},
    "external_accounts": {
        *("object", "id", "provider", "identification_id", "provider_user_id", "approved_scopes"),
        *("email_address", "first_name", "last_name", "public_metadata", "created_at"),
        *("updated_at", "verification"),
    },
    "saml_accounts": {"id", "object", "provider", "active", "email_address", "verification"},
    "enterprise_accounts": {
        *("id", "object", "protocol", "provider", "active", "email_address", "verification"),
    },
}
VERIFICATION = {"status", "strategy", "attempts", "expire_at"}
SESSION = {
    *("object", "id", "user_id", "client_id", "status", "last_active_at", "expire_at"),
    *("abandon_at", "updated_at", "created_at", "user"),
}
NULLABLE = {
    *("external_id", "primary_email_address_id", "primary_phone_number_id"),
    *("primary_web3_wallet_id", "username", "first_name", "last_name", "locale"),
    *("private_metadata", "mfa_enabled_at", "mfa_disabled_at", "last_sign_in_at"),
    *("lockout_expires_in_seconds", "verification_attempts_remaining"),
    *("create_organizations_limit", "last_active_at", "legal_accepted_at"),
}


@pytest.fixture
def people(clerk):
    crowd(clerk, 28)
    clerk.user_updated(clerk.users[0], email=None, locked=True)
    return clerk.users


def test_every_user_has_every_required_key(people):
    assert [USER - user.keys() for user in people] == [set()] * len(people)


def test_nothing_is_null_that_may_not_be(people):
    nulls = {key for user in people for key, value in user.items() if value is None}
    assert nulls <= NULLABLE


@pytest.mark.parametrize("entries", NESTED)
def test_every_entry_has_every_required_key(people, entries):
    found = [entry for user in people for entry in user[entries]]
    assert found, f"the crowd has no {entries}"
    assert [NESTED[entries] - entry.keys() for entry in found] == [set()] * len(found)
    assert all(entry["verification"].keys() >= VERIFICATION for entry in found)


def test_every_session_has_every_required_key(clerk):
    user = clerk.user_created()
    events = [clerk.session_created(user), clerk.session_pending(user), clerk.session_ended(user)]
    assert [SESSION - event.data.keys() for event in events] == [set()] * 3
