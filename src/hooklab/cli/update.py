"""`hooklab update`: new exercises and changed graders, for a folder that `hooklab new` has made."""

from pathlib import Path

import hooklab
from hooklab import catalogue, course_folder
from hooklab.authoring.example import FILE, example
from hooklab.cli.parameters import Lang
from hooklab.cli.report_file import write
from hooklab.cli.speaking import output
from hooklab.course_folder import SET_ASIDE, Changes
from hooklab.reports.folding import write_to_copy
from hooklab.texts import _, plural

_EXERCISES = "exercises/"


def command(lang: Lang = None) -> None:
    """Bring the folder what the installed hooklab has; what you have worked on stays as it is.

    Exercises that you have not begun become those of the new version. Your changes to graders,
    solutions and pages are kept in files beside them.
    """
    root = catalogue.find_root(Path.cwd())
    changes = course_folder.update(root)
    write(root / FILE, example(catalogue.load(root)))
    _tell(changes)
    _say(_("This folder has the course of hooklab {version}.").format(version=hooklab.__version__))


def _tell(changes: Changes) -> None:
    for said, units in (
        (_("new: {name}"), changes.added),
        (_("changed, and not begun: {name}"), changes.changed),
        (_("no longer in the course: {name}"), changes.removed),
    ):
        for unit in filter(_is_exercise, units):
            _say(said.format(name=unit))
    files = [*changes.added, *changes.changed, *changes.removed]
    if others := [file for file in files if not _is_exercise(file)]:
        rooms = ", ".join(sorted({file.partition("/")[0] for file in others}))
        told = plural(
            "{count} other file has changed", "{count} other files have changed", len(others)
        )
        _say(f"{told} ({rooms})")
    for file in changes.set_aside:
        said = _("changed by you, and put back: {name}; yours is {kept}")
        _say(said.format(name=file, kept=f"{file}{SET_ASIDE}"))
    for unit in changes.kept:
        _say(_("yours, and left alone: {name}; what it began with has changed").format(name=unit))
        if _is_exercise(unit):
            said = _("to begin anew, with your copy beside it: hooklab reset {slug}")
            _say(f"  {said.format(slug=unit.removeprefix(_EXERCISES))}")


def _is_exercise(unit: str) -> bool:
    return unit.startswith(_EXERCISES)


def _say(line: str) -> None:
    write_to_copy(output(), line)
