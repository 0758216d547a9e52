"""Where ids, envelopes and the circumstances of an event come from, all from one seed."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hooklab.sender import origins
from hooklab.sender.events import ClerkEvent
from hooklab.sender.ids import ksuid, milliseconds, seeded
from hooklab.sender.users import BY_SERVER, Via

# The distances of a captured `user.created`: created …534, updated …553, envelope …570. They are
# constant so that the times of two events differ by the same, whichever field a receiver reads.
_ENVELOPE_AFTER = 36


class Mint:
    """Strikes everything in an event that chance or the clock decides.

    Args:
        seed: the same seed and the same calls give the same results.
        now: the clock; aware datetimes.
    """

    def __init__(self, seed: int, now: Callable[[], datetime]) -> None:
        self._now = now
        self._id_bytes = seeded(seed, "ids")
        self._message_id_bytes = seeded(seed, "message ids")
        self.random = seeded(seed, "circumstances")
        self.events: list[ClerkEvent] = []
        self.instance_id = self.new_id("ins")

    def moment(self, at: datetime | None) -> datetime:
        """Return `at` in UTC, or the moment whose envelope would be stamped now.

        Raises ValueError for a naive datetime.
        """
        moment = at or self._now() - timedelta(milliseconds=_ENVELOPE_AFTER)
        milliseconds(moment)  # refuses a naive one
        return moment.astimezone(UTC)

    def new_id(self, prefix: str) -> str:
        """Return an id of Clerk's, such as `user_…`."""
        return f"{prefix}_{ksuid(self._id_bytes, self._now())}"

    def new_message_id(self) -> str:
        """Return an id of Svix's, `msg_…`."""
        return f"msg_{ksuid(self._message_id_bytes, self._now())}"

    def code(self) -> str:
        """Return a one-time code of six digits."""
        return f"{self.random.randrange(1_000_000):06}"

    def phone(self) -> str:
        """Return a North American number out of those that are kept for fiction."""
        return f"+1{self.random.randrange(201, 990)}55501{self.random.randrange(100):02}"

    def origin(self, via: Via, *, attributes: bool = True) -> dict[str, Any] | None:
        """Return the `http_request` of whoever acts, or None for an event without attributes."""
        browser, ip = origins.some_browser(self.random), origins.some_ip(self.random)
        if not attributes:
            return None
        if via == "dashboard":
            return origins.DASHBOARD
        if via in BY_SERVER:
            return origins.BACKEND_SDK
        return origins.http_request(browser, ip)

    def event(
        self, type_: str, data: Mapping[str, Any], at: datetime, origin: dict[str, Any] | None
    ) -> ClerkEvent:
        """Return an event in its envelope, and keep it in `events`."""
        version = int(data.get("updated_at") or 0)
        envelope = {
            "data": data,
            "instance_id": self.instance_id,
            "object": "event",
            "timestamp": max(milliseconds(at) + _ENVELOPE_AFTER, version + 1),
            "type": type_,
        }
        if origin is not None:
            envelope["event_attributes"] = {"http_request": origin}
        message_id = self.new_message_id()
        payload = _in_key_order(envelope)
        event = ClerkEvent(message_id, type_, payload, at, new_message_id=self.new_message_id)
        self.events.append(event)
        return event


def _in_key_order(value: Any) -> Any:
    """Return a copy whose keys are sorted, as they are in captured payloads."""
    if isinstance(value, Mapping):
        return {key: _in_key_order(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_in_key_order(item) for item in value]
    return value
