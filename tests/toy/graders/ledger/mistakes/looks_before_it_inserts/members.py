"""It looks first: two that look at once both find nothing.

Loses: many_at_once_leave_one_row
"""

from email.message import EmailMessage

from sqlmodel import Field, Session, SQLModel, col, select

from hooklab.services import Mailer, Settings
from hooklab.webhooks import Event


class Member(SQLModel, table=True):
    """Somebody who signed up."""

    id: int | None = Field(default=None, primary_key=True)
    clerk_id: str = Field(index=True)
    email: str
    greeted: bool = False


def save_member(session: Session, event: Event) -> None:
    """Write down who signed up; a member who stands there already stays as they are."""
    values = {
        "clerk_id": event.data["id"],
        "email": event.data["email_addresses"][0]["email_address"],
        "greeted": False,
    }
    known = select(Member).where(Member.clerk_id == values["clerk_id"])
    if session.exec(known).first() is None:
        session.add(Member(**values))


def greet_all(session: Session, settings: Settings) -> None:
    """Send one mail to each member who has not been greeted."""
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
