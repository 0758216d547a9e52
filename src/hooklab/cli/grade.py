"""`hooklab grade`: scores, and for each lost point its story."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hooklab import __version__
from hooklab.catalogue import Course
from hooklab.cli.finished import congratulate
from hooklab.cli.grading import warm_grading
from hooklab.cli.judgements import Judgements
from hooklab.cli.memory import Memory
from hooklab.cli.parameters import (
    Database,
    Lang,
    Redis,
    ReviewsFile,
    Slugs,
    chosen,
    course,
    require_solution,
)
from hooklab.cli.report_file import check_writable, write
from hooklab.cli.speaking import output, talk
from hooklab.cli.standing import Standing, next_step, standing
from hooklab.cli.welcome import welcome
from hooklab.errors import HooklabError
from hooklab.grading.not_started import not_started
from hooklab.grading.options import Options, check_folder, seed_for
from hooklab.reports.formats import WRITERS, Format, of_ending, render
from hooklab.reports.text import print_scorecard
from hooklab.reviews import FILE
from hooklab.scorecard import Scorecard
from hooklab.texts import _
from hooklab.worker.isolation import demand_wall, in_force

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
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help=_("How to write the report; by default as the ending of --output says, or text."),
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help=_("Write the report to this file.")),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--also",
            metavar="FORM=FILE",
            help=_("Write the report in a further form to a file, without grading again."),
        ),
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
    form = form or of_ending(file)
    others = dict(map(_form_and_file, also or ()))
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
    _check(here, names if assessment else slugs or [], options)
    for each in (*others, *((file,) if file else ())):
        check_writable(each)
    if submission and not unconfined:
        demand_wall(debug=debug)
    judged = Judgements(here, options, reviews or here.root / FILE)
    for opinion in assess or ():
        judged.assess(names, opinion)
    own = not (solutions or submission or debug)
    standings = {slug: standing(here, slug) for slug in names} if own else {}
    card = judged.apply(_grade(here, names, options, standings))
    if own:
        Memory(here.root).keep_scores(card)
    steps = {slug: next_step(here, slug, where) for slug, where in standings.items()}
    _report(card, form, file, None if everything else FIRST_STORIES, steps)
    for path, other in others.items():
        _report(card, other, path, None, steps)
    if own and form == "text" and not file:
        console = output()
        welcome(here, card, standings, console)
        if len(names) == 1 and card.is_complete:
            console.print()
            congratulate(here, card.exercises[0], Memory(here.root), console)
    if strict and not card.is_complete:
        raise typer.Exit(NOT_ALL_EARNED)


def _grade(
    here: Course, slugs: list[str], options: Options, standings: Mapping[str, Standing]
) -> Scorecard:
    """The scorecard of `slugs`; nothing runs for those that nobody has started."""
    started = [slug for slug in slugs if slug not in standings or not standings[slug].is_untouched]
    card = Scorecard(__version__, in_force(debug=options.debug), options.seed, ())
    if started:
        with warm_grading(here, debug=options.debug) as run:
            card = run(started, options)
    found = {exercise.slug: exercise for exercise in card.exercises}
    both = tuple(found.get(slug) or not_started(here, slug) for slug in slugs)
    return replace(card, exercises=both)


def _of_the_assessment(here: Course, slugs: list[str] | None) -> list[str]:
    if slugs:
        raise HooklabError(
            _("--assessment names its exercises itself"),
            _("leave out: {slugs}").format(slugs=" ".join(slugs)),
        )
    return [exercise.slug for exercise in here.exercises if exercise.assessment]


def _form_and_file(text: str) -> tuple[Path, Format]:
    form, equals, file = text.partition("=")
    if form not in WRITERS or not equals or not file:
        raise HooklabError(
            _("--also is “{text}”").format(text=text),
            _("write a form and a file, such as {example}; forms are {forms}").format(
                example="json=scorecard.json", forms=", ".join(WRITERS)
            ),
        )
    return Path(file), form


def _check(here: Course, slugs: list[str], options: Options) -> None:
    """Refuse what cannot work before anything is started."""
    if options.submission and len(slugs) != 1:
        raise HooklabError(
            _("--submission is about one exercise, and {count} are named").format(count=len(slugs)),
            _("name the one: hooklab grade SLUG --submission {folder}").format(
                folder=options.submission
            ),
        )
    for slug in chosen(here, slugs):
        if options.solutions:
            require_solution(here, slug)
        check_folder(options.folder(here, slug))


def _report(
    card: Scorecard, form: Format, file: Path | None, most: int | None, steps: Mapping[str, str]
) -> None:
    if file:
        write(file, render(card, form))
        talk().print(_("written: {file}").format(file=file), soft_wrap=True)
    elif form == "text":
        print_scorecard(card, most=most, steps=steps)
    else:
        output().out(render(card, form), end="", highlight=False)
