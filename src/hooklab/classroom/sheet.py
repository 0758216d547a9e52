"""The marks of a class as CSV, for a spreadsheet or another program."""

import csv
from collections.abc import Iterable
from datetime import datetime
from io import StringIO

from hooklab.classroom.decisions import deciders
from hooklab.classroom.marks import Mark
from hooklab.reports.clean import cell

COLUMNS = (
    *("learner", "exercise", "earned", "points", "status"),
    *("name", "same_as", "submitted_at", "graded_at", "engine", "tier", "seed"),
    *("submission", "rubric", "grader", "reason", "decided_by", "days_late", "points_off"),
)


def write(marks: Iterable[Mark]) -> str:
    """A line for each mark. No cell is a formula; numbers have a point, times are in UTC."""
    text = StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for mark in marks:
        lines.writerow(map(cell, _line(mark)))
    return text.getvalue()


def _line(mark: Mark) -> list[str]:
    shown = mark.shown or mark.last
    return [
        mark.learner.id,
        mark.exercise,
        f"{mark.earned:g}",
        f"{mark.points:g}",
        mark.status,
        mark.learner.name,
        " ".join(mark.same_as),
        _time(shown.submitted_at if shown else None),
        _time(shown.graded_at if shown else None),
        shown.engine if shown else "",
        shown.tier if shown else "",
        str(shown.seed) if shown else "",
        shown.submission if shown else "",
        shown.rubric if shown else "",
        shown.grader if shown else "",
        mark.last.reason if mark.last else "",
        ", ".join(deciders(mark.decisions)),
        str(mark.late.days) if mark.late else "",
        f"{mark.late.taken:g}" if mark.late and mark.late.taken else "",
    ]


def _time(time: datetime | None) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else ""
