"""Options and arguments that several commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from hooklab import catalogue
from hooklab.catalogue import Course
from hooklab.texts import _

# Read before the commands are imported, see `main`; here for the help and the refusal.
Lang = Annotated[
    Literal["en", "fr"] | None,
    typer.Option("--lang", help=_("Language: English or French. The locale decides by default.")),
]
Slug = Annotated[str, typer.Argument(metavar="SLUG", help=_("An exercise, see: hooklab list"))]
OptionalSlug = Annotated[
    str | None, typer.Argument(metavar="[SLUG]", help=_("An exercise, see: hooklab list"))
]
Slugs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SLUG]...", help=_("Exercises, see: hooklab list; all by default.")),
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        envvar="HOOKLAB_DATABASE_URL",
        help=_("A PostgreSQL server to grade on, instead of SQLite."),
    ),
]

Redis = Annotated[
    str | None,
    typer.Option(
        "--redis",
        metavar="URL",
        envvar="HOOKLAB_REDIS_URL",
        help=_("A real Redis server with eight empty databases, from the number in the URL on."),
    ),
]

ReviewsFile = Annotated[
    Path | None,
    typer.Option(
        "--reviews", metavar="FILE", help=_("The file of reviews; reviews.json by default.")
    ),
]


def course() -> Course:
    """The course that the current folder lies in; HooklabError when it lies in none."""
    return catalogue.load(catalogue.find_root(Path.cwd()))


def chosen(course: Course, slugs: list[str] | None) -> list[str]:
    """The slugs that were named, each once, or all; HooklabError for an unknown one."""
    if not slugs:
        return [exercise.slug for exercise in course.exercises]
    return list(dict.fromkeys(course.exercise(slug).slug for slug in slugs))
