"""`hooklab check`: the authors' gate."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from hooklab.authoring.problem import Problem
from hooklab.cli.parameters import Database, Lang, Slugs, chosen, course
from hooklab.cli.problems import FOUND_SOMETHING, tell
from hooklab.cli.speaking import output, talk
from hooklab.errors import HooklabError
from hooklab.texts import _, plural
from hooklab.worker.launch import start_launcher


def command(
    slugs: Slugs = None,
    repeat: Annotated[
        int,
        typer.Option(
            "--repeat", metavar="N", min=1, help=_("Grade so often; outcomes must be equal.")
        ),
    ] = 1,
    quick: Annotated[
        bool,
        typer.Option("--quick", help=_("Grade each mistake on the checks that it names only.")),
    ] = False,
    share: Annotated[
        int | None,
        typer.Option(
            "--share",
            metavar="N",
            min=1,
            help=_("With --quick: grade one mistake in N fully, others after each commit."),
        ),
    ] = None,
    part: Annotated[
        int | None,
        typer.Option(
            "--part",
            metavar="N",
            min=1,
            help=_("With --quick: look at one mistake in N only, others after each commit."),
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help=_("Grade again what was proved and has not changed.")),
    ] = False,
    database: Database = None,
    lang: Lang = None,
) -> None:
    """Prove that catalogue, rubrics, tests, skeletons, solutions and mistakes agree.

    Each fault is told as soon as it is found. The exit code is 1 when there is one.
    """
    if share and not quick:
        raise HooklabError(_("--share goes with --quick"), _("leave one out, or use both"))
    if part and not quick:
        raise HooklabError(_("--part goes with --quick"), _("leave one out, or use both"))
    here = course()
    names = chosen(here, slugs) if slugs else []
    launcher = start_launcher()
    try:
        from hooklab.authoring import gate
        from hooklab.authoring.proof import Manner

        manner = Manner(
            launcher=launcher,
            repeat=repeat,
            database=database,
            quick=quick,
            share=share,
            part=part or 1,
            afresh=everything,
        )
        with _steps() as progress:
            problems = gate.run(
                here,
                names,
                manner=manner,
                progress=progress,
            )
    finally:
        launcher.close()
    if problems:
        talk().print(plural("{count} fault", "{count} faults", len(problems)))
        raise typer.Exit(FOUND_SOMETHING)
    output().print(_("Everything agrees."))


@contextmanager
def _steps() -> Iterator[Callable[[str, list[Problem]], None]]:
    """Tell the faults of each step, and show on a terminal what was looked at.

    A gate takes long: its author can mend the first fault meanwhile, and one that is cut off has
    told what it found.
    """
    console = talk()
    if not console.is_terminal:
        yield lambda _place, problems: tell(problems)
        return
    with console.status(_("looking")) as status:

        def show(place: str, problems: list[Problem]) -> None:
            tell(problems)
            status.update(place)

        yield show
