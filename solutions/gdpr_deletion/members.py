"""Given: what sign-ups, changes and sign-ins write. Nothing to write here.

Whoever calls has asked `gate.admit`, and so nobody else writes about this person meanwhile.
"""

import json
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from hooklab.services import insert
from hooklab.webhooks import Event

from .clerk_data import ClerkSession, ClerkUser
from .models import EmailQueue, ScheduledTask, SessionLog, User, UserAddress, WebhookInbox

REMINDER = timedelta(days=2)


def remember(session: Session, event: Event, clerk_id: str) -> bool:
    """Keep the delivery as it came; False when this message has come before."""
    row = insert(session, WebhookInbox).values(
        svix_id=event.message_id,
        type=event.type,
        clerk_id=clerk_id,
        payload=json.dumps(event.payload),
    )
    new = row.on_conflict_do_nothing().returning(col(WebhookInbox.svix_id))
    return session.exec(new).first() is not None


def save_user(session: Session, data: ClerkUser) -> None:
    """Create the user or bring them up to date; what is older than what we have is no news."""
    user = session.exec(select(User).where(User.clerk_id == data.id)).first()
    if user is not None and user.version >= data.updated_at:
        return
    is_new = user is None
    user = user or User(clerk_id=data.id, version=data.updated_at)
    user.email = data.primary_email
    user.first_name = data.first_name
    user.last_name = data.last_name
    user.stripe_customer_id = data.stripe_customer_id
    user.version = data.updated_at
    session.add(user)
    # Before the rows that point to it.
    session.flush()
    for address in data.addresses:
        row = insert(session, UserAddress).values(user_id=user.id, address=address)
        session.exec(row.on_conflict_do_nothing())
    if is_new:
        greet(session, user)


def greet(session: Session, user: User) -> None:
    """Write down what a new user is owed: a welcome e-mail, and a reminder in two days."""
    due_at = datetime.now(UTC) + REMINDER
    session.add(ScheduledTask(user_id=user.id, kind="reminder", due_at=due_at))
    if user.email:
        text = f"Hello {user.first_name or 'there'}, your account is ready.\n"
        mail = EmailQueue(user_id=user.id, address=user.email, subject="Welcome!", text=text)
        session.add(mail)


def save_session(session: Session, data: ClerkSession) -> None:
    """Write the sign-in down, once."""
    activity = data.latest_activity
    row = insert(session, SessionLog).values(
        id=data.id,
        clerk_id=data.user_id,
        ip_address=activity and activity.ip_address,
        country=activity and activity.country,
    )
    session.exec(row.on_conflict_do_nothing())
