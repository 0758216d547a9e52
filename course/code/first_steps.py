"""Two apps that keep a copy of people: one is told of them, the other asks when they come.

Module 1 shows both, each in a dozen lines, each with what is wrong with it. Neither is an answer to
an exercise.
"""

from typing import Any

from fastapi import FastAPI, Request
from sqlalchemy import Engine
from sqlmodel import Field, Session, SQLModel


class Person(SQLModel, table=True):
    """What the app keeps of a person."""

    clerk_id: str = Field(primary_key=True)
    first_name: str | None = None


def app_that_is_told(engine: Engine) -> FastAPI:
    """An endpoint that believes everybody."""
    app = FastAPI()

    # --8<-- [start:believe]
    @app.post("/webhooks/clerk")
    async def receive(request: Request) -> None:
        event = await request.json()
        if event["type"] == "user.created":
            data = event["data"]
            with Session(engine) as session:
                session.merge(Person(clerk_id=data["id"], first_name=data["first_name"]))
                session.commit()

    # --8<-- [end:believe]
    return app


# --8<-- [start:upsert]
def at_login(session: Session, profile: dict[str, Any]) -> Person:
    """Store who has just come in; `profile` is what Clerk's API says of them now."""
    person = Person(clerk_id=profile["id"], first_name=profile["first_name"])
    person = session.merge(person)
    session.commit()
    return person


# --8<-- [end:upsert]
