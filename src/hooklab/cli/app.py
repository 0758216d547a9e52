"""All commands of `hooklab`, in the order in which a learner meets them."""

import typer

from hooklab.cli import usage
from hooklab.cli.check import check
from hooklab.cli.grade import grade
from hooklab.cli.hint import hint
from hooklab.cli.list import list_exercises
from hooklab.cli.reset import reset
from hooklab.cli.statement import statement
from hooklab.cli.watch import watch
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
app.command("statement", help=_("Show what an exercise asks."))(statement)
app.command("grade", help=_("Grade your answers, and tell why points are lost."))(grade)
app.command("watch", help=_("Grade again at every save."))(watch)
app.command("hint", help=_("Give the next hint for the first check that is not earned."))(hint)
app.command("reset", help=_("Put the skeleton back, and keep your copy beside it."))(reset)
app.command("check", help=_("Prove that exercises, solutions and graders agree (for authors)."))(
    check
)
