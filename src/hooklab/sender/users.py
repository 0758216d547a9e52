"""A user as Clerk's Backend API shows one, and how one changes.

Shape: clerk/openapi-specs, webhooks/2025-04-15.yml, schema User: every required key, and the
optional ones that a receiver meets. All times are milliseconds since 1970.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from hooklab.sender.events import primary_address
from hooklab.sender.given import NotGiven, given
from hooklab.sender.identities import (
    email_address,
    enterprise_account,
    google_account,
    phone_number,
    saml_account,
    web3_wallet,
)
from hooklab.sender.people import Person

User = dict[str, Any]
NewId = Callable[[str], str]
Via = Literal[
    "email",
    "google",
    "google_2025",
    "google_legacy",
    "phone",
    "username",
    "web3",
    "saml",
    "dashboard",
    "api",
    "import",
]
VIAS: tuple[Via, ...] = get_args(Via)
# Nobody is there to sign in when a server makes the user.
BY_SERVER: tuple[Via, ...] = ("dashboard", "api", "import")

_HOUR_IN_SECONDS = 3600
# Milliseconds from the making of something to its first version; mint.py says where it is from.
UPDATED_AFTER = 19


@dataclass(frozen=True)
class SignUp:
    """What is known about somebody at the moment they become a user."""

    first_name: str | None
    last_name: str | None
    addresses: tuple[str, ...]
    primary: str | None
    via: Via
    verified: bool | None
    has_image: bool
    locale: str | None
    username: str | None
    phone: str | None
    wallet: str | None
    external_id: str | None
    public_metadata: dict[str, Any]
    private_metadata: dict[str, Any] | None
    unsafe_metadata: dict[str, Any]

    def __post_init__(self) -> None:
        if self.via not in VIAS:
            raise ValueError(f"via={self.via!r} is unknown; use one of {', '.join(VIAS)}")


def new_user(sign_up: SignUp, new_id: NewId, at: int) -> User:
    """Return the user that a sign-up makes at the time `at`.

    As in captured payloads, `updated_at` is a few milliseconds after `created_at`, nobody has
    signed in yet, and `last_active_at` is not floored to the day, whatever the specification says.
    """
    user = _blank(new_id, at) | {
        "first_name": sign_up.first_name,
        "last_name": sign_up.last_name,
        "locale": sign_up.locale,
        "username": sign_up.username,
        "external_id": sign_up.external_id,
        "public_metadata": sign_up.public_metadata,
        "private_metadata": sign_up.private_metadata,
        "unsafe_metadata": sign_up.unsafe_metadata,
    }
    user |= _image(user["id"], has_image=sign_up.has_image)
    user["password_enabled"] = sign_up.via in ("email", "username", "import")
    if sign_up.via not in BY_SERVER:
        user["last_active_at"] = at
    _identify(user, sign_up, new_id, at)
    return user


def _blank(new_id: NewId, at: int) -> User:
    return {
        "backup_code_enabled": False,
        "banned": False,
        "create_organization_enabled": True,
        "create_organizations_limit": None,
        "created_at": at,
        "delete_self_enabled": True,
        "email_addresses": [],
        "enterprise_accounts": [],
        "external_accounts": [],
        "id": new_id("user"),
        "last_active_at": None,
        "last_sign_in_at": None,
        "legal_accepted_at": None,
        "locked": False,
        "lockout_expires_in_seconds": None,
        "mfa_disabled_at": None,
        "mfa_enabled_at": None,
        "object": "user",
        "passkeys": [],
        "phone_numbers": [],
        "primary_email_address_id": None,
        "primary_phone_number_id": None,
        "primary_web3_wallet_id": None,
        "saml_accounts": [],
        "totp_enabled": False,
        "two_factor_enabled": False,
        "updated_at": at + UPDATED_AFTER,
        "verification_attempts_remaining": 100,
        "web3_wallets": [],
    }


def _identify(user: User, sign_up: SignUp, new_id: NewId, at: int) -> None:
    for address in sign_up.addresses:
        # Only the primary address takes `verified`: an address beside it proves nothing about it.
        is_primary = address == sign_up.primary
        verified = sign_up.verified if is_primary else True
        entry = email_address(new_id("idn"), address, at, via=sign_up.via, verified=verified)
        user["email_addresses"].append(entry)
        if is_primary:
            user["primary_email_address_id"] = entry["id"]
            _link_account(user, sign_up, entry, new_id)
    if sign_up.phone is not None:
        number = phone_number(new_id("idn"), sign_up.phone, at, verified=bool(sign_up.verified))
        user |= {"phone_numbers": [number], "primary_phone_number_id": number["id"]}
    if sign_up.wallet is not None:
        wallet = web3_wallet(new_id("idn"), sign_up.wallet, at)
        user |= {"web3_wallets": [wallet], "primary_web3_wallet_id": wallet["id"]}


def _link_account(user: User, sign_up: SignUp, address: dict[str, Any], new_id: NewId) -> None:
    names = (sign_up.first_name, sign_up.last_name)
    if sign_up.via in ("google", "google_2025", "google_legacy"):
        address["linked_to"] = [{"id": new_id("idn"), "type": "oauth_google"}]
        user["external_accounts"] = [google_account(new_id("eac"), address, *names)]
    if sign_up.via == "saml":
        account = saml_account(new_id("samlacc"), address, *names)
        user["saml_accounts"] = [account]
        user["enterprise_accounts"] = [enterprise_account(new_id("entacc"), account)]


def version_after(resource: dict[str, Any], at: int) -> int:
    """Return the `updated_at` of a change made at the time `at`: always a larger one."""
    return max(at + UPDATED_AFTER, int(resource["updated_at"]) + 1)


def changed(user: User, changes: dict[str, Any], new_id: NewId, at: int) -> User:
    """Return the user after changes made at the time `at`.

    Beside keys of a user, `changes` may have `email` (added, unless it is there, and made the
    primary address; None removes the primary one), `verified` (about the primary address) and
    `has_image` and `locked`, which change their neighbours too.
    """
    special = ("email", "verified", "has_image", "locked")
    after = user | {key: value for key, value in changes.items() if key not in special}
    if "email" in changes:
        after |= _with_primary(after, changes["email"], new_id, at)
    if "verified" in changes:
        after |= _with_verified(after, at, verified=changes["verified"])
    if "has_image" in changes:
        after |= _image(after["id"], has_image=changes["has_image"])
    if "locked" in changes:
        after |= _lockout(locked=changes["locked"])
    return after | {"updated_at": version_after(user, at)}


def _with_primary(user: User, address: str | None, new_id: NewId, at: int) -> User:
    entries = user["email_addresses"]
    if address is None:
        former = user["primary_email_address_id"]
        kept = [entry for entry in entries if entry["id"] != former]
        return {"email_addresses": kept, "primary_email_address_id": None}
    for entry in entries:
        if entry["email_address"] == address:
            return {"primary_email_address_id": entry["id"]}
    entry = email_address(new_id("idn"), address, at)
    return {"email_addresses": [*entries, entry], "primary_email_address_id": entry["id"]}


def _with_verified(user: User, at: int, *, verified: bool | None) -> User:
    def proved(entry: dict[str, Any]) -> dict[str, Any]:
        if entry["id"] != user["primary_email_address_id"]:
            return entry
        fresh = email_address(entry["id"], entry["email_address"], at, verified=verified)
        return entry | {"updated_at": at, "verification": fresh["verification"]}

    return {"email_addresses": [proved(entry) for entry in user["email_addresses"]]}


def _lockout(*, locked: bool) -> User:
    return {
        "locked": locked,
        "lockout_expires_in_seconds": _HOUR_IN_SECONDS if locked else None,
        "verification_attempts_remaining": 0 if locked else 100,
    }


def _image(user_id: str, *, has_image: bool) -> User:
    # `image_url` is always filled, with a drawn picture when nobody chose one.
    kind = "uploaded" if has_image else "default"
    url = f"https://img.clerk.com/{kind}/{user_id}?width=160&height=160"
    return {"has_image": has_image, "image_url": url, "profile_image_url": url}


def addresses_of(
    person: Person,
    via: Via,
    email: str | NotGiven | None,
    emails: tuple[str, ...] | NotGiven,
) -> tuple[tuple[str, ...], str | None]:
    """Return all addresses of a new user, and the primary one."""
    if isinstance(emails, NotGiven):
        own = None if via in ("phone", "username", "web3") else person.address
        primary = given(email, own)
        return (() if primary is None else (primary,)), primary
    primary = given(email, emails[-1] if emails else None)
    if primary is None or primary in emails:
        return tuple(emails), primary
    return (*emails, primary), primary


def primary_of(user: User, entries: str, primary: str) -> dict[str, Any]:
    """Return the entry of a user that `primary` names; ValueError when there is none."""
    for entry in user[entries]:
        if entry["id"] == user[primary]:
            found: dict[str, Any] = entry
            return found
    raise ValueError(f"{user['id']} has no {primary}: nothing can be sent there")


def person_of(user: User) -> Person:
    """Return who a user is for others; "" for what they have not said."""
    return Person(
        user["first_name"] or "",
        user["last_name"] or "",
        primary_address(user) or "",
        user.get("locale") or "",
    )
