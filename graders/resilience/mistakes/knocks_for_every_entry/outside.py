"""Asks a service that is away once for every entry.

Loses: a_run_does_so_much_and_no_more
"""

from collections.abc import Callable
from typing import TypeVar

from .billing import Billing
from .clerk_users import ClerkUser, ClerkUsers
from .failures import Away

Result = TypeVar("Result")


class Outside:
    """Billing and Clerk; whichever was away once counts as away until the end of the run.

    Then fifty entries do not knock fifty times at a closed door, five seconds each.
    """

    def __init__(self, billing: Billing, clerk: ClerkUsers) -> None:
        self._billing = billing
        self._clerk = clerk
        self._away: dict[object, Away] = {}

    def open_account(self, clerk_id: str, key: str) -> None:
        """Let billing open an account; raises what `Billing.open_account` does."""
        self._ask(self._billing, lambda: self._billing.open_account(clerk_id, key))

    def find(self, clerk_id: str) -> ClerkUser | None:
        """The user as Clerk knows them now, None for nobody; may raise Away."""
        return self._ask(self._clerk, lambda: self._clerk.find(clerk_id))

    def page(self, after: str | None, size: int) -> list[ClerkUser]:
        """See `ClerkUsers.page`."""
        return self._ask(self._clerk, lambda: self._clerk.page(after, size))

    def _ask(self, service: object, ask: Callable[[], Result]) -> Result:
        if service in self._away:
            raise self._away[service]
        try:
            return ask()
        except Away as away:
            raise
