"""Intercom as far as its contacts go."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hooklab.world import credentials
from hooklab.world.calls import Call, Refused, Reply, reason
from hooklab.world.http_service import HttpService
from hooklab.world.intercom_contact import Contact, matches
from hooklab.world.records import Store
from hooklab.world.service import Setup

# So long "the information can be retrieved" (developers.intercom.com, "Delete a contact").
GRACE = timedelta(days=7)
CODES = {
    401: ("unauthorized", "Access Token Invalid"),
    404: ("not_found", "Resource Not Found"),
    429: ("rate_limit_exceeded", "Exceeded rate limit of 1000 in 60 seconds"),
    500: ("server_error", "Server Error"),
}


class Intercom(HttpService):
    """Intercom's contacts: `intercom.Intercom(token=access_token, base_url=url)`.

    Contacts can be created, found by id or external id, searched, listed, updated, archived,
    unarchived and deleted. A user who exists is answered 409, with the id in the message: the same
    external id or, when none is sent, the same address (intercom.com/help, "Why do I have
    duplicate users?"). Leads never exist already, and their external id is Intercom's own.

    To everything but unarchiving and deleting, an archived contact is 404. Creating it again is
    409 with another text; so is creating a deleted one, for seven days (grouparoo's recorded tests
    of 2021). Unsure: whether updates and `find_by_external_id` see archived contacts. Not
    simulated: attributes that must be defined first, merging, companies, tags and notes.

    Attributes:
        contacts: by id, deleted ones too.
        search_lag: how long searches and lists do not show a new contact, by the virtual clock;
            the real index takes a while (rudder-transformer#5090).
    """

    def __init__(self, setup: Setup, seed: int) -> None:
        super().__init__(setup)
        self.contacts: Store[Contact] = Store()
        self.search_lag = timedelta(0)
        self._chance = credentials.chance(setup.name, seed)
        self.access_token = credentials.word(self._chance, 60)

    def add_contact(self, role: str = "user", **fields: Any) -> Contact:
        """A contact who was there before the app: `add_contact(external_id=…, email=…)`."""
        id_, now = credentials.word(self._chance, 24, credentials.HEXADECIMAL), self.now()
        return self.contacts.put(id_, Contact(id_, role, fields, now, now))

    def answer(self, call: Call) -> Reply:
        """Answer as the API does."""
        if credentials.bearer(call) != self.access_token:
            raise Refused(self.refusal(401))
        match [call.method, *call.path.removeprefix("/").split("/")]:
            case ["POST", "contacts"]:
                return Reply.json(self._create(_sent(call)).as_json())
            case ["GET", "contacts"]:
                pages = {name: values[-1] for name, values in call.query.items()}
                return self._page(self._visible(), pages)
            case ["POST", "contacts", "search"]:
                return self._search(_sent(call))
            case ["GET", "contacts", "find_by_external_id", external_id]:
                return Reply.json(self._by_external_id(external_id).as_json())
            case [method, "contacts", id_, *action]:
                return self._contact(method, id_, "/".join(action), call)
        raise Refused(self.refusal(404))

    def refusal(self, status: int) -> Reply:
        """A list of errors, with Intercom's code for `status`."""
        code, message = CODES.get(status, (reason(status).lower().replace(" ", "_"), ""))
        return _error(status, code, message or reason(status))

    def _contact(self, method: str, id_: str, action: str, call: Call) -> Reply:
        contact = self.contacts.get(id_)
        if contact is None or (contact.deleted and action != "unarchive"):
            raise Refused(_error(404, "not_found", "User Not Found"))
        match [method, action]:
            case ["GET", ""] if contact.shown:
                return Reply.json(contact.as_json())
            case ["PUT", ""] if contact.shown:
                return Reply.json(self._update(contact, _sent(call)).as_json())
            case ["GET" | "PUT", ""]:
                raise Refused(_error(404, "not_found", "User Not Found"))
            case ["DELETE", ""]:
                self.contacts.change(id_, deleted_at=self.now())
                return Reply.json(contact.reference(deleted=True))
            case ["POST", "archive"]:
                self.contacts.change(id_, archived_at=self.now())
                return Reply.json(contact.reference(archived=True))
            case ["POST", "unarchive"] if not contact.deleted:
                self.contacts.change(id_, archived_at=None)
                return Reply.json(contact.reference(archived=False))
            case ["POST", "unarchive"]:
                raise Refused(self.refusal(500))
        raise Refused(self.refusal(404))

    def _create(self, sent: dict[str, Any]) -> Contact:
        role = sent.pop("role", None) or "user"
        if role not in {"user", "lead"}:
            raise _invalid("role must be user or lead")
        if role == "lead":
            sent["external_id"] = str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
        elif _identity(sent) is None:
            raise _invalid("email or external_id is required for the role user")
        else:
            self._refuse_conflict(sent, None)
        return self.add_contact(role, **sent)

    def _update(self, old: Contact, sent: dict[str, Any]) -> Contact:
        role = sent.pop("role", None) or old.role
        if (old.role, role) == ("user", "lead"):
            raise _invalid("user role can't be converted to a lead")
        if role not in {"user", "lead"}:
            raise _invalid("role must be user or lead")
        fields = {**old.fields, **sent}
        if "custom_attributes" in sent:
            before = old.fields.get("custom_attributes") or {}
            fields["custom_attributes"] = {**before, **(sent["custom_attributes"] or {})}
        if role == "user" and _identity(fields) != _identity(old.fields):
            self._refuse_conflict(fields, old)
        return self.contacts.change(old.id, role=role, fields=fields, updated_at=self.now())

    def _refuse_conflict(self, fields: dict[str, Any], own: Contact | None) -> None:
        name, asked = _identity(fields) or ("", "")
        for contact in self.contacts.values():
            forgotten = contact.deleted_at and self.now() - contact.deleted_at >= GRACE
            same = name and str(contact.fields.get(name)).lower() == asked
            if same and contact.role == "user" and contact != own and not forgotten:
                kind = "A contact" if contact.shown else "An archived contact"
                message = f"{kind} matching those details already exists with id={contact.id}"
                raise Refused(_error(409, "conflict", message))

    def _by_external_id(self, external_id: str) -> Contact:
        for contact in self.contacts.values():
            if contact.shown and str(contact.external_id) == external_id:
                return contact
        raise Refused(_error(404, "not_found", "User Not Found"))

    def _visible(self) -> list[Contact]:
        newest = self.now() - self.search_lag
        contacts = self.contacts.values()
        return [contact for contact in contacts if contact.shown and contact.created_at <= newest]

    def _search(self, sent: dict[str, Any]) -> Reply:
        try:
            found = [one for one in self._visible() if matches(one, sent.get("query"))]
        except ValueError as error:
            raise _invalid(str(error)) from error
        return self._page(found, sent.get("pagination") or {})

    def _page(self, found: list[Contact], pages: Mapping[str, Any]) -> Reply:
        given = {name: str(value) for name, value in pages.items() if value is not None}
        size, after = given.get("per_page", "50"), given.get("starting_after", "0")
        if not size.isdecimal() or not 1 <= int(size) <= 150 or not after.isdecimal():
            raise _invalid("per_page must be between 1 and 150, starting_after a cursor")
        start, end = int(after), int(after) + int(size)
        page: dict[str, Any] = {"type": "pages", "page": start // int(size) + 1}
        page |= {"per_page": int(size), "total_pages": -(-len(found) // int(size))}
        if end < len(found):
            page["next"] = {"per_page": int(size), "starting_after": str(end)}
        data = [contact.as_json() for contact in found[start:end]]
        body = {"type": "list", "data": data, "total_count": len(found), "pages": page}
        return Reply.json(body)


def _sent(call: Call) -> dict[str, Any]:
    sent = call.json
    if not isinstance(sent, dict):
        raise Refused(_error(400, "bad_request", "bad 'Content-Type' header or invalid JSON"))
    for name in ("custom_attributes", "pagination"):
        if not isinstance(sent.get(name) or {}, dict):
            raise _invalid(f"{name} must be an object")
    return sent


def _identity(fields: Mapping[str, Any]) -> tuple[str, str] | None:
    """What tells users apart: the external id or, without one, the address."""
    for name in ("external_id", "email"):
        if fields.get(name):
            return name, str(fields[name]).lower()
    return None


def _invalid(message: str) -> Refused:
    return Refused(_error(400, "parameter_invalid", message))


def _error(status: int, code: str, message: str) -> Reply:
    errors = [{"code": code, "message": message}]
    return Reply.json({"type": "error.list", "request_id": None, "errors": errors}, status)
