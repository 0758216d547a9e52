"""`hooklab reset`: the skeleton again, with the learner's copy kept beside it."""

from pathlib import Path
from typing import Annotated

import typer

from hooklab.authoring.history import skeleton_of
from hooklab.catalogue import Course
from hooklab.cli.parameters import Lang, Slug, course
from hooklab.cli.paths import shown, typed
from hooklab.cli.speaking import output
from hooklab.cli.standing import place_to_open
from hooklab.errors import HooklabError
from hooklab.file_trees import content, replace
from hooklab.program import as_typed
from hooklab.reports.folding import write_to_copy
from hooklab.texts import _


def command(
    slug: Slug,
    revision: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="REV|DIR",
            help=_("A commit, branch or tag to take the skeleton from, or a copy to take back."),
        ),
    ] = None,
    lang: Lang = None,
) -> None:
    """Put the skeleton of an exercise back, from git; what stood there is never lost.

    Without --from it is taken from the remote called “upstream”, or else from the last commit that
    changed the exercise's grader or solution: learners commit answers, authors commit those.
    What an earlier reset has kept is taken back with --from too, wherever it lies by now.
    """
    here = course()
    here.exercise(slug)
    folder = here.skeleton(slug)
    if revision and _is_copy_of(here, slug, Path(revision)):
        files, told = content(Path(revision)), _("{folder} is your copy again, {revision}.")
        same = _("{folder} is that copy already.")
    else:
        skeleton = skeleton_of(here, slug, revision)
        files, revision = skeleton.files, skeleton.revision
        told = _("{folder} is the skeleton again, as of {revision}.")
        same = _("{folder} is the skeleton already.")
    if content(folder) == files:
        _say(same.format(folder=shown(folder)))
        return
    kept = replace(folder, files)
    _say(told.format(folder=shown(folder), revision=revision))
    _say(_("Open {place}").format(place=place_to_open(here, slug)))
    if kept:
        _say(_("Your copy is kept in {folder}. To take it back:").format(folder=shown(kept)))
        _say(as_typed(f"  hooklab reset {slug} --from {typed(kept)}"))


def _is_copy_of(here: Course, slug: str, kept: Path) -> bool:
    """Whether `kept` is what an earlier reset has kept, or a folder elsewhere with such files.

    HooklabError for a folder elsewhere that has none of the exercise's files.
    """
    folder = here.skeleton(slug)
    if not kept.is_dir():
        return False
    # Beside it are the other exercises, too.
    if kept.resolve().parent == folder.resolve().parent:
        return kept.name.startswith(f"{folder.name}.")
    names = sorted(content(here.original(slug)))
    if not any((kept / name).is_file() for name in names):
        raise HooklabError(
            _("{folder} has no file of {slug}").format(folder=kept, slug=slug),
            _("name the folder of a copy, in which {files} are").format(files=", ".join(names)),
        )
    return True


def _say(line: str) -> None:
    write_to_copy(output(), line)
