"""All commands of `hooklab`, in the order in which a learner meets them."""

from collections.abc import Sequence
from importlib import import_module

import typer

from hooklab.cli import usage
from hooklab.cli.parameters import Lang
from hooklab.texts import _


def application(arguments: Sequence[str]) -> typer.Typer:
    """The command line for `arguments`.

    Only the module of the named command is imported: a grading run should not wait for the web
    framework that `hooklab run` needs. Help pages and misspelt names get all commands.
    """
    usage.translate_titles()
    app = typer.Typer(
        help=_("A course on receiving webhooks, with graders that are the other side of the wire."),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    # Without a callback, an application with one command would have no names of commands.
    app.callback()(_before_any_command)
    commands = _commands()
    named = arguments[0] if arguments and arguments[0] in commands else None
    for name in [named] if named else commands:
        module = import_module(f"hooklab.cli.{name}")
        if hasattr(module, "group"):
            app.add_typer(module.group, name=name, help=commands[name], no_args_is_help=True)
        else:
            app.command(name, help=commands[name])(module.command)
    return app


def _commands() -> dict[str, str]:
    return {
        "list": _("Show the exercises in course order, with your points."),
        "statement": _("Show what an exercise asks."),
        "grade": _("Grade your answers, and tell why points are lost."),
        "watch": _("Grade again at every save."),
        "hint": _("Give the next hint for the first check that is not earned."),
        "reset": _("Put the skeleton back, and keep your copy beside it."),
        "run": _("Run the app of an exercise on a local port."),
        "send": _("Sign and deliver a realistic event to a running app."),
        "lab": _("Run the outside world on local ports, and show what arrives."),
        "review": _("Record what a written answer is worth (for instructors)."),
        "cut": _("Cut skeletons from solutions (for authors)."),
        "mistake": _("Keep known mistakes as patches (for authors)."),
        "settings": _("Write .env.example, which lists every setting (for authors)."),
        "check": _("Prove that exercises, solutions and graders agree (for authors)."),
    }


def _before_any_command(lang: Lang = None) -> None:
    """The language was chosen before the commands were imported, see `main`."""
