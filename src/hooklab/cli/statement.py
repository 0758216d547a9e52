"""`hooklab statement`: an exercise's page, in the terminal."""

from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Heading, Markdown, MarkdownElement, TableElement
from rich.table import Table
from rich.text import Text

from hooklab.catalogue import Course
from hooklab.cli.pages import plain_page
from hooklab.cli.parameters import Lang, Slug, course
from hooklab.cli.speaking import output
from hooklab.errors import HooklabError
from hooklab.program import typed
from hooklab.texts import _, language


def command(slug: Slug, lang: Lang = None) -> None:
    """Print the page of an exercise in the language in use."""
    show(course(), slug, output())


def show(course: Course, slug: str, console: Console) -> None:
    """Print the page of an exercise."""
    page = course.root / "course" / language() / course.exercise(slug).page
    if not page.is_file():
        raise HooklabError(
            _("{page} does not exist").format(page=page), _("this is a fault of the course")
        )
    # The pages speak to people who have activated nothing.
    text = plain_page(course, page).replace(".venv/bin/hooklab", typed())
    console.print(_Page(text, code_theme="ansi_dark"))


class _Heading(Heading):
    """A heading at the left, as everything else; rich would centre it."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.justify = "left"
        yield Text()
        yield self.text


class _Table(TableElement):
    """A table that breaks a long word; rich would cut it, and a name could not be read."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for table in super().__rich_console__(console, options):
            if isinstance(table, Table):
                for column in table.columns:
                    column.overflow = "fold"
            yield table


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "table_open": _Table,
    }
