"""The reference of the command line, made from the commands themselves."""

from collections.abc import Iterator

from typer._click.core import Command, Context, Parameter
from typer.core import TyperGroup

from hooklab import program
from hooklab.cli.commands import application
from hooklab.pages.cells import cell, table
from hooklab.texts import _


def reference() -> str:
    """Every command with its arguments and options, as Markdown."""
    sections = [
        section
        for name in program.COMMANDS
        for section in _sections(application([name]), name, program.NAME)
    ]
    return "\n\n".join(sections)


def _sections(parent: Command, name: str, above: str, level: int = 2) -> Iterator[str]:
    """The command `name` of `parent`, and those below it."""
    if not isinstance(parent, TyperGroup):
        raise TypeError(f"{above} has no commands")
    command, typed = parent.commands[name], f"{above} {name}"
    yield _section(command, typed, level)
    if isinstance(command, TyperGroup):
        for each in command.commands:
            yield from _sections(command, each, typed, level + 1)


def _section(command: Command, typed: str, level: int) -> str:
    context = Context(command, info_name=typed)
    anchor = typed.replace(" ", "-")
    usage = " ".join((typed, *command.collect_usage_pieces(context)))
    parts = [
        f"{'#' * level} `{typed}` {{ #{anchor} }}",
        (command.help or "").partition("\n\n")[0],
        f"```text\n{usage}\n```",
    ]
    if rows := [_row(each, context) for each in command.params if not _is_hidden(each)]:
        header = (_("Argument or option"), _("What it does"), _("By default"))
        parts.append(table(header, rows, left={0, 1, 2}))
    return "\n\n".join(parts)


def _row(parameter: Parameter, context: Context) -> tuple[str, str, str]:
    name, _help = parameter.get_help_record(context) or ("", "")
    told = cell(getattr(parameter, "help", "") or "")
    # A bar ends no cell inside of code, where its escape would be seen; spaces let it wrap.
    return f"`{name.replace('|', ' | ')}`", told, _default(parameter)


def _default(parameter: Parameter) -> str:
    if parameter.required:
        return _("required")
    value = parameter.default
    if value is None or isinstance(value, bool) or callable(value) or value in ((), []):
        return ""
    return f"`{cell(str(value))}`"


def _is_hidden(parameter: Parameter) -> bool:
    return bool(getattr(parameter, "hidden", False))
