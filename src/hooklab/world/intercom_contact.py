"""A contact of Intercom: how it is shown, and what a search finds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Contact:
    """A user or a lead; the times are those of the virtual clock.

    Args:
        role: "user" or "lead".
        fields: what was sent, such as "external_id", "email", "name" and "custom_attributes".
        archived_at: set while it is archived, which can be undone.
        deleted_at: set for ever once it is deleted; nobody is shown it any more.
    """

    id: str
    role: str
    fields: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def email(self) -> str | None:
        """The address; None when none was sent."""
        return self.fields.get("email")

    @property
    def external_id(self) -> str | None:
        """The app's id for it; None when none was sent."""
        return self.fields.get("external_id")

    @property
    def archived(self) -> bool:
        """Whether it is archived."""
        return self.archived_at is not None

    @property
    def deleted(self) -> bool:
        """Whether it was deleted."""
        return self.deleted_at is not None

    @property
    def shown(self) -> bool:
        """Whether it is neither archived nor deleted."""
        return not self.archived and not self.deleted

    def as_json(self) -> dict[str, Any]:
        """As Intercom shows it."""
        empty = dict.fromkeys(("email", "external_id", "name", "phone"))
        return {
            **empty,
            "custom_attributes": {},
            **self.fields,
            "type": "contact",
            "id": self.id,
            "role": self.role,
            "created_at": int(self.created_at.timestamp()),
            "updated_at": int(self.updated_at.timestamp()),
        }

    def reference(self, **more: bool) -> dict[str, Any]:
        """The short form in which Intercom tells what became of it."""
        return {"type": "contact", "id": self.id, "external_id": self.external_id, **more}


# Found or asked for, as texts in lower case.
TESTS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda found, asked: found == asked,
    "!=": lambda found, asked: found != asked,
    "~": lambda found, asked: asked in found,
    "!~": lambda found, asked: asked not in found,
    "^": lambda found, asked: found.startswith(asked),
    "$": lambda found, asked: found.endswith(asked),
}


def matches(contact: Contact, query: Any) -> bool:
    """Whether `contact` is found by the `query` of a search; ValueError when that cannot be read.

    Texts are compared without their capitals. A field that the contact lacks is an empty text.
    """
    if not isinstance(query, dict):
        raise ValueError("query must be an object")
    operator, value = query.get("operator"), query.get("value")
    if operator in {"AND", "OR"} and isinstance(value, list):
        found = [matches(contact, part) for part in value]
        return all(found) if operator == "AND" else any(found)
    field = _text(_field(contact, query.get("field")))
    if operator in {"IN", "NIN"} and isinstance(value, list):
        return (field in {_text(one) for one in value}) is (operator == "IN")
    if operator in {">", "<"}:
        return _compare(field, _text(value), operator)
    if operator not in TESTS:
        raise ValueError(f"Invalid operator: {operator}")
    return TESTS[operator](field, _text(value))


def _field(contact: Contact, name: Any) -> Any:
    if not isinstance(name, str) or not name:
        raise ValueError("field must be a text")
    found: Any = contact.as_json()
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _compare(found: str, asked: str, operator: str) -> bool:
    try:
        difference = float(found) - float(asked)
    except ValueError:
        return False
    return difference > 0 if operator == ">" else difference < 0


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower()
