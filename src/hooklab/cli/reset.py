"""`hooklab reset`: the skeleton again, with the learner's copy kept beside it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Annotated

import typer

from hooklab.catalogue import Course
from hooklab.cli.history import skeleton_of
from hooklab.cli.parameters import Lang, Slug, course
from hooklab.cli.speaking import output
from hooklab.errors import HooklabError
from hooklab.texts import _


def command(
    slug: Slug,
    revision: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="REV", help=_("The commit, branch or tag to take the skeleton from.")
        ),
    ] = None,
    lang: Lang = None,
) -> None:
    """Put the skeleton of an exercise back, from git; what stood there is never lost.

    Without --from it is taken from the remote called “upstream”, or else from the last commit that
    changed the exercise's grader or solution: learners commit answers, authors commit those.
    """
    here = course()
    here.exercise(slug)
    skeleton = skeleton_of(here, slug, revision)
    folder = here.skeleton(slug)
    if content(folder) == skeleton.files:
        output().print(_("{folder} is the skeleton already.").format(folder=_name(here, folder)))
        return
    kept = replace(folder, skeleton.files)
    console = output()
    console.print(
        _("{folder} is the skeleton again, as of {revision}.").format(
            folder=_name(here, folder), revision=skeleton.revision
        ),
        soft_wrap=True,
    )
    if kept:
        console.print(
            _("Your copy is kept in {folder}.").format(folder=_name(here, kept)), soft_wrap=True
        )


def replace(folder: Path, files: Mapping[str, bytes]) -> Path | None:
    """Exchange the folder's content; returns where the old one is kept, if there was one."""
    fresh = folder.with_name(f".{folder.name}.new")
    kept = folder.with_name(f"{folder.name}.{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}")
    had_one = folder.exists()
    try:
        rmtree(fresh, ignore_errors=True)
        for name, content in files.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(content)
        if had_one:
            folder.rename(kept)
        fresh.rename(folder)
    except OSError as error:
        raise HooklabError(
            _("{folder} cannot be replaced: {reason}").format(folder=folder, reason=error.strerror),
            _("close what uses it, or change its permissions, and try again"),
        ) from error
    return kept if had_one else None


def content(folder: Path) -> dict[str, bytes]:
    """What a learner's folder holds, by path; compiled files are nobody's."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _name(course: Course, folder: Path) -> str:
    return folder.relative_to(course.root).as_posix()
