"""Typer's own complaints and titles, in the form and the language of all others."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from pydantic import ValidationError
from typer import Typer, rich_utils
from typer._click.core import Command, Context
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer._click.formatting import HelpFormatter
from typer.core import TyperArgument, TyperOption
from typer.main import get_command

from hooklab.cli.invalid import explained
from hooklab.cli.speaking import complain, talk
from hooklab.errors import HooklabError
from hooklab.program import NAME, as_typed
from hooklab.texts import _, either

__all__ = ["CTRL_C", "HELP", "UsageError", "in_own_words", "show", "translate_titles"]

HELP = ["-h", "--help"]

# What Typer returns when a command was interrupted: 128 and the number of SIGINT.
CTRL_C = 130

# What other programs call an option, and what it is called here; no likeness would find these.
_OTHER_NAMES = {
    "--times": ("--repeat", "--burst"),
    "--count": ("--repeat", "--burst"),
    "--number": ("--repeat", "--burst"),
    "--parallel": ("--burst",),
    "--concurrency": ("--burst",),
    "--url": ("--to",),
    "--out": ("--output",),
    "--verbose": ("--all-messages",),
    "--json": ("--format",),
    "--html": ("--format",),
}

# Typer's words for a command line of options alone, such as a language.
_NO_COMMAND = "Missing command"
_UNKNOWN = re.compile(r"No such command '(?P<name>.*?)'\.")
_TOO_MANY = re.compile(r"Got unexpected extra argument\(s\) \((?P<words>.*)\)")


def show(error: UsageError) -> None:
    """Print a usage error as two lines; a command line without a command shows the help."""
    if isinstance(error, NoArgsIsHelpError):
        talk().print(error.format_message(), soft_wrap=True)
        return
    if error.ctx and error.message.startswith(_NO_COMMAND):
        # It prints itself.
        error.ctx.get_help()
        return
    command = error.ctx.command_path if error.ctx else NAME
    near = _nearest(error)
    hint = _("see: {command} --help").format(command=command)
    if near:
        hint = _("did you mean {near}? See: {command} --help").format(
            near=either(near), command=command
        )
    complain(HooklabError(_what(error), as_typed(hint)))


def _nearest(error: UsageError) -> list[str]:
    """The options or the command that were probably meant; none when none is near."""
    name, known = "", list[str]()
    if isinstance(error, NoSuchOption) and error.ctx:
        name, known = error.option_name, _options(error.ctx)
    elif error.ctx and (found := _UNKNOWN.match(error.message)):
        name, known = found["name"], list(getattr(error.ctx.command, "commands", ()))
    near = [other for other in _OTHER_NAMES.get(name, ()) if other in known]
    return near or get_close_matches(name, known, n=1)


def _options(ctx: Context) -> list[str]:
    return [
        name for option in ctx.command.get_params(ctx) for name in option.opts if name[:2] == "--"
    ]


def _what(error: UsageError) -> str:
    match error:
        case NoSuchOption():
            return _("there is no option {name}").format(name=error.option_name)
        case BadOptionUsage() if "does not take" in error.message:
            return _("{name} takes no value").format(name=error.option_name)
        case BadOptionUsage():
            return _("{name} needs a value").format(name=error.option_name)
        case MissingParameter(param=param) if param is not None:
            return _("{name} is missing").format(name=param.get_error_hint().strip("'"))
        case BadParameter(param=param) if param is not None:
            name = param.get_error_hint().strip("'")
            return _("{name}: {problem}").format(name=name, problem=_problem(error))
    return _in_words(error)


def _problem(error: BadParameter) -> str:
    """Why a value cannot be taken."""
    choices = error.param.type_descriptor.choices if error.param else None
    match error.__cause__:
        case ValidationError() as cause:
            fault = cause.errors()[0]
        case _:
            return error.message
    if choices:
        return _("“{value}” is none of {choices}").format(
            value=fault["input"], choices=", ".join(choices)
        )
    return explained(fault)


def _in_words(error: UsageError) -> str:
    """What Typer says in English sentences only."""
    if found := _UNKNOWN.match(error.message):
        return _("there is no command “{name}”").format(name=found["name"])
    if found := _TOO_MANY.match(error.message):
        return _("there is no place for: {words}").format(words=found["words"])
    return error.format_message()


def translate_titles() -> None:
    """Give the help pages' titles the language in use; Typer keeps them in these constants."""
    rich_utils.ARGUMENTS_PANEL_TITLE = _("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = _("Options")
    rich_utils.COMMANDS_PANEL_TITLE = _("Commands")
    rich_utils.DEFAULT_STRING = _("[default: {}]")
    rich_utils.REQUIRED_LONG_STRING = _("[required]")
    rich_utils.ENVVAR_STRING = _("[env var: {}]")
    HelpFormatter.write_usage = _write_usage  # type: ignore[method-assign, assignment]


_WRITE_USAGE = HelpFormatter.write_usage


def _write_usage(
    formatter: HelpFormatter, prog: str, args: str = "", prefix: str | None = None
) -> None:
    _WRITE_USAGE(formatter, prog, args, _("Usage: ") if prefix is None else prefix)


def in_own_words(app: Typer) -> Command:
    """The command of `app`, with help pages in the language in use and without Python's types.

    A flag takes no value, and an argument has its name; Typer has no setting for it.
    """
    TyperArgument.display_type_rich = _no_type  # type: ignore[method-assign, assignment]
    TyperOption.display_type_rich = _type_of_value  # type: ignore[method-assign, assignment]
    command = get_command(app)
    for each in _with_subcommands(command):
        if option := each.get_help_option(Context(each, help_option_names=HELP)):
            option.help = _("Show this message and exit.")
    return command


def _with_subcommands(command: Command) -> Iterator[Command]:
    yield command
    for each in getattr(command, "commands", {}).values():
        yield from _with_subcommands(each)


def _no_type(_argument: TyperArgument, ctx: Context) -> None:
    return None


def _type_of_value(option: TyperOption, ctx: Context) -> str | None:
    return None if option.is_flag else option.metavar or option.display_type(ctx)
