"""The table of members, and what is done with it. TODO 1 and TODO 2 are here."""

from email.message import EmailMessage

from sqlmodel import Field, Session, SQLModel, col, select

from hooklab.services import Mailer, Settings, insert
from hooklab.webhooks import Event


class Member(SQLModel, table=True):
    """Somebody who signed up."""

    id: int | None = Field(default=None, primary_key=True)
    clerk_id: str = Field(unique=True)
    email: str
    greeted: bool = False


def save_member(session: Session, event: Event) -> None:
    """Write down who signed up; a member who stands there already stays as they are."""
    # answer 1: insert a row, and let the database refuse the second.
    values = {
        "clerk_id": event.data["id"],
        "email": event.data["email_addresses"][0]["email_address"],
        "greeted": False,
    }
    session.exec(insert(session, Member).values(values).on_conflict_do_nothing())


def greet_all(session: Session, settings: Settings) -> None:
    """Send one mail to each member who has not been greeted."""
    # answer 2: send the greeting, then remember that it was sent.
    for member in session.exec(select(Member).where(~col(Member.greeted))).all():
        with Mailer(settings).connect() as connection:
            connection.send(greeting(settings.mail_from, member.email))
        member.greeted = True


def greeting(sender: str, to: str) -> EmailMessage:
    """The mail that greets `to`."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Hello"
    message.set_content("Hello!")
    return message
