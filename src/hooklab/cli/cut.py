"""`hooklab cut`: skeletons from solutions, for authors."""

from shutil import rmtree

import typer

from hooklab.authoring import forms
from hooklab.authoring.history import skeleton_of
from hooklab.catalogue import Course
from hooklab.cli.parameters import Lang, Slugs, chosen, course
from hooklab.cli.speaking import output
from hooklab.errors import HooklabError
from hooklab.file_trees import content, replace
from hooklab.texts import _


def command(slugs: Slugs = None, lang: Lang = None) -> None:
    """Write exercises/ anew from the marked solutions, and name the files that have changed.

    TOML and Markdown files are left alone. A folder with changes that git does not have is kept
    beside the new one. The exit code is 1 when a solution cannot be cut; its skeleton stays.
    """
    here = course()
    # All of them, so that no fault hides another.
    well = [_cut(here, slug) for slug in chosen(here, slugs)]
    if not all(well):
        raise typer.Exit(1)


def _cut(here: Course, slug: str) -> bool:
    from hooklab.authoring.cutter import skeleton
    from hooklab.cli.problems import tell

    made, problems = skeleton(here, slug)
    tell(problems)
    if problems:
        return False
    folder = here.skeleton(slug)
    present = content(folder)
    changed = [name for name in made if present.get(name) != made[name]]
    if changed:
        is_in_git = _is_in_git(here, slug)
        kept = replace(folder, present | made)
        if kept and is_in_git:
            rmtree(kept)
        elif kept:
            output().print(
                _("What was there is kept in {folder}.").format(folder=f"exercises/{kept.name}"),
                soft_wrap=True,
            )
    forms.note(here, slug)
    for name in changed:
        output().print(f"exercises/{slug}/{name}", soft_wrap=True)
    return True


def _is_in_git(here: Course, slug: str) -> bool:
    try:
        return content(here.skeleton(slug)) == skeleton_of(here, slug, "HEAD").files
    except HooklabError:
        return False
