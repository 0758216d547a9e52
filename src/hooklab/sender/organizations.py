"""Organizations: who belongs to them, who is invited, and what a role allows.

Shapes: clerk/openapi-specs, webhooks/2025-04-15.yml, schemas Organization, OrganizationDomain,
OrganizationInvitation, OrganizationMembership, Role, Permission and DeletedObject. All times are
milliseconds since 1970.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from hooklab.sender.people import Person
from hooklab.sender.users import NewId

Data = dict[str, Any]
Made = Callable[[Person, NewId, int], Data]

_WEEK = 604_800_000
_MEMBER = {"role": "org:member", "role_name": "Member"}
_PICTURE = "https://img.clerk.com/default"


def organization(_person: Person, new_id: NewId, at: int) -> Data:
    """Return an organization with one member, its maker."""
    return {
        "admin_delete_enabled": True,
        "created_at": at,
        "created_by": new_id("user"),
        "has_image": False,
        "id": new_id("org"),
        "image_url": _PICTURE,
        "max_allowed_memberships": 5,
        "members_count": 1,
        "missing_member_with_elevated_permissions": False,
        "name": "Maple Works",
        "object": "organization",
        "pending_invitations_count": 0,
        "private_metadata": {},
        "public_metadata": {},
        "slug": "maple-works",
        "updated_at": at,
    }


def membership(person: Person, new_id: NewId, at: int) -> Data:
    """Return the membership of `person`, with the organization in it."""
    return {
        "created_at": at,
        "id": new_id("orgmem"),
        "object": "organization_membership",
        "organization": organization(person, new_id, at),
        "permissions": ["org:reports:read"],
        "private_metadata": {},
        "public_metadata": {},
        "public_user_data": {
            "first_name": person.first_name,
            "has_image": False,
            "identifier": person.address,
            "image_url": _PICTURE,
            "last_name": person.last_name,
            "profile_image_url": _PICTURE,
            "user_id": new_id("user"),
        },
        "updated_at": at,
    } | _MEMBER


def invitation_to_join(person: Person, new_id: NewId, at: int, *, status: str) -> Data:
    """Return an invitation; one that is "accepted" names the user who did so."""
    inviter = new_id("user")
    data = {
        "created_at": at,
        "email_address": person.address,
        "expires_at": at + _WEEK,
        "id": new_id("orginv"),
        "inviter_id": inviter,
        "object": "organization_invitation",
        "organization_id": new_id("org"),
        "private_metadata": {},
        "public_inviter_data": {
            "first_name": None,
            "has_image": False,
            "identifier": "owner@example.com",
            "image_url": _PICTURE,
            "last_name": None,
            "user_id": inviter,
        },
        "public_metadata": {},
        "status": status,
        "updated_at": at,
        "url": "https://accounts.example.com/accept-invitation?token=example",
    } | _MEMBER
    return data | {"user_id": new_id("user")} if status == "accepted" else data


def domain(_person: Person, new_id: NewId, at: int, *, mode: str) -> Data:
    """Return a domain whose people join by themselves, in the way that `mode` names."""
    return {
        "affiliation_email_address": "owner@example.com",
        "affiliation_verification": None,
        "created_at": at,
        "enrollment_mode": mode,
        "id": new_id("orgdmn"),
        "name": "example.com",
        "object": "organization_domain",
        "organization_id": new_id("org"),
        "ownership_verification": None,
        "total_pending_invitations": 0,
        "total_pending_suggestions": 0,
        "updated_at": at,
        "verification": None,
    }


def role(person: Person, new_id: NewId, at: int) -> Data:
    """Return a role with one permission."""
    return {
        "created_at": at,
        "description": "Reads all reports",
        "id": new_id("role"),
        "is_creator_eligible": False,
        "key": "org:auditor",
        "name": "Auditor",
        "object": "role",
        "permissions": [permission(person, new_id, at)],
        "updated_at": at,
    }


def permission(_person: Person, new_id: NewId, at: int) -> Data:
    """Return a permission that the application has made up."""
    return {
        "created_at": at,
        "description": "Allows to read reports",
        "id": new_id("perm"),
        "key": "org:reports:read",
        "name": "Read reports",
        "object": "permission",
        "type": "custom",
        "updated_at": at,
    }


def deleted(
    _person: Person, new_id: NewId, _at: int, *, kind: str, prefix: str, **kept: str
) -> Data:
    """Return what is left of something: its id, its kind and what is `kept` beside them."""
    return {"deleted": True, "id": new_id(prefix), "object": kind} | kept


ORGANIZATION_EVENTS: dict[str, Made] = {
    "organization.created": organization,
    "organization.updated": organization,
    "organization.deleted": partial(deleted, kind="organization", prefix="org", slug="maple-works"),
    "organizationDomain.created": partial(domain, mode="automatic_invitation"),
    "organizationDomain.updated": partial(domain, mode="automatic_suggestion"),
    "organizationDomain.deleted": partial(deleted, kind="organization_domain", prefix="orgdmn"),
    "organizationInvitation.created": partial(invitation_to_join, status="pending"),
    "organizationInvitation.accepted": partial(invitation_to_join, status="accepted"),
    "organizationInvitation.revoked": partial(invitation_to_join, status="revoked"),
    "organizationMembership.created": membership,
    "organizationMembership.updated": membership,
    "organizationMembership.deleted": membership,
    "role.created": role,
    "role.updated": role,
    "role.deleted": partial(deleted, kind="role", prefix="role"),
    "permission.created": permission,
    "permission.updated": permission,
    "permission.deleted": partial(deleted, kind="permission", prefix="perm"),
}
"""What each type of event carries."""
