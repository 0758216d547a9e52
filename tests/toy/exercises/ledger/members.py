"""The table of members, and what is done with it. TODO 1 and TODO 2 are here."""

from email.message import EmailMessage

from sqlmodel import Field, Session, SQLModel

from hooklab.services import Settings
from hooklab.webhooks import Event


class Member(SQLModel, table=True):
    """Somebody who signed up."""

    id: int | None = Field(default=None, primary_key=True)
    clerk_id: str = Field(unique=True)
    email: str
    greeted: bool = False


def save_member(session: Session, event: Event) -> None:
    """Write down who signed up; a member who stands there already stays as they are."""
    # TODO 1: insert a row, and let the database refuse the second.
    raise NotImplementedError("save_member(): TODO 1 is still open, in members.py")


def greet_all(session: Session, settings: Settings) -> None:
    """Send one mail to each member who has not been greeted."""
    # TODO 2: send the greeting, then remember that it was sent.
    raise NotImplementedError("greet_all(): TODO 2 is still open, in members.py")


def greeting(sender: str, to: str) -> EmailMessage:
    """The mail that greets `to`."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Hello"
    message.set_content("Hello!")
    return message
