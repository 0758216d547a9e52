"""`hooklab new`: a folder of the course, out of the installed package."""

from pathlib import Path
from typing import Annotated

import typer

from hooklab import catalogue, course_folder
from hooklab.authoring.example import FILE, example
from hooklab.cli.parameters import Lang
from hooklab.cli.paths import shown, typed
from hooklab.cli.report_file import write
from hooklab.cli.speaking import output
from hooklab.program import as_typed
from hooklab.texts import _, pick, plural


def command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=_("The folder to make; new, or empty."))
    ],
    lang: Lang = None,
) -> None:
    """Write exercises, graders, solutions, pages and notebooks in a folder of one's own."""
    course_folder.create(folder)
    here = catalogue.load(folder.absolute())
    write(folder / FILE, example(here))
    count = plural("{count} exercise", "{count} exercises", len(here.exercises))
    console = output()
    is_here = folder.resolve() == Path.cwd()
    place = str(Path.cwd()) if is_here else shown(folder)
    console.print(
        _("The course is in {folder}: {exercises}.").format(folder=place, exercises=count),
        soft_wrap=True,
    )
    first = here.exercises[0]
    console.print(_("Begin with “{title}”:").format(title=pick(first.title)), soft_wrap=True)
    if not is_here:
        console.print(f"  cd {typed(folder)}", soft_wrap=True)
    for name in ("statement", "grade"):
        console.print(as_typed(f"  hooklab {name} {first.slug}"), soft_wrap=True)
