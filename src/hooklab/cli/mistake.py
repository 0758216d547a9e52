"""`hooklab mistake`: known mistakes, which are kept as patches to the solution."""

import os
import shlex
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from hooklab import rubric
from hooklab.authoring import bench, following, known, losses
from hooklab.authoring.following import Conflict
from hooklab.catalogue import Course
from hooklab.cli.parameters import Lang, Slug, course
from hooklab.cli.paths import shown, typed
from hooklab.cli.speaking import complain, output, talk
from hooklab.errors import HooklabError
from hooklab.texts import _, plural

FOUND_SOMETHING = 1

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help=_("A mistake: its patch's name in graders/SLUG/mistakes/.")
    ),
]
From = Annotated[
    Path | None,
    typer.Option(
        "--from", metavar="DIR", help=_("Open no editor: write the answer in this folder.")
    ),
]

group = typer.Typer()


@group.command(help=_("Make a new mistake out of the solution, in your editor."))
def new(slug: Slug, name: Name, source: From = None, lang: Lang = None) -> None:
    """Lay the solution in a folder, open it, and write what has changed as a patch."""
    here = course()
    bench.check_free(here, slug, name)
    folder = source or bench.begin(here, slug, name)
    _write_after(here, slug, name, folder, is_ready=bool(source))


@group.command(help=_("Change a mistake in your editor: the whole answer, and what it says."))
def edit(slug: Slug, name: Name, source: From = None, lang: Lang = None) -> None:
    """Lay the whole wrong answer in a folder, open it, and write its patch again."""
    here = course()
    bench.find(here, slug, name)
    folder = source or following.lay(here, slug, name)
    if isinstance(folder, Conflict):
        complain(_told(slug, folder))
        folder = folder.folder
    _write_after(here, slug, name, folder, is_ready=bool(source))


@group.command(help=_("Let mistakes follow a solution that has changed."))
def refresh(
    slug: Slug,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help=_("One mistake; all by default."))
    ] = None,
    lang: Lang = None,
) -> None:
    """Write patches anew, and name those that a person has to bring together with the solution."""
    here = course()
    changed, conflicts = following.refresh(here, slug, name)
    for each in changed:
        output().print(shown(each), soft_wrap=True)
    for conflict in conflicts:
        complain(_told(slug, conflict))
    talk().print(plural("{count} patch changed.", "{count} patches changed.", len(changed)))
    if conflicts:
        raise typer.Exit(FOUND_SOMETHING)


@group.command(help=_("Show the files of a mistake as they are in the whole answer."))
def show(slug: Slug, name: Name, lang: Lang = None) -> None:
    """Print each file that the patch changes, whole; several with their names above."""
    typer.echo(bench.assembled(course(), slug, name), nl=False)


@group.command(help=_("Write down what a learner reads when this mistake loses points."))
def messages(
    slug: Slug,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help=_("One mistake; by default all that have texts.")),
    ] = None,
    lang: Lang = None,
) -> None:
    """Grade mistakes in every language, and keep what is said beside their patches."""
    from hooklab.authoring.golden import kept, wanted
    from hooklab.authoring.proof import Manner, Prover
    from hooklab.worker.launch import start_launcher

    here = course()
    chosen = [bench.find(here, slug, name)] if name else known.mistakes(here, slug)
    launcher = start_launcher()
    try:
        prover = Prover(here, slug, Manner(launcher))
        for mistake in chosen if name else filter(kept, chosen):
            for language, path in wanted(mistake).items():
                text = prover.read_messages(mistake, language)
                path.write_text(text, encoding="utf-8", newline="\n")
                output().print(shown(path), soft_wrap=True)
    finally:
        launcher.close()


def _write_after(here: Course, slug: str, name: str, folder: Path, *, is_ready: bool) -> None:
    """Have the answer in a folder edited, unless it is ready; then write and judge its patch."""
    # A new mistake becomes one when its patch is written: until then it is still “new”.
    command = "edit" if known.mistake_path(here, slug, name).exists() else "new"
    again = f"hooklab mistake {command} {slug} {name} --from {typed(folder)}"
    if not is_ready and not _opened(folder):
        talk().print(
            _("The answer lies in {folder}; {words} there says what it does.").format(
                folder=shown(folder), words=bench.WORDS
            ),
            soft_wrap=True,
        )
        talk().print(
            _("When it is as it should be, run: {command}").format(command=again), soft_wrap=True
        )
        return
    try:
        path = bench.write(here, slug, name, folder)
    except HooklabError as error:
        raise HooklabError(
            error.what, _("{hint}; then run: {command}").format(hint=error.hint, command=again)
        ) from error
    output().print(shown(path), soft_wrap=True)
    graded_on = rubric.load(here.grader(slug))
    every = known.mistakes(here, slug)
    problems = [
        problem
        for judge in (known.judge, losses.judge)
        for problem in judge(here, graded_on, every)
        if problem.place == path.relative_to(here.root).as_posix()
    ]
    for problem in problems:
        complain(HooklabError(f"{problem.place}: {problem.what}", problem.hint))
    if problems:
        raise typer.Exit(FOUND_SOMETHING)
    talk().print(_("Prove it: hooklab check {slug}").format(slug=slug), soft_wrap=True)


def _opened(folder: Path) -> bool:
    """Whether a person's editor was opened on `folder`, and has been closed."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        return False
    command = [*shlex.split(editor, posix=os.name != "nt"), str(folder)]
    try:
        return subprocess.run(command, check=False).returncode == 0
    except OSError as error:
        raise HooklabError(
            _("the editor “{editor}” cannot be started: {reason}").format(
                editor=editor, reason=error.strerror
            ),
            _("set EDITOR to a command that opens a folder and waits, such as “code --wait”"),
        ) from error


def _told(slug: str, conflict: Conflict) -> HooklabError:
    folder = typed(conflict.folder)
    return HooklabError(
        _("{name} cannot follow the solution by itself: {reasons}").format(
            name=conflict.name, reasons=", ".join(conflict.reasons)
        ),
        _("mend {folder}, then run: hooklab mistake edit {slug} {name} --from {folder}").format(
            folder=folder, slug=slug, name=conflict.name
        ),
    )
