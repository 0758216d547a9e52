"""`hooklab review`: what a written answer is worth, decided by a person."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hooklab import rubric
from hooklab.cli.parameters import Lang, ReviewsFile, Slug, course
from hooklab.cli.speaking import talk
from hooklab.errors import HooklabError
from hooklab.grading.options import check_folder
from hooklab.reviews import FILE, Record, Reviews, check_points, digest
from hooklab.texts import _, number


def command(
    slug: Slug,
    criterion: Annotated[
        str, typer.Argument(metavar="CRITERION", help=_("A reviewed criterion of the rubric."))
    ],
    points: Annotated[
        float | None,
        typer.Argument(
            metavar="POINTS", help=_("What the answer is worth; shows the levels if missing.")
        ),
    ] = None,
    comment: Annotated[
        str, typer.Option("--comment", metavar="TEXT", help=_("What the learner will read."))
    ] = "",
    submission: Annotated[
        Path | None,
        typer.Option("--submission", metavar="DIR", help=_("The folder with the answer.")),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help=_("Who decides; you by default."))
    ] = None,
    reviews: ReviewsFile = None,
    lang: Lang = None,
) -> None:
    """Record points and a comment; grading reads them and never writes them."""
    here = course()
    folder = submission or here.skeleton(here.exercise(slug).slug)
    check_folder(folder)
    found = check_points(rubric.load(here.grader(slug)), criterion, points)
    if not comment.strip():
        raise HooklabError(
            _("a review without a comment teaches nothing"), _("say why: --comment “…”")
        )
    file = Reviews(reviews or here.root / FILE)
    file.add(
        Record(
            submission=file.name(folder),
            slug=slug,
            criterion=found.id,
            points=float(points or 0),
            comment=comment.strip(),
            by=by or getpass.getuser(),
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            answer=digest(folder),
        )
    )
    talk().print(
        _("recorded: {points} of {most} points for {slug}, {criterion}").format(
            points=number(points or 0),
            most=number(found.reviewed_points),
            slug=slug,
            criterion=criterion,
        )
    )
