"""The reason is the text of the exception, which quotes the values of the statement."""

from pydantic import ValidationError
from sqlalchemy import Engine
from sqlmodel import Session

from . import writer
from .accounts import open_account
from .clerk_users import ClerkUser
from .failures import Hopeless
from .inbox import Entry
from .models import DELETED, MISSING
from .outside import Outside


def handle(engine: Engine, outside: Outside, entry: Entry) -> None:
    """Do what the entry asks for, in transactions of its own.

    Raises:
        Hopeless: no attempt can succeed; the text may be kept.
        Away: a service does not work now.
    """
    if entry.type == MISSING:
        _look_again(engine, outside, _id(entry))
    elif entry.type == DELETED:
        with Session(engine) as session, session.begin():
            writer.forget(session, _id(entry))
    else:
        user = _user(entry)
        with Session(engine) as session, session.begin():
            writer.save(session, user)
        open_account(engine, outside, user.id)


def _look_again(engine: Engine, outside: Outside, clerk_id: str) -> None:
    # A list may leave out anybody. "There is no such user" is an answer about this one.
    if outside.find(clerk_id) is None:
        with Session(engine) as session, session.begin():
            writer.forget(session, clerk_id)


def _id(entry: Entry) -> str:
    if not isinstance(entry.data.get("id"), str):
        raise Hopeless("this is no user: id")
    return str(entry.data["id"])


def _user(entry: Entry) -> ClerkUser:
    try:
        return ClerkUser.model_validate(entry.data)
    except ValidationError as error:
        # The names of the fields, and nothing that is in them.
        raise Hopeless(str(error)) from None
