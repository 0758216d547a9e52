"""The route has another name.

Loses: it_answers
"""

from fastapi import FastAPI

from hooklab.services import Settings

from .greeting import greet


def create_app(settings: Settings) -> FastAPI:
    """The app with its one route."""
    app = FastAPI()

    @app.get("/knocks")
    def knock(name: str) -> dict[str, str]:
        """Greet whoever knocks."""
        return {"greeting": greet(name)}

    return app
