"""A member of a Mailchimp list: how it is read, shown and refused."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hooklab.world.calls import Call, Refused, Reply, reason

STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional")
ERRORS = "https://mailchimp.com/developer/marketing/docs/errors/"


@dataclass(frozen=True)
class Member:
    """A member of the list; the times are those of the virtual clock.

    Args:
        email: as sent, whose capitals make no difference.
        status: one of Mailchimp's words; "pending" waits for the person's consent by e-mail.
        merge_fields: such as "FNAME" and "LNAME".
        fields: whatever else was sent.
    """

    email: str
    status: str
    created_at: datetime
    changed_at: datetime
    merge_fields: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self, list_id: str) -> dict[str, Any]:
        """As Mailchimp shows it."""
        return {
            **self.fields,
            "id": subscriber_hash(self.email),
            "email_address": self.email,
            "status": self.status,
            "merge_fields": dict(self.merge_fields),
            "timestamp_signup": self.created_at.isoformat(timespec="seconds"),
            "last_changed": self.changed_at.isoformat(timespec="seconds"),
            "list_id": list_id,
        }


def subscriber_hash(email: str) -> str:
    """The name of an address in paths: the MD5, in hexadecimal, of its lower-case form."""
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def body(call: Call) -> dict[str, Any]:
    """The JSON object that was sent; anything else is refused."""
    if not isinstance(call.json, dict):
        detail = "We encountered an unspecified JSON parsing error."
        raise Refused(problem(400, "JSON Parse Error", detail))
    return call.json


def read_address(value: Any) -> str:
    """An e-mail address; anything else is refused."""
    if not isinstance(value, str) or "@" not in value.strip("@"):
        raise Refused(problem(400, "Invalid Resource", "Please provide a valid email address."))
    return value


def read_status(value: Any, name: str) -> str:
    """A status that can be sent in the field `name`; anything else is refused."""
    if value not in STATUSES:
        raise _invalid(name, f"This value should be one of {', '.join(STATUSES)}.")
    return str(value)


def read_contents(sent: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The merge fields of what was sent, and the fields that have no meaning here."""
    merge_fields = sent.get("merge_fields") or {}
    if not isinstance(merge_fields, dict):
        raise _invalid("merge_fields", "Schema describes object, array found instead")
    known = {"email_address", "status", "status_if_new", "merge_fields"}
    return merge_fields, {name: value for name, value in sent.items() if name not in known}


def _invalid(name: str, message: str) -> Refused:
    detail = (
        "The resource submitted could not be validated. "
        "For field-specific details, see the 'errors' array."
    )
    errors = [{"field": name, "message": message}]
    return Refused(problem(400, "Invalid Resource", detail, errors=errors))


def problem(status: int, title: str = "", detail: str = "", **more: Any) -> Reply:
    """A problem document, as Mailchimp writes its errors."""
    titles = {404: "Resource Not Found", 405: "Method Not Allowed"}
    if status == 404:
        detail = "The requested resource could not be found."
    title = title or titles.get(status, reason(status))
    body = {"type": ERRORS, "title": title, "status": status, "detail": detail, "instance": ""}
    problem = Reply.json({**body, **more}, status)
    return Reply(status, problem.body, {"content-type": "application/problem+json; charset=utf-8"})
