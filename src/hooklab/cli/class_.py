"""`hooklab class`: grading what a class has handed in, and reporting it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hooklab.catalogue import Course
from hooklab.cli.class_outcome import print_moves, print_outcome
from hooklab.cli.class_serve import serve
from hooklab.cli.parameters import Database, Lang, Slugs, chosen, course
from hooklab.cli.paths import shown
from hooklab.cli.report_file import check_writable, write, write_bytes
from hooklab.cli.speaking import talk
from hooklab.errors import HooklabError, reason_of
from hooklab.texts import _, plural
from hooklab.worker.isolation import demand_wall

if TYPE_CHECKING:
    from hooklab.classroom.cluster import ClusterGraders
    from hooklab.classroom.graders import Graders

NOT_ALL_GRADED = 1

ClassForm = Literal["csv", "html", "markdown", "gradescope", "classroom50", "junit"]

Book = Annotated[
    str,
    typer.Option(
        "--gradebook",
        metavar="FILE",
        help=_("The gradebook: a file, or the address of a PostgreSQL database."),
    ),
]

group = typer.Typer()


@group.command(help=_("Grade a folder with a folder or an archive for each learner."))
def grade(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help=_("The folder with what the class has handed in.")),
    ],
    slugs: Slugs = None,
    *,
    gradebook: Book,
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster",
            metavar="CSV",
            help=_("The class: a CSV file with the columns learner, name and language."),
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            metavar="N",
            min=1,
            help=_("How many to grade at once; one a core by default."),
        ),
    ] = None,
    changed: Annotated[
        bool,
        typer.Option(
            "--changed", help=_("Grade only what has changed since: answers, rubrics, graders.")
        ),
    ] = False,
    regrade: Annotated[
        bool,
        typer.Option(
            "--regrade",
            help=_("Grade again, and show which points would move for whom; nothing counts yet."),
        ),
    ] = False,
    check: Annotated[
        str,
        typer.Option(
            "--check",
            metavar="ID",
            help=_("With --regrade: grade this one check of the exercise, and keep the others."),
        ),
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help=_("Let what --regrade has shown count."))
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            metavar="N",
            min=0,
            max=2**32 - 1,
            help=_("Repeat a run: same people, same delays. By default it is drawn."),
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help=_("Grade on a Dask cluster, whose scheduler is there: tcp://10.0.0.5:8786."),
        ),
    ] = None,
    database: Database = None,
    unconfined: Annotated[
        bool,
        typer.Option(
            "--allow-unconfined",
            help=_("Grade even where nothing keeps the answers from your files."),
        ),
    ] = False,
    lang: Lang = None,
) -> None:
    """Grade, and keep each result at once. Exit code 1: not everything could be graded."""
    from hooklab import rubric
    from hooklab.classroom import cores
    from hooklab.classroom.batch import Batch
    from hooklab.classroom.gradebook import Gradebook
    from hooklab.classroom.hand_ins import Collector
    from hooklab.classroom.moves import moves
    from hooklab.classroom.one_check import OneCheckBatch, with_dependents
    from hooklab.classroom.roster import read_roster
    from hooklab.cli.class_bar import ClassBar

    here = course()
    _check(changed=changed, regrade=regrade, yes=yes, on_cluster=bool(scheduler), jobs=jobs)
    named = list(dict.fromkeys(here.exercise(slug).slug for slug in slugs or ()))
    if check:
        _check_one(named, regrade=regrade)
        with_dependents(rubric.load(here.grader(named[0])), check)
    # The machines of a cluster look for themselves.
    if not unconfined and not scheduler:
        demand_wall()
    members = read_roster(roster) if roster else None
    besides = {Path(gradebook).resolve(), *({roster.resolve()} if roster else ())}
    found = Collector(here, named, members).collect(folder, besides)
    with Gradebook(gradebook, is_new=True) as book:
        book.keep_learners(list((members or {}).values()))
        if check:
            run = book.begin(folder, [f"{named[0]}/{check}"], seed, is_proposal=True)
            batch: Batch = OneCheckBatch(here, book, run, found, named[0], check)
        else:
            run = book.begin(folder, named, seed, is_proposal=regrade)
            batch = Batch(here, book, run, found, changed=changed)
        if batch.outcome.kept:
            told = plural("{count} grade is kept.", "{count} grades are kept.", batch.outcome.kept)
            talk().print(told)
        with (
            _graders(
                here,
                scheduler,
                min(jobs or len(cores.known()), batch.total),
                database,
                unconfined=unconfined,
            ) as graders,
            ClassBar(batch.total, graders.longest) as bar,
        ):
            outcome = batch.carry_out(graders, bar.advance)
        print_outcome(outcome, set(members or ()) - found.learners.keys(), found.superseded)
        if regrade:
            print_moves(moves(here, book, run), accepted=yes)
        if yes:
            batch.accept()
    if not outcome.is_whole:
        raise typer.Exit(NOT_ALL_GRADED)


def _graders(
    here: Course, scheduler: str | None, jobs: int, database: str | None, *, unconfined: bool
) -> "Graders | ClusterGraders":
    if scheduler:
        from hooklab.classroom.cluster import ClusterGraders

        return ClusterGraders(here, scheduler, database=database, unconfined=unconfined)
    from hooklab.classroom.graders import Graders

    return Graders(here, jobs, database=database)


def _check(*, changed: bool, regrade: bool, yes: bool, on_cluster: bool, jobs: int | None) -> None:
    """Refuse options that contradict each other."""
    if on_cluster and jobs:
        raise HooklabError(
            _("--jobs is about this machine, and --scheduler grades on others"),
            _("leave one of them out"),
        )
    if yes and not regrade:
        raise HooklabError(_("--yes is about --regrade"), _("leave it out, or add --regrade"))
    if changed and regrade:
        raise HooklabError(
            _("--regrade grades everything, and --changed only what has changed"),
            _("leave one of them out"),
        )


def _check_one(named: list[str], *, regrade: bool) -> None:
    """Refuse `--check` where it says nothing."""
    if not regrade:
        raise HooklabError(_("--check is about --regrade"), _("leave it out, or add --regrade"))
    if len(named) != 1:
        raise HooklabError(
            _("a check belongs to one exercise"),
            _("name one: hooklab class grade DIR SLUG --regrade --check ID"),
        )


@group.command(help=_("Write the marks of a class, or each learner's feedback."))
def report(
    gradebook: Book,
    form: Annotated[
        ClassForm,
        typer.Option("--format", help=_("csv: all marks; the others: a file a learner.")),
    ],
    path: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="PATH",
            help=_("The file for csv (standard output by default), the folder for the others."),
        ),
    ] = None,
    lang: Lang = None,
) -> None:
    """Write what the gradebook has; it stays as it is."""
    from hooklab.classroom import sheet
    from hooklab.classroom.feedback import feedback
    from hooklab.classroom.gradebook import Gradebook
    from hooklab.classroom.judged import judged_marks
    from hooklab.classroom.overview import Overview

    here = course()
    with Gradebook(gradebook) as book:
        known = judged_marks(here, book)
        if form == "csv":
            if path is None:
                typer.echo(sheet.write(known), nl=False)
                return
            check_writable(path)
            write(path, sheet.write(known))
        else:
            folder = _folder(path)
            overview = Overview()
            for each in feedback(here, book, known, form):
                write(folder / each.file, each.text(form))
                overview.add(each)
            if form == "html":
                write(folder / "index.html", overview.page())
    talk().print(_("written: {file}").format(file=path), soft_wrap=True)


def _folder(path: Path | None) -> Path:
    """The folder for a file of each learner; it is made where there is none."""
    if path is None:
        raise HooklabError(
            _("this form has a file for each learner"), _("name a folder for them: --output DIR")
        )
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HooklabError(
            _("{path} cannot be written: {reason}").format(path=path, reason=reason_of(error)),
            _("choose another folder, or change its permissions"),
        ) from error
    return path


@group.command(help=_("Make the folder that learners get, without solutions."))
def handout(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=_("The folder to make; new, or empty."))
    ],
    slugs: Slugs = None,
    *,
    gradescope: Annotated[
        Path | None,
        typer.Option(
            "--gradescope",
            metavar="ZIP",
            help=_("Write the autograder archive for Gradescope too; for one exercise."),
        ),
    ] = None,
    lang: Lang = None,
) -> None:
    """Write the kit with the exercises named, ready as a template repository."""
    from hooklab.classroom.handout import autograder, write

    here = course()
    named = chosen(here, slugs)
    if gradescope:
        check_writable(gradescope)
        if len(named) != 1:
            raise HooklabError(
                _("an autograder grades one exercise"),
                _("name one: hooklab class handout DIR SLUG"),
            )
    files = write(here, named, folder)
    count = plural("{count} exercise", "{count} exercises", len(named))
    talk().print(
        _("The handout is in {folder}: {exercises}.").format(folder=shown(folder), exercises=count),
        soft_wrap=True,
    )
    if gradescope:
        write_bytes(gradescope, autograder(files, named[0]))
        talk().print(_("written: {file}").format(file=gradescope), soft_wrap=True)


group.command(help=_("Show a class in the browser, and give points by hand."))(serve)
