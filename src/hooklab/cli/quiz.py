"""`hooklab quiz`: questions from the bank, in the terminal, or as a package for an LMS."""

from pathlib import Path
from random import randrange
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hooklab.catalogue import Course
from hooklab.cli.parameters import Lang, course
from hooklab.cli.report_file import check_writable, write_bytes
from hooklab.cli.speaking import output, talk
from hooklab.errors import HooklabError
from hooklab.pages.headings import section
from hooklab.quiz import bank, qti
from hooklab.quiz.bank import Bank
from hooklab.quiz.draw import Posed, draw
from hooklab.texts import _, pick, plural

STOP = "q"
_SEEDS = 10_000


def command(
    questions: Annotated[
        int | None,
        typer.Option(
            "--questions", "-n", metavar="N", help=_("How many; as many as on the page by default.")
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", help=_("Ask the same questions again.")),
    ] = None,
    export: Annotated[
        Literal["qti"] | None,
        typer.Option("--export", help=_("Write the whole bank as QTI 2.1, for an LMS.")),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help=_("Write the package to this file.")),
    ] = None,
    lang: Lang = None,
) -> None:
    """Ask questions one by one, and tell at the end whether enough answers were right."""
    here = course()
    kept = bank.load(here)
    if export or file:
        _export(kept, export, file)
        return
    chosen = randrange(_SEEDS) if seed is None else seed  # noqa: S311 - nothing secret
    # A folder that an installed package made has fewer questions than a checkout.
    count = min(kept.length, len(kept.questions)) if questions is None else questions
    ask(here, kept, draw(kept, count, chosen), output())
    again = _("The same questions again: hooklab quiz --questions {count} --seed {seed}")
    talk().print(again.format(count=count, seed=chosen), style="dim")


def ask(course: Course, kept: Bank, drawn: tuple[Posed, ...], console: Console) -> None:
    """Ask every question, until all are answered, q is typed, or the input ends."""
    right = answered = 0
    for number, each in enumerate(drawn, start=1):
        _show(console, f"{number}/{len(drawn)}", each)
        answer = _read(console, len(each.choices))
        if answer is None:
            break
        answered += 1
        right += answer == each.right
        _judge(course, console, each, answer)
    if answered < len(drawn):
        left = len(drawn) - answered
        told = plural("{count} question is left.", "{count} questions are left.", left)
        console.print(f"\n{told}")
    needed = kept.needed(len(drawn))
    console.print(
        "\n"
        + _("{right} of {asked} right, {needed} needed: {verdict}.").format(
            right=right,
            asked=len(drawn),
            needed=needed,
            verdict=_("passed") if right >= needed else _("not passed"),
        ),
        style="bold",
    )


def _export(kept: Bank, form: str | None, file: Path | None) -> None:
    if not form or not file:
        raise HooklabError(
            _("an export needs a form and a file"),
            _("type both: hooklab quiz --export qti --output quiz.zip"),
        )
    check_writable(file)
    write_bytes(file, qti.package(kept))
    told = plural("{count} question", "{count} questions", len(kept.questions))
    talk().print(f"{file}{_(': ')}{told}")


def _show(console: Console, place: str, drawn: Posed) -> None:
    console.print()
    console.print(Text(place, style="dim"))
    console.print(_markdown(pick(drawn.question.text)))
    if drawn.question.listing:
        console.print(_markdown(f"```python\n{drawn.question.listing}\n```"))
    table = Table.grid(padding=(0, 2))
    for number, choice in enumerate(drawn.choices, start=1):
        table.add_row(Text(f" {number}", style="bold"), _markdown(pick(choice.text)))
    console.print(table)


def _read(console: Console, most: int) -> int | None:
    """The number that is typed; None to stop."""
    while True:
        try:
            typed = console.input(_("Your answer (1 to {most}, q stops): ").format(most=most))
        except EOFError:
            return None
        if typed.strip().lower() == STOP:
            return None
        if typed.strip().isdecimal() and 1 <= int(typed) <= most:
            return int(typed)


def _judge(course: Course, console: Console, drawn: Posed, answer: int) -> None:
    chosen, best = drawn.choices[answer - 1], drawn.choices[drawn.right - 1]
    if chosen.is_right:
        console.print(Text(f"✓ {_('Right.')}", style="green"))
    else:
        console.print(Text(f"✗ {_('Wrong.')}", style="red"))
        console.print(_inside(pick(chosen.why)))
        told = _("The right answer is {number}.").format(number=drawn.right)
        console.print(Text(f"  {told}"))
    console.print(_inside(pick(best.why)))
    taught = section(course.root, drawn.question.section)
    told = f"{_('Read on')}{_(': ')}{taught.page}, {_('“{name}”').format(name=taught.title)}"
    console.print(Padding(Text(told, style="dim"), (0, 0, 0, 2)))


def _inside(text: str) -> Padding:
    return Padding(_markdown(text), (0, 0, 0, 2))


def _markdown(text: str) -> Markdown:
    return Markdown(text, code_theme="ansi_dark")
