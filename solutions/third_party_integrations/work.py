"""Given: from the queue to the services. Nothing to write here."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from hooklab.services import get_logger

from . import gate, queue
from .failures import failure_of
from .integrations import Integration, Job
from .models import DONE, NEWSLETTER, IntegrationTask, User
from .settings import Settings
from .users import forget_address

BATCH = 100
"""A run calls a service so many times at most; the next run does the rest."""

log = get_logger()


def work_off_all(
    engine: Engine, settings: Settings, integrations: Sequence[Integration]
) -> dict[str, int]:
    """Work off what is due for every service; how many attempts there were for each.

    Each service has a thread of its own, so that one that hangs makes none of the others wait.
    """
    with ThreadPoolExecutor(max_workers=len(integrations)) as threads:
        counts = threads.map(lambda each: work_off(engine, settings, each), integrations)
        return dict(zip([each.name for each in integrations], counts, strict=True))


def work_off(engine: Engine, settings: Settings, integration: Integration) -> int:
    """Work off what is due for one service; an error ends this service's run and raises nothing."""
    attempts = 0
    try:
        while attempts < BATCH and (tasks := take(engine, settings, integration)):
            attempts += 1
            attempt(engine, settings, integration, tasks)
    except Exception as error:
        # What is not written down stays claimed until its lease ends, and is then tried again.
        log.error("integration", integration=integration.name, error=failure_of(error).why)
    return attempts


def take(engine: Engine, settings: Settings, integration: Integration) -> Sequence[IntegrationTask]:
    """Claim what the service can be told at once; nothing when its gate is closed."""
    now, lease = datetime.now(UTC), timedelta(seconds=settings.integration_lease_seconds)
    with Session(engine, expire_on_commit=False) as session:
        tasks = queue.claim(session, integration.name, now, lease, integration.at_once)
        if not tasks or not gate.enter(session, integration.name, now, integration.pause):
            session.rollback()
            return []
        session.commit()
    return tasks


def attempt(
    engine: Engine, settings: Settings, integration: Integration, tasks: Sequence[IntegrationTask]
) -> None:
    """Tell the service of all `tasks` in one go, and write down how that ended."""
    with Session(engine) as session:
        users = [session.get_one(User, task.clerk_id) for task in tasks]
    failure, known_as = None, None
    try:
        known_as = integration.tell(
            [Job(user, task.known_as) for user, task in zip(users, tasks, strict=True)]
        )
    except Exception as error:
        failure = failure_of(error)
    name, why = integration.name, failure.why if failure else None
    log.info("integration", integration=name, users=len(users), error=why)
    now = datetime.now(UTC)
    with Session(engine) as session, session.begin():
        if failure and failure.retry_after:
            gate.close(session, name, now + timedelta(seconds=failure.retry_after))
        for user, task in zip(users, tasks, strict=True):
            if failure:
                after = queue.after_failure(settings, task.attempts + 1, failure, now)
                queue.finish(session, task, **after)
                continue
            done = queue.finish(session, task, status=DONE, known_as=known_as)
            if done and user.deleted and name == NEWSLETTER:
                forget_address(session, user.clerk_id)
