"""Exercise gdpr_deletion: erase somebody everywhere. Given: nothing to write here."""

import hashlib
import hmac
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import PlainTextResponse
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Field, Session, SQLModel, col, delete, select, update
from starlette.concurrency import run_in_threadpool

from hooklab.services import Settings, get_logger, make_engine
from hooklab.services.mailchimp import mailchimp_client
from hooklab.services.stripe import stripe_client
from hooklab.webhooks import Event, read_event

from . import community, members
from .clerk_data import ClerkSession, ClerkUser
from .community import NewFile, NewText
from .gate import admit, subject_hash
from .mailing import send_due
from .models import (
    DELETED_USER,
    Comment,
    Post,
    ScheduledTask,
    Upload,
    User,
    UserAddress,
    UtcDateTime,
)
from .signed_in import require_user

log = get_logger()


class DeletionLog(SQLModel, table=True):
    """Who was deleted, and when."""

    __tablename__ = "deletion_log"

    clerk_id: str = Field(primary_key=True)
    email: str | None = None
    deleted_at: datetime = Field(sa_type=UtcDateTime)
    reason: str = "user_initiated"


def create_app(settings: Settings) -> FastAPI:
    """The app, ready to serve. Without a key for its hashes it does not start."""
    if not settings.erasure_hash_key.get_secret_value():
        raise ValueError("set ERASURE_HASH_KEY: without it anybody can compute the hashes")
    engine = make_engine(settings.database_url)
    SQLModel.metadata.create_all(engine)
    app = FastAPI()
    app.add_exception_handler(SQLAlchemyError, try_later)
    current_user = Annotated[str, Depends(require_user(settings))]

    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> PlainTextResponse:
        """Take one delivery: 2xx done or nothing to do, 4xx refused, 5xx try again."""
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type in ("user.created", "user.updated", "session.created"):
            await run_in_threadpool(handle, take_news, engine, settings, event)
        elif event.type == "user.deleted":
            await run_in_threadpool(handle_user_deleted, engine, settings, event.data)
        return PlainTextResponse("done")

    @app.post("/internal/cron")
    def cron(authorization: Annotated[str, Header()] = "") -> dict[str, int]:
        """Do what is due; only whoever knows the secret may ask."""
        require_bearer(authorization, settings.cron_secret)
        return {"mails": send_due(engine, settings)}

    @app.post("/posts", status_code=201)
    def post(clerk_id: current_user, new: NewText) -> dict[str, Any]:
        """Write a post."""
        with Session(engine) as session, session.begin():
            user = community.member(session, settings, clerk_id)
            return {"id": community.write_post(session, user, new.text)}

    @app.post("/posts/{post_id}/comments", status_code=201)
    def comment(clerk_id: current_user, post_id: int, new: NewText) -> dict[str, Any]:
        """Write a comment on a post."""
        with Session(engine) as session, session.begin():
            user = community.member(session, settings, clerk_id)
            return {"id": community.write_comment(session, user, post_id, new.text)}

    @app.post("/uploads", status_code=201)
    def upload(clerk_id: current_user, file: NewFile) -> dict[str, Any]:
        """Send a file."""
        with Session(engine) as session, session.begin():
            user = community.member(session, settings, clerk_id)
            return {"id": community.keep_file(session, settings, user, file)}

    return app


Work = Callable[[Session, Settings, Event], int | None]


def handle(work: Work, engine: Engine, settings: Settings, event: Event) -> int | None:
    """Do the work for a delivery in one transaction, and leave a line in the log."""
    outcome = "failed"
    try:
        with Session(engine) as session, session.begin():
            erasure_id = work(session, settings, event)
        outcome = "done"
        return erasure_id
    except ValidationError:
        outcome = "invalid"
        raise HTTPException(400, "this is not what the event's type says") from None
    finally:
        log.info("delivery", svix_id=event.message_id, outcome=outcome)


async def try_later(request: Request, failure: Exception) -> PlainTextResponse:
    """Answer for a database that is away, whatever the request was about."""
    # Its text quotes the values of the statement: the name of the error must do.
    log.error("database", path=request.url.path, error=type(failure).__name__)
    return PlainTextResponse("please try again later", 500)


def take_news(session: Session, settings: Settings, event: Event) -> None:
    """Keep what the event says of a person, unless they were erased."""
    parse = ClerkSession if event.type == "session.created" else ClerkUser
    data: ClerkSession | ClerkUser = parse.model_validate(event.data)
    clerk_id = data.user_id if isinstance(data, ClerkSession) else data.id
    # Before anything is written: the delivery itself is personal data too.
    if not admit(session, subject_hash(settings, clerk_id)):
        return
    if not members.remember(session, event, clerk_id):
        return
    if isinstance(data, ClerkSession):
        members.save_session(session, data)
    else:
        members.save_user(session, data)


def handle_user_deleted(engine: Engine, settings: Settings, data: dict[str, Any]) -> None:
    """Everything about the user, one thing after the other."""
    clerk_id = data["id"]

    # --8<-- [start:first_version]
    # 1. Find the user before the deletion.
    with Session(engine) as session:
        user = session.exec(select(User).where(User.clerk_id == clerk_id)).first()
    if user is None:
        print("User already deleted")
        return

    # 2. Cancel the Stripe subscriptions.
    if user.stripe_customer_id:
        stripe_client(settings).v1.customers.delete(user.stripe_customer_id)

    # 3. Delete the files.
    shutil.rmtree(community.folder_of(settings, user.id), ignore_errors=True)
    # --8<-- [end:first_version]

    with Session(engine) as session:
        # 4. Make the posts anonymous rather than delete them.
        session.exec(
            update(Post)
            .where(col(Post.author_id) == user.id)
            .values(author_name=DELETED_USER["fr"], author_email=None)
        )
        session.commit()

        # 5. Delete the user. The first five lines are what Prisma's schema makes the database do:
        # optional relations are set to null, the others cascade.
        for table in (Post, Comment):
            session.exec(update(table).where(table.author_id == user.id).values(author_id=None))
        for table in (Upload, ScheduledTask, UserAddress):
            session.exec(delete(table).where(table.user_id == user.id))
        session.exec(delete(User).where(col(User.clerk_id) == clerk_id))
        session.commit()

        # 6. Log it for the audit.
        session.add(DeletionLog(clerk_id=clerk_id, email=user.email, deleted_at=datetime.now(UTC)))
        session.commit()

    # 7. Take them off the mailing list.
    member = hashlib.md5((user.email or "").lower().encode(), usedforsecurity=False).hexdigest()
    mailchimp_client(settings).lists.delete_list_member(settings.mailchimp_list_id, member)

    print(f"User deleted and data cleaned: {clerk_id}")


def require_bearer(authorization: str, secret: SecretStr) -> None:
    """Raise a 401 unless the header carries the secret; an empty secret opens to nobody."""
    wanted = secret.get_secret_value()
    if not wanted or not hmac.compare_digest(authorization.encode(), f"Bearer {wanted}".encode()):
        raise HTTPException(401, "not for you")
