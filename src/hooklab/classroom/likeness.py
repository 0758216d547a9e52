"""Answers that are much like another one, or like the reference, whatever their names are.

A hint for a person, and never a point: who has talked about an exercise writes alike, too. The
texts are compared as MOSS compares them, by their runs of tokens (Schleimer, Wilkerson, Aiken:
Winnowing, SIGMOD 2003), all of which are kept, since answers are short. Names, numbers, texts and
comments do not count, nor does what the skeleton gives or what many have written.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from pygments.lexers import PythonLexer  # type: ignore[import-untyped]
from pygments.token import (  # type: ignore[import-untyped]
    Comment,
    Name,
    Number,
    String,
    Whitespace,
)

from hooklab.authoring.folders import files
from hooklab.catalogue import Course
from hooklab.classroom.hand_ins import HandIn
from hooklab.classroom.members import BadUpload

# A run of so many tokens is about a statement and a half.
RUN = 16
# With less of one's own there is hardly another way to write it.
LEAST_OWN = 60
# From this share on, an answer is named. Of the course's own answers, honest ones share less than a
# tenth with each other, and with renamed copies more than three quarters.
ALIKE = 0.5
# What more have written is how everybody writes it.
MOST_OFTEN = 20

Runs = frozenset[int]
"""The hashes of runs, which hold in this process alone."""


@dataclass(frozen=True)
class Likeness:
    """Two answers that are alike.

    Attributes:
        slug: the exercise.
        first: a learner.
        second: another learner; empty for the reference.
        share: how much of the shorter one is in the other, from 0 to 1, without what is given.
    """

    slug: str
    first: str
    second: str
    share: float


def runs(files: Mapping[str, bytes]) -> Runs:
    """The runs of tokens in the Python files of an answer."""
    found: set[int] = set()
    for name, content in files.items():
        if name.endswith(".py"):
            tokens = list(_tokens(content.decode("utf-8", "replace")))
            found.update(
                hash(tuple(tokens[start : start + RUN])) for start in range(len(tokens) - RUN + 1)
            )
    return frozenset(found)


def likenesses(course: Course, hand_ins: Sequence[HandIn]) -> list[Likeness]:
    """Who is much like the reference, and who like whom, by exercise; the most alike first."""
    found: list[Likeness] = []
    for slug in sorted({each.slug for each in hand_ins}):
        # What nobody has begun is no answer; of several that are the same, one will do.
        answers = {
            each.submission: each
            for each in reversed(hand_ins)
            if each.slug == slug and not each.is_untouched
        }
        own = {each.learner.id: _runs_of(each) for each in answers.values()}
        given, model = (_runs_in(each) for each in (course.skeleton(slug), course.solution(slug)))
        found += alike(slug, own, given, model)
    return found


def alike(
    slug: str, answers: Mapping[str, Runs], given: Runs, reference: Runs
) -> Sequence[Likeness]:
    """The same for one exercise.

    Args:
        answers: the runs of each learner's answer.
        given: those of the skeleton.
        reference: those of the reference.
    """
    own = {name: each - given for name, each in answers.items()}
    own = {name: each for name, each in own.items() if len(each) >= LEAST_OWN}
    model = reference - given
    to_reference = [
        Likeness(slug, name, "", _share(each, model, len(each & model)))
        for name, each in own.items()
        if len(model) >= LEAST_OWN
    ]
    return [*_named(to_reference), *_named(_pairs(slug, own))]


def _runs_of(hand_in: HandIn) -> Runs:
    try:
        return runs(hand_in.read())
    except BadUpload:
        # Grading it has said why.
        return frozenset()


def _runs_in(folder: Path) -> Runs:
    return runs({name: (folder / name).read_bytes() for name in files(folder)})


def _pairs(slug: str, own: Mapping[str, Runs]) -> Iterator[Likeness]:
    """All pairs that have anything in common but what many have."""
    holders: dict[int, list[str]] = defaultdict(list)
    for name, each in own.items():
        for run in each:
            holders[run].append(name)
    idioms = {run for run, names in holders.items() if len(names) > MOST_OFTEN}
    rest = {name: each - idioms for name, each in own.items()}
    common: Counter[tuple[str, str]] = Counter()
    for run, names in holders.items():
        if run not in idioms:
            common.update(combinations(sorted(names), 2))
    for (first, second), count in common.items():
        if min(len(rest[first]), len(rest[second])) >= LEAST_OWN:
            yield Likeness(slug, first, second, _share(rest[first], rest[second], count))


def _named(found: Iterable[Likeness]) -> Sequence[Likeness]:
    shown = [each for each in found if each.share >= ALIKE]
    return sorted(shown, key=lambda each: (-each.share, each.first, each.second))


def _share(first: Runs, second: Runs, common: int) -> float:
    # Who adds lines of their own to somebody else's still has all of these.
    return common / min(len(first), len(second))


def _tokens(text: str) -> Iterator[str]:
    """What `text` consists of, in a form that new names do not change; broken code, too."""
    before = ""
    for kind, value in PythonLexer().get_tokens(text):
        if kind in Comment or kind in Whitespace or kind in String.Doc or not value.strip():
            continue
        if kind in String:
            # Quotes and parts of an f-string come one by one.
            if before != "text":
                yield (before := "text")
            continue
        if kind in Number:
            before = "number"
        # Nobody can rename the methods of libraries.
        elif kind in Name and before != ".":
            before = "name"
        else:
            before = value
        yield before
