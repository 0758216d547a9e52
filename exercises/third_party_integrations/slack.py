"""New users are announced in Slack: TODO 2. Lesson: course/*/lessons/"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from slack_sdk.webhook import WebhookClient

from .models import User

MOST_USERS = 10
"""So many users share a message; Slack takes fifty blocks at most."""

PAUSE = timedelta(seconds=1)
"""Slack takes about one message a second."""

LONGEST_NAME = 150


def announce(client: WebhookClient, app_id: str, users: Sequence[User]) -> None:
    """Post one message that announces all `users`; failures.Failed when Slack does not take it."""
    # TODO 2: send announcement(), and look at the answer.
    # refused() of failures.py makes the exception.
    raise NotImplementedError("announce(): TODO 2 is still open, in slack.py")


def announcement(app_id: str, users: Sequence[User]) -> dict[str, Any]:
    """The message: `text` for notifications, and `blocks` with a name and a link for each user.

    A name is a stranger's text: it stays on one line and cannot call, link or format anything. A
    user without one is announced without one. No address is in it.
    """
    # TODO 2: `text`, and a block for each user.
    raise NotImplementedError("announcement(): TODO 2 is still open, in slack.py")


def dashboard_link(app_id: str, user: User) -> str:
    """The page of the user in Clerk's dashboard."""
    # TODO 2: application, instance, user.
    raise NotImplementedError("dashboard_link(): TODO 2 is still open, in slack.py")


def one_line(text: str) -> str:
    """`text` without line ends, and not too long for Slack."""
    # TODO 2: no line ends, LONGEST_NAME at most.
    raise NotImplementedError("one_line(): TODO 2 is still open, in slack.py")


def escaped(text: str) -> str:
    """`text` with the three characters escaped that mean something to Slack."""
    # TODO 2: & < and >, in this order.
    raise NotImplementedError("escaped(): TODO 2 is still open, in slack.py")
