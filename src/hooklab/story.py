"""What happened between a sender, an app and its services, step by step.

Plain data: a grader writes it down, a page of the course makes it up, and both are drawn and listed
from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hooklab.texts import _

Kind = Literal["call", "reply", "lost", "note", "death", "start"]


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        kind: a "call" goes from `source` to `target`, and so does its "reply", which may be "lost";
            a "note" is about `source`, or about everybody when that is empty; "death" and "start"
            are those of the process of `source`.
        text: what it says.
        source: an actor.
        target: an actor.
        when: the time, when it is another one than that of the step before.
        aside: what was forged of a call.
    """

    kind: Kind
    text: str
    source: str = ""
    target: str = ""
    when: str = ""
    aside: str = ""


@dataclass(frozen=True)
class Story:
    """Steps in their order, and who takes part in them, from left to right."""

    actors: tuple[str, ...]
    steps: tuple[Step, ...]


def rows(story: Story) -> Iterator[tuple[str, str, str]]:
    """When, who to whom, and what: every step of `story` in words, in the language in use."""
    for step in story.steps:
        yield (step.when, _who(step), "\n".join(filter(None, (step.text, _aside(step)))))


def forgery(aside: str) -> str:
    """How a picture and a list tell what was forged."""
    return _("forged: {what}").format(what=aside)


def _who(step: Step) -> str:
    return " → ".join(filter(None, (step.source, step.target)))


def _aside(step: Step) -> str:
    return step.aside and forgery(step.aside)
