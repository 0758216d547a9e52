"""Keep organizations and who belongs to them, whatever order the events come in.

The lesson on organizations explains this file; no exercise asks for it.
"""

from collections.abc import Iterable
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, select

from hooklab.services import insert


class Organization(SQLModel, table=True):
    """An organization as Clerk last described it."""

    __tablename__ = "members_organization"

    id: str = Field(primary_key=True)
    name: str
    version: int


class Membership(SQLModel, table=True):
    """One user in one organization. No foreign keys: the other rows may come later."""

    __tablename__ = "members_membership"

    id: str = Field(primary_key=True)
    user_id: str
    organization_id: str
    role: str
    version: int


class Gone(SQLModel, table=True):
    """The tombstone of anything: a user, an organization, a membership."""

    __tablename__ = "members_gone"

    id: str = Field(primary_key=True)


# --8<-- [start:apply]
def apply(session: Session, kind: str, data: dict[str, Any]) -> None:
    """Carry out one event of Clerk's; a type nobody handles is no error."""
    match kind:
        case "organization.created" | "organization.updated":
            row = Organization(id=data["id"], name=data["name"], version=data["updated_at"])
            store(session, row)
        case "organizationMembership.created" | "organizationMembership.updated":
            store(session, membership(data))
        case "user.deleted" | "organization.deleted" | "organizationMembership.deleted":
            bury(session, data["id"])


# --8<-- [end:apply]


def membership(data: dict[str, Any]) -> Membership:
    """Build the row of a membership: two ids and a role, and none of the names in it."""
    return Membership(
        id=data["id"],
        user_id=data["public_user_data"]["user_id"],
        organization_id=data["organization"]["id"],
        role=data["role"],
        version=data["updated_at"],
    )


# --8<-- [start:store]
def store(session: Session, row: Organization | Membership) -> None:
    """Insert the row, or replace what is older."""
    table, values = type(row), row.model_dump()
    statement = insert(session, table).values(**values)
    newer = col(table.version) < row.version
    session.exec(statement.on_conflict_do_update(index_elements=["id"], set_=values, where=newer))


def bury(session: Session, id_: str) -> None:
    """Note that something is gone, whether it has come already or not."""
    session.exec(insert(session, Gone).values(id=id_).on_conflict_do_nothing())


# --8<-- [end:store]


# --8<-- [start:members]
def members(session: Session, organization_id: str) -> Iterable[str]:
    """The ids of all users who belong to the organization now."""
    gone = select(Gone.id)
    parts = (Membership.id, Membership.user_id, Membership.organization_id)
    return session.exec(
        select(Membership.user_id)
        .where(Membership.organization_id == organization_id)
        .where(*(col(part).not_in(gone) for part in parts))
        .order_by(Membership.user_id)
    ).all()


# --8<-- [end:members]
