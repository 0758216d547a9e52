"""What a person can do at the page, as plain data: a form sends it, and a story keeps it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from hooklab.sender.signed import Tamper

# More than anyone needs to see a race, a retry or a flood.
MOST_TIMES = 50
LONGEST_BODY = 1024 * 1024
LONGEST_MOVE = 366 * 24 * 60

_OF_A_USER = {
    *("id", "first_name", "last_name", "created_at", "updated_at"),
    *("email_addresses", "primary_email_address_id"),
}
# As many as the largest directory of a check.
MOST_USERS = 5_000

Header = Annotated[str, Field(pattern=r"^[\t -~]*$", max_length=8_000)]
Times = Annotated[int, Field(ge=1, le=MOST_TIMES)]
Minutes = Annotated[float, Field(ge=0, le=LONGEST_MOVE, allow_inf_nan=False)]


class _Act(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Send(_Act):
    """Let something happen at Clerk, and deliver it.

    Attributes:
        event: the type.
        person: the number of somebody who is there, from 1; 0 for somebody new.
        changes: lines such as `data.first_name=Ada`: fields that differ.
        body: JSON to send instead; "" for what the type says.
        tamper: what somebody changes on the way.
        age: the minutes that the signed time lies back.
        repeat: how often, one after the other.
        burst: how often at once.
        reorder: whether the whole life of a user or an organization comes, its last event first.
        delay: the minutes after which the first attempt is due.
        drop: whether the answer to the first attempt is lost on its way to Svix.
        process: the number of the app's process.
    """

    do: Literal["send"] = "send"
    event: str = "user.created"
    person: Annotated[int, Field(ge=0)] = 0
    changes: Annotated[str, Field(max_length=LONGEST_BODY)] = ""
    body: Annotated[str, Field(max_length=LONGEST_BODY)] = ""
    tamper: Tamper | Literal[""] = ""
    age: Minutes = 0
    repeat: Times = 1
    burst: Times = 1
    reorder: bool = False
    delay: Minutes = 0
    drop: bool = False
    process: Annotated[int, Field(ge=0, le=1)] = 0


class Resend(_Act):
    """Deliver a message once more.

    Attributes:
        message: its number, from 1.
        same_id: as Svix does when it resends; otherwise the same change comes as another message.
    """

    do: Literal["again"] = "again"
    message: Annotated[int, Field(ge=1)]
    same_id: bool = True


class MoveClock(_Act):
    """Move the clock; what is due on the way is delivered.

    Attributes:
        minutes: how far.
        to: "retry" for the next attempt of Svix's, "work" for the next time that stands in a row;
            "" for `minutes`.
        cron: whether the cron comes at the end.
        svix: whether Svix makes the attempts that are due on the way.
    """

    do: Literal["move"] = "move"
    minutes: Minutes = 0
    to: Literal["", "retry", "work"] = ""
    cron: bool = True
    svix: bool = True


class Break(_Act):
    """Do something to the app's processes or its database."""

    do: Literal["break"] = "break"
    what: Literal["kill", "start", "another", "database_away", "database_back"]


class RunCron(_Act):
    """Let the cron ask the app for the work that is due."""

    do: Literal["cron"] = "cron"


class SetFault(_Act):
    """Let a service of the outside world fail, or work again.

    Attributes:
        service: its name in `World`.
        way: how.
        status: with "status", what it answers.
        seconds: with "slow", how long it takes over each call.
        retry_after: with "status", the seconds of `Retry-After`; None for none.
        times: how many conversations fail; None for all.
    """

    do: Literal["fault"] = "fault"
    service: str
    way: Literal["works", "refuse", "drop", "lost_answer", "status", "slow"]
    status: Annotated[int, Field(ge=300, le=599)] = 500
    seconds: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = 3
    retry_after: Annotated[int, Field(ge=0, le=86_400)] | None = None
    times: Times | None = None


class Ask(_Act):
    """Send the app a request that is no webhook of Svix's.

    Attributes:
        method: of HTTP.
        path: with its query.
        body: JSON, or any text.
        bearer: who asks: "admin" and "cron" show their token, "person" one of a session; "" nobody.
        person: the number of the one who is signed in, from 1.
        headers: further ones.
        process: the number of the app's process.
    """

    do: Literal["ask"] = "ask"
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] = "GET"
    path: Annotated[str, Field(pattern=r"^/[!-~]*$", max_length=8_000)] = "/"
    body: Annotated[str, Field(max_length=LONGEST_BODY)] = ""
    bearer: Literal["", "admin", "cron", "person"] = ""
    person: Annotated[int, Field(ge=0)] = 0
    headers: dict[Annotated[str, Field(pattern=r"^[\w-]+$")], Header] = Field(default_factory=dict)
    process: Annotated[int, Field(ge=0, le=1)] = 0


class Know(_Act):
    """Let Clerk know these users, as its Backend API shows them, and nobody else."""

    do: Literal["know"] = "know"
    users: Annotated[list[dict[str, Any]], Field(max_length=MOST_USERS)]

    @field_validator("users")
    @classmethod
    def _are_users(cls, users: list[dict[str, Any]]) -> list[dict[str, Any]]:
        # What the pages and Clerk's Backend API read of each.
        if not all(each.keys() >= _OF_A_USER for each in users):
            raise ValueError("a user lacks what Clerk tells of everybody")
        return users


Act = Annotated[
    Send | Resend | MoveClock | Break | RunCron | SetFault | Ask | Know, Field(discriminator="do")
]
ACT: TypeAdapter[Act] = TypeAdapter(Act)
