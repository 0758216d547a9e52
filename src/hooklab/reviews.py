"""What a person awards for written answers, in a file that grading only reads."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from hooklab.errors import HooklabError
from hooklab.rubric import Criterion, Rubric
from hooklab.scorecard import CriterionResult, ExerciseResult, Review, Scorecard
from hooklab.texts import _, number, pick

SCHEMA = "hooklab/reviews/v1"
FILE = "reviews.json"

WRITTEN = (".md", ".toml", ".txt")


@dataclass(frozen=True)
class Record:
    """One decision of a reviewer; of several about the same thing the last one counts.

    Attributes:
        submission: the folder that was read, relative to the file of reviews where possible.
        slug: the exercise.
        criterion: the id of the reviewed criterion.
        points: what was awarded.
        comment: what the reviewer tells the learner.
        by: who decided.
        at: when, ISO 8601 with offset.
        answer: the digest of the written answers that were read.
    """

    submission: str
    slug: str
    criterion: str
    points: float
    comment: str
    by: str
    at: str
    answer: str


class Reviews:
    """The reviews in one file; a missing file holds none.

    Args:
        path: the file; anything in it that is no review raises HooklabError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.records = self._read()

    def add(self, record: Record) -> None:
        """Write `record` behind the others, which stay as they are."""
        self.records.append(record)
        values = {"schema": SCHEMA, "reviews": [asdict(each) for each in self.records]}
        fresh = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            fresh.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", "utf-8")
            fresh.replace(self._path)
        except OSError as error:
            raise HooklabError(
                _("{file} cannot be written: {reason}").format(
                    file=self._path, reason=error.strerror
                ),
                _("choose another file with --reviews"),
            ) from error

    def name(self, submission: Path) -> str:
        """What `submission` is called in the file."""
        home, folder = self._path.resolve().parent, submission.resolve()
        inside = folder.is_relative_to(home)
        return (folder.relative_to(home) if inside else folder).as_posix()

    def of(self, submission: Path, slug: str) -> dict[str, Review]:
        """What counts for the answer to `slug` in `submission`, by criterion."""
        name, now = self.name(submission), digest(submission)
        return {
            each.criterion: Review(
                each.points, each.comment, each.by, outdated=each.answer != now, counts=True
            )
            for each in self.records
            if (each.submission, each.slug) == (name, slug)
        }

    def _read(self) -> list[Record]:
        if not self._path.exists():
            return []
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
            if values["schema"] != SCHEMA:
                raise ValueError(f"schema is {values['schema']!r}, not {SCHEMA!r}")
            return [_record(each) for each in values["reviews"]]
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise HooklabError(
                _("{file} is no file of reviews: {error!r}").format(file=self._path, error=error),
                _("correct it, or choose another file with --reviews; nothing was changed"),
            ) from error


def digest(submission: Path) -> str:
    """A digest of the written answers in `submission`."""
    found = hashlib.sha256()
    for path in sorted(submission.rglob("*")):
        if path.suffix in WRITTEN and path.is_file() and not path.is_symlink():
            name = path.relative_to(submission).as_posix()
            found.update(f"{name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return f"sha256:{found.hexdigest()}"


def check_points(rubric: Rubric, criterion: str, points: float | None) -> Criterion:
    """The reviewed criterion called `criterion`, for which `points` can be awarded.

    Raises:
        HooklabError: there is no such criterion, checks award its points, or it is not worth that
            much. The remedy names the levels.
    """
    reviewed = {each.id: each for each in rubric.criteria if each.levels}
    if criterion not in reviewed:
        raise HooklabError(
            _("{slug} has no reviewed criterion “{id}”").format(slug=rubric.slug, id=criterion),
            _("choose one of: {ids}").format(ids=", ".join(reviewed))
            if reviewed
            else _("its points are awarded by checks alone"),
        )
    found = reviewed[criterion]
    most = found.reviewed_points
    if points is None or not (0 <= points <= most and points * 2 == int(points * 2)):
        shown = _("no points are given") if points is None else _("{points} points cannot be given")
        raise HooklabError(
            shown.format(points=number(points or 0)),
            _("give a multiple of 0.5 up to {most}; the levels are:\n{levels}").format(
                most=number(most), levels="\n".join(levels(found))
            ),
        )
    return found


def levels(criterion: Criterion) -> Iterator[str]:
    """A line for each level: its points, its name, what it asks for."""
    for level in sorted(criterion.levels, key=lambda each: -each.points):
        yield f"  {number(level.points)}  {pick(level.title)}{_(': ')}{pick(level.description)}"


def apply(card: Scorecard, found: Mapping[str, Mapping[str, Review]]) -> Scorecard:
    """`card` with the reviews of `found`, by slug and criterion; its own were none."""
    exercises = tuple(
        reviewed(exercise, found.get(exercise.slug, {})) for exercise in card.exercises
    )
    return replace(card, exercises=exercises)


def reviewed(exercise: ExerciseResult, found: Mapping[str, Review]) -> ExerciseResult:
    """`exercise` with reviews by criterion; its own were none."""
    criteria = tuple(_reviewed(each, found.get(each.id)) for each in exercise.criteria)
    return replace(exercise, criteria=criteria, earned=sum(each.earned for each in criteria))


def _reviewed(criterion: CriterionResult, review: Review | None) -> CriterionResult:
    if review is None or criterion.kind != "reviewed":
        return criterion
    # The rubric may have changed since.
    points = min(review.points, criterion.reviewable) if review.counts else 0.0
    earned = sum(check.earned for check in criterion.checks) + points
    return replace(criterion, review=review, earned=earned)


def _record(values: dict[str, Any]) -> Record:
    record = Record(**values)
    for field in fields(Record):
        value = getattr(record, field.name)
        kind = int | float if field.name == "points" else str
        if not isinstance(value, kind) or isinstance(value, bool):
            raise TypeError(f"{field.name} is {value!r}")
    return record
