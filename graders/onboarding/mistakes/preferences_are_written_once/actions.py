"""A change of the preferences is lost.

Loses: preferences_count_once_they_are_set
"""

from pydantic import BaseModel, Field
from sqlmodel import Session

from hooklab.services import insert

from . import onboarding
from .models import FIRST_ACTION_DONE, PREFERENCES_SET, Post, UserPreferences


class Preferences(BaseModel):
    """The body of `PUT /me/preferences`."""

    language: str = Field(pattern="^[a-z]{2}$")
    notifications: bool


class NewPost(BaseModel):
    """The body of `POST /posts`."""

    text: str = Field(min_length=1, max_length=10_000)


def set_preferences(session: Session, clerk_id: str, preferences: Preferences) -> None:
    """Write the preferences of a user, over those that they had; nothing is committed here."""
    onboarding.record(session, clerk_id, {PREFERENCES_SET})
    row = insert(session, UserPreferences).values(clerk_id=clerk_id, **preferences.model_dump())
    session.exec(row.on_conflict_do_nothing())


def write_post(session: Session, clerk_id: str, post: NewPost) -> None:
    """Write a post; nothing is committed here."""
    onboarding.record(session, clerk_id, {FIRST_ACTION_DONE})
    session.add(Post(clerk_id=clerk_id, text=post.text))
