"""A session as Clerk's `session.*` events carry it.

Shape: clerk/openapi-specs, webhooks/2025-04-15.yml, schemas Session and SessionActivityResponse.
All times are milliseconds since 1970.
"""

from typing import Any, Literal

from hooklab.sender.origins import Browser
from hooklab.sender.users import UPDATED_AFTER, NewId, User, version_after

Session = dict[str, Any]
Status = Literal["active", "pending", "ended", "removed", "revoked"]

_DAY = 86_400_000


def activity(
    identity: str, browser: Browser, ip: str, country: str | None, city: str | None
) -> dict[str, Any]:
    """Return `latest_activity`; a country or a city of None leaves its key out, as Clerk may."""
    place = {"city": city, "country": country}
    return {
        "browser_name": browser.name,
        "browser_version": browser.version,
        "device_type": browser.device_type,
        "id": identity,
        "ip_address": ip,
        "is_mobile": browser.is_mobile,
        "object": "session_activity",
    } | {key: value for key, value in place.items() if value is not None}


def new_session(user: User, new_id: NewId, at: int, *, status: Status) -> Session:
    """Return a session that begins at the time `at`, without activity or impersonator."""
    return {
        "abandon_at": at + 30 * _DAY,
        "actor": None,
        "client_id": new_id("client"),
        "created_at": at,
        "expire_at": at + 7 * _DAY,
        "id": new_id("sess"),
        "last_active_at": at,
        "last_active_organization_id": None,
        "latest_activity": None,
        "object": "session",
        "status": status,
        "updated_at": at + UPDATED_AFTER,
        "user_id": user["id"],
    }


def finished(session: Session, at: int, *, status: Status) -> Session:
    """Return the session once it is over; the events that say so carry no activity."""
    version = version_after(session, at)
    return session | {"latest_activity": None, "status": status, "updated_at": version}


def impersonated_by(user_id: str) -> dict[str, Any]:
    """Return the `actor` of a session that support staff opened in a user's name."""
    return {"iss": "https://dashboard.clerk.com", "sub": user_id}
