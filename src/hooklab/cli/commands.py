"""All commands of `hooklab`, in the order in which a learner meets them."""

from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Annotated

import typer
from typer._click.core import Command

import hooklab
from hooklab.cli import completion, usage
from hooklab.cli.parameters import Lang
from hooklab.cli.speaking import output
from hooklab.texts import _


def application(arguments: Sequence[str]) -> Command:
    """The command line for `arguments`.

    Only the module of the named command is imported: a grading run should not wait for the web
    framework that `hooklab run` needs. Of the others, help pages need the names alone.
    """
    usage.translate_titles()
    app = typer.Typer(
        help=_("A course on receiving webhooks, with graders that are the other side of the wire."),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": usage.HELP},
    )
    # Without a callback, an application with one command would have no names of commands.
    app.callback()(_before_any_command)
    commands = _commands()
    words = [*arguments, *completion.typed_so_far()]
    named = next((word for word in words if word in commands), None)
    for name, purpose in commands.items():
        if name != named:
            app.command(name, help=purpose)(_never_called)
            continue
        # A word of Python's own is no name for a module.
        module = import_module(f"hooklab.cli.{name}{'_' * iskeyword(name)}")
        if hasattr(module, "group"):
            app.add_typer(module.group, name=name, help=purpose, no_args_is_help=True)
        else:
            app.command(name, help=purpose)(module.command)
    return usage.in_own_words(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        output().print(f"hooklab {hooklab.__version__}")
        raise typer.Exit


def _never_called() -> None:
    """Stands for a command that was not named."""


def _commands() -> dict[str, str]:
    return {
        "list": _("Show the exercises in course order, with your points."),
        "statement": _("Show what an exercise asks."),
        "grade": _("Grade your answers, and tell why points are lost."),
        "watch": _("Grade again at every save."),
        "hint": _("Give the next hint, for the first check not earned or one you name."),
        "compare": _("Show your answer beside the solution."),
        "quiz": _("Ask yourself what you have learned, or write the questions for an LMS."),
        "reset": _("Put the skeleton back, and keep your copy beside it."),
        "run": _("Run the app of an exercise on a local port."),
        "send": _("Sign and deliver a realistic event to a running app."),
        "doctor": _("Find out why an app does not take its webhooks."),
        "lab": _("Serve a page to send webhooks, break things, and see what an app does."),
        "new": _("Make a folder of the course, if you have not cloned it."),
        "update": _("Bring such a folder new exercises and graders, and keep your answers."),
        "review": _("Record what a written answer is worth (for instructors)."),
        "class": _("Grade what a class has handed in (for instructors)."),
        "cut": _("Cut skeletons from solutions (for authors)."),
        "promises": _("Show what statements promise, and what holds it (for authors)."),
        "mistake": _("Keep known mistakes as patches (for authors)."),
        "settings": _("Write .env.example, which lists every setting (for authors)."),
        "check": _("Prove that exercises, solutions and graders agree (for authors)."),
    }


def _before_any_command(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_show_version, help=_("Show the version.")
        ),
    ] = False,
    install: Annotated[
        bool,
        typer.Option(
            "--install-completion",
            is_eager=True,
            callback=completion.install_script,
            help=_("Let this shell complete commands and exercises."),
        ),
    ] = False,
    lang: Lang = None,
) -> None:
    """The language was chosen before the commands were imported, see `main`."""
