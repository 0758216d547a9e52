"""`hooklab grade`: scores, and for each lost point its story."""

from pathlib import Path
from typing import Annotated

import typer

from hooklab.catalogue import Course
from hooklab.cli.grading import warm_grading
from hooklab.cli.judgements import Judgements
from hooklab.cli.memory import Memory
from hooklab.cli.parameters import Database, Lang, Redis, ReviewsFile, Slugs, chosen, course
from hooklab.cli.report_file import check_writable, write
from hooklab.cli.speaking import output, talk
from hooklab.cli.welcome import welcome
from hooklab.errors import HooklabError
from hooklab.grading.options import Options, check_folder, seed_for
from hooklab.reports.formats import Format, render
from hooklab.reports.text import print_scorecard
from hooklab.reviews import FILE
from hooklab.scorecard import Scorecard
from hooklab.texts import _
from hooklab.worker.isolation import demand_wall

# Stories that are told in full; the others are named. A beginner mends one thing at a time.
FIRST_STORIES = 3

NOT_ALL_EARNED = 1


def command(
    slugs: Slugs = None,
    solutions: Annotated[
        bool, typer.Option("--solutions", help=_("Grade the reference in solutions/ instead."))
    ] = False,
    submission: Annotated[
        Path | None,
        typer.Option("--submission", metavar="DIR", help=_("Grade this folder, for one exercise.")),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help=_("How to write the report."))] = "text",
    file: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help=_("Write the report to this file.")),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help=_("End with exit code 1 unless every check is earned."))
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            metavar="N",
            help=_("Repeat a run: same people, same delays. --submission draws one by default."),
        ),
    ] = None,
    database: Database = None,
    redis: Redis = None,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug", help=_("Make breakpoint() work in the app; the grade does not count.")
        ),
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all-messages", help=_("Tell every story, not only the first three."))
    ] = False,
    unconfined: Annotated[
        bool,
        typer.Option(
            "--allow-unconfined",
            help=_("Grade --submission even where nothing keeps it from your files."),
        ),
    ] = False,
    assessment: Annotated[
        bool,
        typer.Option(
            "--assessment", help=_("Grade exactly the exercises of the final assessment.")
        ),
    ] = False,
    assess: Annotated[
        list[str] | None,
        typer.Option(
            "--assess",
            metavar="CRITERION=POINTS",
            help=_("Your own opinion of a written answer; it is shown and does not count."),
        ),
    ] = None,
    reviews: ReviewsFile = None,
    lang: Lang = None,
) -> None:
    """Grade, report, remember. The exit code is 0 when grading ran, whatever was earned."""
    here = course()
    names = _of_the_assessment(here, slugs) if assessment else chosen(here, slugs)
    options = Options(
        submission=submission,
        solutions=solutions,
        seed=seed_for(submission, seed),
        database=database,
        redis=redis,
        debug=debug,
    )
    _check(here, names if assessment else slugs or [], options, file)
    if submission and not unconfined:
        demand_wall(debug=debug)
    judged = Judgements(here, options, reviews or here.root / FILE)
    for opinion in assess or ():
        judged.assess(names, opinion)
    with warm_grading(here, debug=debug) as run:
        card = judged.apply(run(names, options))
    own = not (solutions or submission or debug)
    if own:
        Memory(here.root).keep_scores(card)
    _report(card, form, file, most=None if everything else FIRST_STORIES)
    if own and form == "text" and not file:
        welcome(here, card, output())
    if strict and not card.is_complete:
        raise typer.Exit(NOT_ALL_EARNED)


def _of_the_assessment(here: Course, slugs: list[str] | None) -> list[str]:
    if slugs:
        raise HooklabError(
            _("--assessment names its exercises itself"),
            _("leave out: {slugs}").format(slugs=" ".join(slugs)),
        )
    return [exercise.slug for exercise in here.exercises if exercise.assessment]


def _check(here: Course, slugs: list[str], options: Options, file: Path | None) -> None:
    """Refuse what cannot work before anything is started."""
    if options.submission and len(slugs) != 1:
        raise HooklabError(
            _("--submission is about one exercise, and {count} are named").format(count=len(slugs)),
            _("name the one: hooklab grade SLUG --submission {folder}").format(
                folder=options.submission
            ),
        )
    for slug in chosen(here, slugs):
        check_folder(options.folder(here, slug))
    if file:
        check_writable(file)


def _report(card: Scorecard, form: Format, file: Path | None, most: int | None) -> None:
    if file:
        write(file, render(card, form))
        talk().print(_("written: {file}").format(file=file), soft_wrap=True)
    elif form == "text":
        print_scorecard(card, most=most)
    else:
        output().out(render(card, form), end="", highlight=False)
