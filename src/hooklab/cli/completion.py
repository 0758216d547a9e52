"""What a shell may complete: commands, exercises and checks, with their titles."""

import os
from collections.abc import Iterator
from pathlib import Path

import typer
from typer._completion_classes import completion_init
from typer._completion_shared import Shells, _get_shell_name, install

from hooklab import catalogue, rubric
from hooklab.catalogue import Course
from hooklab.cli.speaking import output
from hooklab.errors import HooklabError, reason_of
from hooklab.texts import _, pick

Completion = tuple[str, str]
"""A word, and what it stands for."""

PROGRAM = "hooklab"
# A shell sets it when it asks.
_ASKED = "_HOOKLAB_COMPLETE"


def typed_so_far() -> list[str]:
    """The words of the command line that a shell wants to complete; none when no shell asks."""
    if _ASKED not in os.environ:
        return []
    completion_init()
    typed = os.environ.get("_TYPER_COMPLETE_ARGS") or os.environ.get("COMP_WORDS", "")
    return typed.split()[1:]


def install_script(wanted: bool) -> None:
    """Write the script for the shell in use where that shell reads it, and end."""
    if not wanted:
        return
    shell = _get_shell_name()
    if shell not in list(Shells):
        raise HooklabError(
            _("there is no completion for this shell: {shell}").format(shell=shell or "?"),
            _("start the command in bash, zsh, fish or PowerShell"),
        )
    try:
        _shell, file = install(shell=shell, prog_name=PROGRAM)
    except OSError as error:
        raise HooklabError(
            _("the script for {shell} cannot be written: {reason}").format(
                shell=shell, reason=reason_of(error)
            ),
            _("change the permissions of your shell's files, and try again"),
        ) from error
    output().print(
        _("{shell} completes hooklab from the next terminal on: {file}").format(
            shell=shell, file=file
        ),
        soft_wrap=True,
    )
    raise typer.Exit


def complete_slug(incomplete: str) -> list[Completion]:
    """The exercises whose slug begins so; none outside of a course."""
    here = _course()
    return list(_beginning(incomplete, here)) if here else []


def _beginning(incomplete: str, course: Course) -> Iterator[Completion]:
    for exercise in course.exercises:
        if exercise.slug.startswith(incomplete):
            yield exercise.slug, pick(exercise.title)


def complete_check(context: typer.Context, incomplete: str) -> list[Completion]:
    """The checks of the exercise that was typed before, those whose id begins so."""
    here, slug = _course(), context.params.get("slug")
    try:
        graded_on = rubric.load(here.grader(slug)) if here and slug else None
    except HooklabError:
        return []
    checks = graded_on.checks.values() if graded_on else ()
    return [(each.id, pick(each.title)) for each in checks if each.id.startswith(incomplete)]


def _course() -> Course | None:
    try:
        return catalogue.load(catalogue.find_root(Path.cwd()))
    except HooklabError:
        return None
