"""Clerk's own list of users: the truth that every receiver tries to follow."""

import copy
from collections.abc import Mapping
from typing import Any

from hooklab.sender.events import ClerkEvent
from hooklab.sender.users import User

# How a caller may name a user: an event about them, their id, or what the directory shows.
Who = ClerkEvent | str | Mapping[str, Any]


class Directory:
    """The users of one Clerk instance, by id, oldest first.

    Entries are replaced and never changed in place, and only copies leave, so that what was
    said about a user yesterday stays as it was said.
    """

    def __init__(self) -> None:
        self._users: dict[str, User] = {}

    def __len__(self) -> int:
        return len(self._users)

    def all(self) -> list[User]:
        """Return every user, in the order of their making; read-only by agreement."""
        return list(self._users.values())

    def find(self, user_id: str) -> User | None:
        """Return a copy of one user, or None."""
        return copy.deepcopy(self._users.get(user_id))

    def get(self, who: Who) -> User:
        """Return a copy of one user; LookupError says what to do about one who is gone."""
        user_id = _id_of(who)
        user = self.find(user_id)
        if user is None:
            raise LookupError(
                f"{user_id} is not in Clerk's directory. To deliver news about a deleted user, "
                "make the event before the deletion and deliver it afterwards."
            )
        return user

    def put(self, user: User) -> None:
        """Add a user, or replace the one with the same id."""
        self._users[user["id"]] = copy.deepcopy(user)

    def remove(self, user_id: str) -> None:
        """Forget a user who is there."""
        del self._users[user_id]


def _id_of(who: Who) -> str:
    user_id = who.user_id if isinstance(who, ClerkEvent) else who
    if isinstance(user_id, Mapping):
        user_id = user_id["id"]
    if user_id is None:
        raise LookupError("this event is not about a user; name the user by id")
    return str(user_id)
