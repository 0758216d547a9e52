"""Given: what members write and send. Nothing to write here."""

from pathlib import Path
from typing import Annotated

from fastapi import HTTPException
from pydantic import BaseModel, Field
from sqlmodel import Session, select

from .gate import admit, subject_hash
from .models import Comment, Post, Upload, User
from .settings import Settings

Text = Annotated[str, Field(min_length=1, max_length=10_000)]


class NewText(BaseModel):
    """A post or a comment as it is sent."""

    text: Text


class NewFile(BaseModel):
    """A file as it is sent."""

    filename: str = Field(min_length=1, max_length=200)
    content: Text


def member(session: Session, settings: Settings, clerk_id: str) -> User:
    """Who is writing; a 401 for somebody whom we do not know, or no longer."""
    if not admit(session, subject_hash(settings, clerk_id)):
        raise HTTPException(401, "this account is closed")
    user = session.exec(select(User).where(User.clerk_id == clerk_id)).first()
    if user is None:
        raise HTTPException(401, "there is no such account yet")
    return user


def name_of(user: User) -> str:
    """The name that others see."""
    return " ".join(filter(None, (user.first_name, user.last_name))) or "anonymous"


def write_post(session: Session, user: User, text: str) -> int | None:
    """Write a post; its number."""
    post = Post(author_id=user.id, author_name=name_of(user), author_email=user.email, text=text)
    session.add(post)
    session.flush()
    return post.id


def write_comment(session: Session, user: User, post_id: int, text: str) -> int | None:
    """Write a comment on a post; its number. A post that is not there is a 404."""
    if session.get(Post, post_id) is None:
        raise HTTPException(404, "there is no such post")
    comment = Comment(
        post_id=post_id,
        author_id=user.id,
        author_name=name_of(user),
        author_email=user.email,
        text=text,
    )
    session.add(comment)
    session.flush()
    return comment.id


def keep_file(session: Session, settings: Settings, user: User, file: NewFile) -> str:
    """Keep a file under a name of ours; the name."""
    upload = Upload(user_id=user.id, filename=file.filename)
    session.add(upload)
    session.flush()
    folder = folder_of(settings, user.id)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / upload.id).write_text(file.content, encoding="utf-8")
    return upload.id


def folder_of(settings: Settings, user_id: str) -> Path:
    """Where all files of a user lie, and nobody else's."""
    return Path(settings.uploads_dir) / user_id
