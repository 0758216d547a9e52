"""Options and arguments that several commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

import hooklab
from hooklab import catalogue
from hooklab.catalogue import Course
from hooklab.cli.completion import complete_slug
from hooklab.cli.speaking import talk
from hooklab.course_folder import note_of
from hooklab.errors import HooklabError
from hooklab.reports.folding import write_to_copy
from hooklab.texts import _

# Read before the commands are imported, see `main`; here for the help and the refusal.
Lang = Annotated[
    Literal["en", "fr"] | None,
    typer.Option("--lang", help=_("Language: English or French. The locale decides by default.")),
]
_AN_EXERCISE = typer.Argument(
    metavar="SLUG",
    help=_("An exercise, see: hooklab list"),
    autocompletion=complete_slug,
)
PagePort = Annotated[
    int | None,
    typer.Option(
        "--port",
        metavar="PORT",
        min=1,
        max=65535,
        help=_("Where the page is; a free port by default."),
    ),
]
RunSolutions = Annotated[
    bool, typer.Option("--solutions", help=_("Run the reference in solutions/ instead."))
]
Slug = Annotated[str, _AN_EXERCISE]
OptionalSlug = Annotated[str | None, _AN_EXERCISE]
Slugs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SLUG",
        help=_("Exercises, see: hooklab list; all by default."),
        autocompletion=complete_slug,
    ),
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
    """The course that the current folder lies in; HooklabError when it lies in none.

    A folder that `hooklab new` made with another version is told of.
    """
    root = catalogue.find_root(Path.cwd())
    note = note_of(root)
    if note and note.version != hooklab.__version__:
        told = _(
            "This folder has the course of hooklab {theirs}, and this is hooklab {ours}. "
            "To make them equal: hooklab update"
        )
        write_to_copy(talk(), told.format(theirs=note.version, ours=hooklab.__version__))
    return catalogue.load(root)


def chosen(course: Course, slugs: list[str] | None) -> list[str]:
    """The slugs that were named, each once, or all; HooklabError for an unknown one."""
    if not slugs:
        return [exercise.slug for exercise in course.exercises]
    return list(dict.fromkeys(course.exercise(slug).slug for slug in slugs))


def require_solution(here: Course, slug: str) -> None:
    """Refuse to go on without the solution of `slug`, which a handout does not have."""
    if not here.solution(slug).is_dir():
        raise HooklabError(
            _("this folder has no solutions"), _("ask the person who teaches your class for them")
        )
