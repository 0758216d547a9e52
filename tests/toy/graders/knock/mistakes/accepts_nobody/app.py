"""Nobody has a name too.

Loses: nobody_is_refused
"""

from fastapi import FastAPI

from hooklab.services import Settings

from .greeting import greet


def create_app(settings: Settings) -> FastAPI:
    """The app with its one route."""
    app = FastAPI()

    @app.get("/knock")
    def knock(name: str = "nobody") -> dict[str, str]:
        """Greet whoever knocks."""
        return {"greeting": greet(name)}

    return app
