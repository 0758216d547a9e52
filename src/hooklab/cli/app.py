"""All commands of `hooklab`, in the order in which a learner meets them."""

import typer

from hooklab.cli import usage
from hooklab.cli.grade import grade
from hooklab.cli.list import list_exercises
from hooklab.texts import _

usage.translate_titles()

app = typer.Typer(
    help=_("A course on receiving webhooks, with graders that are the other side of the wire."),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("list", help=_("Show the exercises in course order, with your points."))(list_exercises)
app.command("grade", help=_("Grade your answers, and tell why points are lost."))(grade)
