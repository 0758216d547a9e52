"""Typer's own complaints and titles, in the form and the language of all others."""

from typer import rich_utils
from typer._click.exceptions import (
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)

from hooklab.cli.speaking import complain, talk
from hooklab.errors import HooklabError
from hooklab.texts import _

__all__ = ["CTRL_C", "UsageError", "show", "translate_titles"]

# What Typer returns when a command was interrupted: 128 and the number of SIGINT.
CTRL_C = 130


def show(error: UsageError) -> None:
    """Print a usage error as two lines; a command line without a command shows the help."""
    if isinstance(error, NoArgsIsHelpError):
        talk().print(error.format_message(), soft_wrap=True)
        return
    command = error.ctx.command_path if error.ctx else "hooklab"
    complain(HooklabError(_what(error), _("see: {command} --help").format(command=command)))


def _what(error: UsageError) -> str:
    match error:
        case NoSuchOption():
            return _("there is no option {name}").format(name=error.option_name)
        case MissingParameter(param=param) if param is not None:
            return _("{name} is missing").format(name=param.get_error_hint().strip("'"))
        case BadParameter(param=param) if param is not None:
            name = param.get_error_hint().strip("'")
            return _("{name}: {problem}").format(name=name, problem=error.message)
    return error.format_message()


def translate_titles() -> None:
    """Give the help pages' titles the language in use; Typer keeps them in these constants."""
    rich_utils.ARGUMENTS_PANEL_TITLE = _("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = _("Options")
    rich_utils.COMMANDS_PANEL_TITLE = _("Commands")
    rich_utils.DEFAULT_STRING = _("[default: {}]")
    rich_utils.REQUIRED_LONG_STRING = _("[required]")
