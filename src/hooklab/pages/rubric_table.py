"""An exercise's rubric as a Markdown table, in the language in use."""

from collections.abc import Iterable

from hooklab.pages.cells import cell, table
from hooklab.rubric import Criterion, Rubric
from hooklab.texts import _, number, pick


def rubric_table(rubric: Rubric) -> str:
    """A table of all criteria with their checks, or levels, and their points."""
    rows = [row for criterion in rubric.criteria for row in _criterion_rows(criterion)]
    total = (f"**{_('Total')}**", f"**{number(rubric.points)}**")
    return table((_("What is graded"), _("Points")), [*rows, total])


def _criterion_rows(criterion: Criterion) -> Iterable[tuple[str, str]]:
    yield f"**{cell(pick(criterion.title))}**", f"**{number(criterion.points)}**"
    for check in criterion.checks:
        yield cell(pick(check.title)), number(check.points)
    for level in criterion.levels:
        title, description = cell(pick(level.title)), cell(pick(level.description))
        yield f"*{title}*{_(': ')}{description}", number(level.points)
