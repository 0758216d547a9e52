"""Mailchimp's Marketing API as far as the members of one list go."""

from datetime import datetime
from typing import Any

from hooklab.world import credentials
from hooklab.world.calls import Call, Refused, Reply
from hooklab.world.http_service import HttpService
from hooklab.world.mailchimp_member import (
    Member,
    body,
    problem,
    read_address,
    read_contents,
    read_status,
    subscriber_hash,
)
from hooklab.world.records import Store
from hooklab.world.service import Setup

# In Mailchimp's own words (gibbon#320).
NOT_ARCHIVED = (
    "This list member cannot be removed. "
    "Can not archive a contact that is bounced, pending or archived"
)


class Mailchimp(HttpService):
    """The members of the list `list_id`: PUT, POST, GET, PATCH, DELETE and delete-permanent.

    A member is named by the MD5 of the lower-case address, or by the address. DELETE archives: the
    member stays and PUT brings it back; a second DELETE, or one of a pending member, is 405
    (gibbon#320). `actions/delete-permanent` erases; then the address is unknown, 404, and adding it
    is 400 "Forgotten Email Not Subscribed" (mailchimp-for-wordpress#673).

    PUT needs `status_if_new` for an address that is not on the list. Not simulated: required merge
    fields, tags, and the compliance state of people who unsubscribed by themselves.

    Attributes:
        members: by lower-case address.
        forgotten: when an address was permanently deleted, by its MD5.
    """

    def __init__(self, setup: Setup, seed: int) -> None:
        super().__init__(setup)
        self.members: Store[Member] = Store()
        self.forgotten: Store[datetime] = Store()
        chance = credentials.chance(setup.name, seed)
        self.api_key = credentials.word(chance, 32, credentials.HEXADECIMAL) + "-us1"
        self.list_id = credentials.word(chance, 10, credentials.HEXADECIMAL)

    def add_member(self, email: str, status: str = "subscribed", **merge_fields: Any) -> Member:
        """A member who was there before the app, such as `add_member(email, FNAME="Ada")`."""
        now = self.now()
        return self._keep(Member(email, status, now, now, merge_fields))

    def answer(self, call: Call) -> Reply:
        """Answer as the API at `/3.0` does."""
        self._authorise(call)
        match [call.method, *call.path.removeprefix("/").split("/")]:
            case ["GET", "3.0", "ping"]:
                return Reply.json({"health_status": "Everything's Chimpy!"})
            case [method, "3.0", "lists", self.list_id, "members"]:
                return self._collection(method, call)
            case [method, "3.0", "lists", self.list_id, "members", name]:
                return self._member(method, name, call)
            case ["POST", "3.0", "lists", self.list_id, "members", name, "actions", action]:
                if action == "delete-permanent":
                    return self._forget(self._found(name))
        raise Refused(problem(404))

    def refusal(self, status: int) -> Reply:
        """A problem document for `status`."""
        if status == 429:
            return problem(
                429, detail="You have exceeded the limit of 10 simultaneous connections."
            )
        return problem(status)

    def _authorise(self, call: Call) -> None:
        key = credentials.bearer(call) or credentials.basic(call)[1]
        if not key:
            detail = "Your request did not include an API key."
            raise Refused(problem(401, "API Key Missing", detail))
        if key != self.api_key:
            detail = (
                "Your API key may be invalid, or you've attempted to access the wrong datacenter."
            )
            raise Refused(problem(401, "API Key Invalid", detail))

    def _collection(self, method: str, call: Call) -> Reply:
        if method == "GET":
            members = [member.as_json(self.list_id) for member in self.members.values()]
            return Reply.json({"members": members, "total_items": len(members)})
        if method == "POST":
            sent = body(call)
            return self._add(sent, sent.get("status"), "status")
        raise Refused(problem(405))

    def _member(self, method: str, name: str, call: Call) -> Reply:
        if method == "PUT" and self._find(name) is None:
            sent = body(call)
            return self._add(sent, sent.get("status_if_new"), "status_if_new")
        member = self._found(name)
        if method == "GET":
            return Reply.json(member.as_json(self.list_id))
        if method in {"PUT", "PATCH"}:
            return self._update(member, body(call))
        if method == "DELETE":
            return self._archive(member)
        raise Refused(problem(405))

    def _add(self, sent: dict[str, Any], status: Any, name: str) -> Reply:
        email = read_address(sent.get("email_address"))
        if email.lower() in self.members:
            detail = f"{email} is already a list member. Use PUT to insert or update list members."
            raise Refused(problem(400, "Member Exists", detail))
        if subscriber_hash(email) in self.forgotten:
            detail = (
                f"{email} was permanently deleted and cannot be re-imported. "
                "The contact must re-subscribe to get back on the list."
            )
            raise Refused(problem(400, "Forgotten Email Not Subscribed", detail))
        now = self.now()
        new = Member(email, read_status(status, name), now, now, *read_contents(sent))
        return Reply.json(self._keep(new).as_json(self.list_id))

    def _update(self, old: Member, sent: dict[str, Any]) -> Reply:
        email = read_address(sent.get("email_address", old.email))
        if email.lower() != old.email.lower() and email.lower() in self.members:
            detail = f"{email} is already a list member."
            raise Refused(problem(400, "Member Exists", detail))
        status = read_status(sent["status"], "status") if sent.get("status") else old.status
        merge_fields, fields = read_contents(sent)
        new = Member(
            email,
            status,
            old.created_at,
            self.now(),
            {**old.merge_fields, **merge_fields},
            {**old.fields, **fields},
        )
        if email.lower() != old.email.lower():
            self.members.drop(old.email.lower())
        return Reply.json(self._keep(new).as_json(self.list_id))

    def _archive(self, member: Member) -> Reply:
        if member.status in {"archived", "pending", "cleaned"}:
            raise Refused(problem(405, detail=NOT_ARCHIVED))
        key = member.email.lower()
        self.members.change(key, status="archived", changed_at=self.now())
        return Reply(204)

    def _forget(self, member: Member) -> Reply:
        self.forgotten.put(subscriber_hash(member.email), self.now())
        self.members.drop(member.email.lower())
        return Reply(204)

    def _keep(self, member: Member) -> Member:
        return self.members.put(member.email.lower(), member)

    def _find(self, name: str) -> Member | None:
        names = ((member, member.email.lower()) for member in self.members.values())
        found = (
            member for member, email in names if name.lower() in {email, subscriber_hash(email)}
        )
        return next(found, None)

    def _found(self, name: str) -> Member:
        member = self._find(name)
        if member is None:
            raise Refused(problem(404))
        return member
