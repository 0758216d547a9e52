"""Given: the four services, in one form. Nothing to write here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hooklab.services import slack_client
from hooklab.services.intercom import intercom_client
from hooklab.services.mailchimp import mailchimp_client
from hooklab.services.segment import segment_client

from . import analytics, newsletter, slack, support
from .models import ANALYTICS, NEWSLETTER, SLACK, SUPPORT, User
from .settings import Settings


@dataclass(frozen=True)
class Job:
    """A user whom a service is to learn of, and what it knows them by so far."""

    user: User
    known_as: str | None


@dataclass(frozen=True)
class Integration:
    """A service: how it is told, of how many users at once, and how long it then has a rest.

    What `tell` returns is what the service knows the user by from now on.
    """

    name: str
    tell: Callable[[Sequence[Job]], str | None]
    at_once: int = 1
    pause: timedelta = timedelta(0)


def connect(settings: Settings) -> list[Integration]:
    """The services of the settings. Their clients are made once, for they keep connections."""
    hook, contacts = slack_client(settings), intercom_client(settings).contacts
    lists, segment = mailchimp_client(settings).lists, segment_client(settings)

    def tell_slack(jobs: Sequence[Job]) -> None:
        slack.announce(hook, settings.clerk_app_id, [job.user for job in jobs])

    def tell_newsletter(jobs: Sequence[Job]) -> str | None:
        (job,) = jobs
        return newsletter.sync(lists, settings.mailchimp_list_id, job.user, job.known_as)

    def tell_support(jobs: Sequence[Job]) -> str | None:
        (job,) = jobs
        return support.sync(contacts, job.user, job.known_as)

    def tell_analytics(jobs: Sequence[Job]) -> None:
        (job,) = jobs
        analytics.track(segment, job.user)

    return [
        Integration(SLACK, tell_slack, slack.MOST_USERS, slack.PAUSE),
        Integration(NEWSLETTER, tell_newsletter),
        Integration(SUPPORT, tell_support),
        Integration(ANALYTICS, tell_analytics),
    ]
