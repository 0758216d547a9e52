"""Exercise gdpr_deletion: erase somebody everywhere. Given: nothing to write here."""

import hmac
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import PlainTextResponse
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel
from starlette.concurrency import run_in_threadpool

from hooklab.services import get_logger, make_engine
from hooklab.webhooks import Event, read_event

from . import community, members
from .clerk_data import ClerkSession, ClerkUser, Deleted, happened_at
from .community import NewFile, NewText
from .erasure import begin, run, run_due
from .gate import admit, subject_hash
from .mailing import send_due
from .settings import Settings
from .signed_in import require_user

log = get_logger()


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
    async def receive(request: Request, afterwards: BackgroundTasks) -> PlainTextResponse:
        """Take one delivery: 2xx done or nothing to do, 4xx refused, 5xx try again."""
        event = await read_event(request, settings.clerk_webhook_signing_secret)
        if event.type in ("user.created", "user.updated", "session.created"):
            await run_in_threadpool(handle, take_news, engine, settings, event)
        elif event.type == "user.deleted":
            erasure_id = await run_in_threadpool(handle, take_deletion, engine, settings, event)
            if erasure_id is not None:
                # After the commit and after the answer: nobody waits for other services. What is
                # lost here in a crash is still in the tables, and a later cron run does it.
                afterwards.add_task(run_now, engine, settings, erasure_id)
        return PlainTextResponse("done")

    @app.post("/internal/cron")
    def cron(authorization: Annotated[str, Header()] = "") -> dict[str, int]:
        """Do what is due; only whoever knows the secret may ask."""
        require_bearer(authorization, settings.cron_secret)
        # Erasures first: an e-mail to somebody who has gone must not leave.
        erasures = run_due(engine, settings)
        return {"erasures": erasures, "mails": send_due(engine, settings)}

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


def take_deletion(session: Session, settings: Settings, event: Event) -> int | None:
    """Begin an erasure; its number, or None when it has begun before."""
    person = Deleted.model_validate(event.data)
    return begin(session, settings, person.id, happened_at(event))


def run_now(engine: Engine, settings: Settings, erasure_id: int) -> None:
    """Run the erasure as a background task, which has nobody to report an error to."""
    try:
        run(engine, settings, erasure_id)
    except SQLAlchemyError as failure:
        log.error("erasure", erasure_id=erasure_id, error=type(failure).__name__)


def require_bearer(authorization: str, secret: SecretStr) -> None:
    """Raise a 401 unless the header carries the secret; an empty secret opens to nobody."""
    wanted = secret.get_secret_value()
    if not wanted or not hmac.compare_digest(authorization.encode(), f"Bearer {wanted}".encode()):
        raise HTTPException(401, "not for you")
