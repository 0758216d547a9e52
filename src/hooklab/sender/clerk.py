"""Clerk, simulated: a directory of users, and the events that its changes cause."""

import copy
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from hooklab.sender import messages, origins, sessions, users
from hooklab.sender.directory import Directory, Who
from hooklab.sender.events import ClerkEvent
from hooklab.sender.given import NOT_GIVEN, NotGiven, given
from hooklab.sender.identities import before_2025, in_2025
from hooklab.sender.ids import milliseconds
from hooklab.sender.mint import Mint
from hooklab.sender.organizations import ORGANIZATION_EVENTS
from hooklab.sender.people import People
from hooklab.sender.subscriptions import BILLING_EVENTS
from hooklab.sender.users import SignUp, User, Via, person_of

Metadata = dict[str, Any]
By = Literal["user", "dashboard", "api"]

SAMPLES = ORGANIZATION_EVENTS | BILLING_EVENTS
"""The types of events about what no directory is kept of, and what each carries."""


class Clerk:
    """One Clerk instance: it makes events, and delivers none of them.

    Args:
        seed: the same seed and the same calls give the same events.
        now: the clock; aware datetimes.

    Every factory changes the directory at once and returns a `ClerkEvent`; whether and when that is
    delivered is the caller's choice. `at` is the moment when the thing happens (`created_at` of
    what is made); without it, just long enough ago for the envelope's `timestamp` to be now.
    `attributes=False` leaves `event_attributes` out, as Clerk may.
    """

    def __init__(self, seed: int, now: Callable[[], datetime]) -> None:
        self._mint = Mint(seed, now)
        self._people = People(seed)
        self._directory = Directory()
        self._sessions: dict[str, sessions.Session] = {}

    # What is true now

    @property
    def instance_id(self) -> str:
        """The `ins_…` of this instance, in every envelope."""
        return self._mint.instance_id

    @property
    def users(self) -> list[User]:
        """Every user as the Backend API shows them, oldest first; copies."""
        return copy.deepcopy(self._directory.all())

    @property
    def directory(self) -> Directory:
        """The users themselves, for `backend_api`."""
        return self._directory

    @property
    def events(self) -> tuple[ClerkEvent, ...]:
        """Every event so far, also those that the Backend API caused."""
        return tuple(self._mint.events)

    def user(self, who: Who) -> User:
        """Return one user as the Backend API shows them; LookupError when there is none."""
        return self._directory.get(who)

    # Users

    def user_created(
        self,
        *,
        first_name: str | NotGiven | None = NOT_GIVEN,
        last_name: str | NotGiven | None = NOT_GIVEN,
        email: str | NotGiven | None = NOT_GIVEN,
        emails: tuple[str, ...] | NotGiven = NOT_GIVEN,
        via: Via = "email",
        verified: bool | None = True,
        has_image: bool = False,
        locale: str | None = None,
        username: str | NotGiven | None = NOT_GIVEN,
        external_id: str | NotGiven | None = NOT_GIVEN,
        public_metadata: Metadata | None = None,
        private_metadata: Metadata | NotGiven | None = NOT_GIVEN,
        unsafe_metadata: Metadata | None = None,
        at: datetime | None = None,
        attributes: bool = True,
    ) -> ClerkEvent:
        """Add a user and return `user.created`.

        Args:
            first_name: None for a user without one; somebody's when not given.
            last_name: likewise.
            email: the primary address; None for a user who has no primary address.
            emails: all addresses in the order of the payload. Unless `email` says otherwise the
                last one is the primary: nothing promises that it comes first.
            via: how they came. "phone", "username" and "web3" bring no address, "google_legacy"
                and "google_2025" are Google accounts as Clerk sent them until 2024 and in 2025,
                "dashboard", "api" and "import" are users whom a server made.
            verified: whether the primary address is; None sends `verification: null`.
            has_image: whether they chose a picture; `image_url` is always filled.
            locale: such as "fr-FR".
            username: None when not given, unless they came by one.
            external_id: your own id for the user; imports have one when none is given.
            public_metadata: empty by default.
            private_metadata: null by default, as in captured payloads; Clerk allows it here alone.
            unsafe_metadata: empty by default.
            at: see the class.
            attributes: see the class.
        """
        person = self._people.next()
        addresses, primary = users.addresses_of(person, via, email, emails)
        handle = person.address.partition("@")[0].replace(".", "_")
        legacy_id = f"legacy_{len(self._mint.events) + 1000}"
        sign_up = SignUp(
            first_name=given(first_name, person.first_name),
            last_name=given(last_name, person.last_name),
            addresses=addresses,
            primary=primary,
            via=via,
            verified=verified,
            has_image=has_image,
            locale=locale,
            username=given(username, handle if via == "username" else None),
            phone=self._mint.phone() if via == "phone" else None,
            wallet=f"0x{self._mint.random.randbytes(20).hex()}" if via == "web3" else None,
            external_id=given(external_id, legacy_id if via == "import" else None),
            public_metadata=public_metadata or {},
            private_metadata=given(private_metadata, None),
            unsafe_metadata=unsafe_metadata or {},
        )
        moment = self._mint.moment(at)
        user = users.new_user(sign_up, self._mint.new_id, milliseconds(moment))
        self._directory.put(user)
        if shape := {"google_2025": in_2025, "google_legacy": before_2025}.get(via):
            # Only the event is old: the directory answers as Clerk does today.
            user |= {"external_accounts": [shape(a) for a in user["external_accounts"]]}
        return self._mint.event(
            "user.created", user, moment, self._mint.origin(via, attributes=attributes)
        )

    def user_updated(
        self,
        user: Who,
        *,
        first_name: str | NotGiven | None = NOT_GIVEN,
        last_name: str | NotGiven | None = NOT_GIVEN,
        email: str | NotGiven | None = NOT_GIVEN,
        verified: bool | NotGiven | None = NOT_GIVEN,
        has_image: bool | NotGiven = NOT_GIVEN,
        locale: str | NotGiven | None = NOT_GIVEN,
        username: str | NotGiven | None = NOT_GIVEN,
        external_id: str | NotGiven | None = NOT_GIVEN,
        banned: bool | NotGiven = NOT_GIVEN,
        locked: bool | NotGiven = NOT_GIVEN,
        public_metadata: Metadata | NotGiven = NOT_GIVEN,
        private_metadata: Metadata | NotGiven | None = NOT_GIVEN,
        unsafe_metadata: Metadata | NotGiven = NOT_GIVEN,
        at: datetime | None = None,
        attributes: bool = True,
    ) -> ClerkEvent:
        """Change a user and return `user.updated`; what is not given stays.

        `email` adds an address and makes it the primary one (None removes the primary one);
        `verified` is about the primary address; metadata are replaced as a whole. `updated_at`
        grows with every change, also when the clock stands still.
        """
        before = self._directory.get(user)
        changes = {
            "first_name": first_name,
            "last_name": last_name,
            "locale": locale,
            "username": username,
            "external_id": external_id,
            "banned": banned,
            "public_metadata": public_metadata,
            "private_metadata": private_metadata,
            "unsafe_metadata": unsafe_metadata,
        } | {"email": email, "verified": verified, "has_image": has_image, "locked": locked}
        made = {key: value for key, value in changes.items() if value is not NOT_GIVEN}
        moment = self._mint.moment(at)
        after = users.changed(before, made, self._mint.new_id, milliseconds(moment))
        self._directory.put(after)
        origin = self._mint.origin("email", attributes=attributes)
        return self._mint.event("user.updated", after, moment, origin)

    def user_deleted(
        self,
        user: Who,
        *,
        by: By = "dashboard",
        at: datetime | None = None,
        attributes: bool = True,
    ) -> ClerkEvent:
        """Remove a user and return `user.deleted`: an id, and `external_id` if there is one."""
        moment = self._mint.moment(at)
        gone = self._directory.get(user)
        self._directory.remove(gone["id"])
        data = {"deleted": True, "id": gone["id"], "object": "user"}
        if gone["external_id"] is not None:
            data["external_id"] = gone["external_id"]
        via: Via = "email" if by == "user" else by
        origin = self._mint.origin(via, attributes=attributes)
        return self._mint.event("user.deleted", data, moment, origin)

    # Sessions

    def session_created(
        self,
        user: Who,
        *,
        country: str | None = "FR",
        city: str | NotGiven | None = NOT_GIVEN,
        ip: str | NotGiven = NOT_GIVEN,
        at: datetime | None = None,
        impersonator: str | None = None,
        activity: bool = True,
        attributes: bool = True,
    ) -> ClerkEvent:
        """Sign a user in and return `session.created`.

        Args:
            user: who.
            country: ISO 3166 code; None leaves it out, as Clerk does when it cannot tell.
            city: one of the country's when not given; None leaves it out.
            ip: theirs; from a range kept for documentation when not given.
            at: see the class.
            impersonator: the id of the member of staff who signs in as the user.
            activity: False sends `latest_activity: null`.
            attributes: see the class.
        """
        browser = origins.some_browser(self._mint.random)
        address = given(ip, origins.some_ip(self._mint.random))
        moment = self._mint.moment(at)
        session = self._new_session(user, moment, status="active")
        if activity:
            place = (country, given(city, origins.city_of(country)))
            identity = self._mint.new_id("sess_activity")
            session["latest_activity"] = sessions.activity(identity, browser, address, *place)
        if impersonator is not None:
            session["actor"] = sessions.impersonated_by(impersonator)
        origin = origins.http_request(browser, address) if attributes else None
        return self._session_event("session.created", session, moment, origin)

    def session_pending(self, user: Who, *, at: datetime | None = None) -> ClerkEvent:
        """Sign a user in who has tasks left to do, and return `session.pending`."""
        moment = self._mint.moment(at)
        session = self._new_session(user, moment, status="pending")
        return self._session_event("session.pending", session, moment, self._mint.origin("email"))

    def session_ended(self, session: Who, *, at: datetime | None = None) -> ClerkEvent:
        """Sign out of a session and return `session.ended`.

        `session` is its event or its id, or a user, whose latest session is meant.
        """
        return self._finish(session, at, "ended")

    def session_removed(self, session: Who, *, at: datetime | None = None) -> ClerkEvent:
        """Like `session_ended`, and the client forgets the session: `session.removed`."""
        return self._finish(session, at, "removed")

    def session_revoked(self, session: Who, *, at: datetime | None = None) -> ClerkEvent:
        """Like `session_ended`, but the application decides: `session.revoked`."""
        return self._finish(session, at, "revoked")

    # Messages and the rest

    def email_created(
        self, user: Who, *, slug: str = "verification_code", at: datetime | None = None
    ) -> ClerkEvent:
        """Write to a user's primary address and return `email.created`, with a live code in it."""
        person = self._directory.get(user)
        entry = users.primary_of(person, "email_addresses", "primary_email_address_id")
        moment = self._mint.moment(at)
        data = messages.email(
            person, entry, self._mint.new_id, moment, slug=slug, code=self._mint.code()
        )
        return self._mint.event("email.created", data, moment, self._mint.origin("email"))

    def sms_created(self, user: Who, *, at: datetime | None = None) -> ClerkEvent:
        """Write to a user's telephone and return `sms.created`, with a live code in it."""
        person = self._directory.get(user)
        number = users.primary_of(person, "phone_numbers", "primary_phone_number_id")
        moment = self._mint.moment(at)
        ms = milliseconds(moment)
        data = messages.sms(person, number, self._mint.new_id, ms, code=self._mint.code())
        return self._mint.event("sms.created", data, moment, self._mint.origin("email"))

    def waitlist_entry_created(
        self, *, email: str | NotGiven = NOT_GIVEN, at: datetime | None = None
    ) -> ClerkEvent:
        """Put somebody on the waitlist and return `waitlistEntry.created`."""
        moment = self._mint.moment(at)
        address = given(email, self._people.next().address)
        data = messages.waitlist_entry(address, self._mint.new_id, milliseconds(moment))
        return self._mint.event("waitlistEntry.created", data, moment, self._mint.origin("email"))

    def waitlist_entry_updated(
        self,
        entry: ClerkEvent,
        *,
        status: Literal["pending", "invited", "rejected", "completed"] = "invited",
        at: datetime | None = None,
    ) -> ClerkEvent:
        """Decide about an entry and return `waitlistEntry.updated`."""
        moment = self._mint.moment(at)
        ms = milliseconds(moment)
        data = entry.data | {"status": status, "updated_at": users.version_after(entry.data, ms)}
        if status == "invited":
            data["invitation"] = messages.invitation(data["email_address"], self._mint.new_id, ms)
        return self._mint.event(
            "waitlistEntry.updated", data, moment, self._mint.origin("dashboard")
        )

    # What no directory is kept of

    def sample(
        self, type_: str, *, about: Sequence[ClerkEvent] = (), at: datetime | None = None
    ) -> ClerkEvent:
        """Return an event of one of the SAMPLES.

        Args:
            about: earlier events about what this one is about too, such as its user, organization
                and membership; all others are made up.
            at: see the class.
        """
        known = {str(each.data["id"]).partition("_")[0]: each.data for each in about}
        known["ins"] = {"id": self.instance_id}

        def new_id(prefix: str) -> str:
            return known[prefix]["id"] if prefix in known else self._mint.new_id(prefix)

        moment = self._mint.moment(at)
        person = person_of(known["user"]) if "user" in known else self._people.next()
        data = SAMPLES[type_](person, new_id, milliseconds(moment))
        return self._mint.event(type_, data, moment, self._mint.origin("email"))

    def other(
        self,
        type: str,  # noqa: A002 - the envelope's own word
        data: Mapping[str, Any],
        *,
        at: datetime | None = None,
        attributes: bool = True,
    ) -> ClerkEvent:
        """Return an event of any type, also of one that Clerk has yet to invent."""
        origin = self._mint.origin("email", attributes=attributes)
        return self._mint.event(type, dict(data), self._mint.moment(at), origin)

    # How sessions go on

    def _new_session(
        self, user: Who, moment: datetime, *, status: sessions.Status
    ) -> sessions.Session:
        ms = milliseconds(moment)
        person = self._directory.get(user)
        self._directory.put(person | {"last_sign_in_at": ms, "last_active_at": ms})
        return sessions.new_session(person, self._mint.new_id, ms, status=status)

    def _finish(self, session: Who, at: datetime | None, status: sessions.Status) -> ClerkEvent:
        moment = self._mint.moment(at)
        over = sessions.finished(self._latest_session(session), milliseconds(moment), status=status)
        return self._session_event(f"session.{status}", over, moment, self._mint.origin("email"))

    def _latest_session(self, who: Who) -> sessions.Session:
        named = who.data.get("id") if isinstance(who, ClerkEvent) else who
        if isinstance(named, str) and named in self._sessions:
            return self._sessions[named]
        user_id = self._directory.get(who)["id"]
        for session in reversed(self._sessions.values()):
            if session["user_id"] == user_id:
                return session
        raise LookupError(f"{user_id} has no session yet; make one with session_created")

    def _session_event(
        self, type_: str, session: sessions.Session, at: datetime, origin: dict[str, Any] | None
    ) -> ClerkEvent:
        self._sessions[session["id"]] = session
        user = self._directory.get(session["user_id"])
        return self._mint.event(type_, session | {"user": user}, at, origin)
