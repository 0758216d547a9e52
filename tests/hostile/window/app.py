"""The reference of the exercise `window`."""

import json
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from sqlalchemy import text

from hooklab.services import Settings, make_engine


def create_app(settings: Settings) -> FastAPI:
    """An app whose page, log, file and table tell the word that it is given."""
    engine = make_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS thing (word TEXT, number INTEGER)"))
        connection.execute(
            text("CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY, number INTEGER)")
        )
    app = FastAPI()

    @app.get("/")
    def home() -> str:
        return "open"

    @app.get("/page")
    def page(word: str) -> HTMLResponse:
        return HTMLResponse(f"<h1>{word}</h1>")

    @app.get("/log")
    def log(word: str) -> None:
        print(json.dumps({"word": word}))  # noqa: T201 - it is asked for

    @app.get("/file")
    def file(word: str) -> None:
        Path("word.txt").write_text(word, encoding="utf-8")

    @app.get("/row")
    def row(word: str) -> None:
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO thing VALUES (:word, 1)"), {"word": word})

    @app.get("/count")
    def count() -> int:
        with engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM thing")).scalar_one())

    @app.get("/list")
    def some(limit: int) -> list[str]:
        with engine.connect() as connection:
            query = text("SELECT word FROM thing ORDER BY number LIMIT :limit")
            return list(connection.execute(query, {"limit": limit}).scalars())

    @app.get("/set")
    def set_number(number: int) -> None:
        with engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO counter VALUES (1, :number) ON CONFLICT (id) DO UPDATE "
                    "SET number = excluded.number WHERE number < excluded.number"
                ),
                {"number": number},
            )

    return app
