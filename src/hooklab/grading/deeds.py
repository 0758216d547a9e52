"""What a check did, as plain data: enough to do it again where somebody watches."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hooklab.sender.users import User


@dataclass(frozen=True)
class Deed:
    """One thing that was done.

    Attributes:
        what: "request", "move", "break", "fault", "know" (of Clerk: whom), or "left_out" for what
            cannot be told as one of these.
        values: the rest of it.
    """

    what: str
    values: Mapping[str, Any]


class Deeds:
    """What was done so far, in order; may be told by any thread.

    Args:
        users: everybody whom Clerk knows now; nobody in it is changed in place.
    """

    def __init__(self, users: Callable[[], list[User]]) -> None:
        self._users = users
        self._known: list[User] = []
        self._done: list[Deed] = []
        self._lock = threading.Lock()

    def add(self, what: str, **values: Any) -> None:
        """Add a deed; before it, whom Clerk knows, if that has changed."""
        with self._lock:
            known = self._users()
            # The same objects are equal without a look inside.
            if known != self._known:
                self._known = known
                self._done.append(Deed("know", {"users": known}))
            self._done.append(Deed(what, values))

    @property
    def all(self) -> list[Deed]:
        """Every deed."""
        with self._lock:
            return list(self._done)


@dataclass(frozen=True)
class Done:
    """What was done in one case.

    Attributes:
        check: the id of its check.
        world_name: what its world was called.
        lost: whether its function raised.
        settings: the environment of its app.
        deeds: what was done.
    """

    check: str
    world_name: str
    lost: bool
    settings: Mapping[str, str]
    deeds: list[Deed]
