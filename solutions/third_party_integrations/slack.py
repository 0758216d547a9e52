"""New users are announced in Slack: TODO 2. Lesson: course/*/lessons/"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from slack_sdk.webhook import WebhookClient

from .failures import refused
from .models import User

MOST_USERS = 10
"""So many users share a message; Slack takes fifty blocks at most."""

PAUSE = timedelta(seconds=1)
"""Slack takes about one message a second."""

LONGEST_NAME = 150


def announce(client: WebhookClient, app_id: str, users: Sequence[User]) -> None:
    """Post one message that announces all `users`; failures.Failed when Slack does not take it."""
    # answer 2: send announcement(), and look at the answer.
    #: # refused() of failures.py makes the exception.
    answer = client.send(**announcement(app_id, users))
    # The client raises nothing here, whatever Slack answers.
    if answer.status_code != 200:
        raise refused(answer.status_code, answer.headers)


def announcement(app_id: str, users: Sequence[User]) -> dict[str, Any]:
    """The message: `text` for notifications, and `blocks` with a name and a link for each user.

    A name is a stranger's text: it stays on one line and cannot call, link or format anything. A
    user without one is announced without one. No address is in it.
    """
    # answer 2: `text`, and a block for each user.
    names = [one_line(user.name or "Quelqu'un sans nom") for user in users]
    return {
        "text": f"Nouvelle inscription : {escaped(', '.join(names))}",
        "blocks": [
            {
                "type": "section",
                # Plain text: mrkdwn would still format *this* and _this_ after escaping.
                "text": {"type": "plain_text", "text": name, "emoji": False},
                "accessory": {
                    "type": "button",
                    "text": {"type": "plain_text", "text": "Voir dans Clerk"},
                    "url": dashboard_link(app_id, user),
                },
            }
            for name, user in zip(names, users, strict=True)
        ],
    }


def dashboard_link(app_id: str, user: User) -> str:
    """The page of the user in Clerk's dashboard."""
    # answer 2: application, instance, user.
    return (
        f"https://dashboard.clerk.com/apps/{app_id}/instances/{user.instance_id}"
        f"/users/{user.clerk_id}"
    )


def one_line(text: str) -> str:
    """`text` without line ends, and not too long for Slack."""
    # answer 2: no line ends, LONGEST_NAME at most.
    return " ".join(text.split())[:LONGEST_NAME]


def escaped(text: str) -> str:
    """`text` with the three characters escaped that mean something to Slack."""
    # answer 2: & < and >, in this order.
    # The & first: it is part of the other two.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
