"""What points to the fault behind a lost check."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from hooklab.grading.advice.code import Code, TooMuch, read_code
from hooklab.grading.advice.header_names import find_other_header
from hooklab.grading.advice.routing import find_other_route
from hooklab.grading.advice.sections import STOPPED, Sections, numbers_in
from hooklab.grading.advice.stopping import find_breakpoint, find_forgotten_await
from hooklab.grading.advice.verifying import (
    find_rewritten_body,
    find_swallowed_refusal,
    find_used_nothing,
)
from hooklab.texts import _

ENDPOINT = "/webhooks/clerk"


@dataclass(frozen=True)
class Signs:
    """What was seen of an app whose check is lost; the texts are the app's own.

    Attributes:
        told: what it printed, and what became of it.
        place: the line that keeps it from starting, if there is one.
        stands: the line at which it stood when no answer came, if there is one.
        redirected: the path to which it redirects what is delivered, if it does.
        missed: the status of an answer that says there is no such route: 404 or 405.
        debug: whether a person sits at the app's terminal.
        refused: whether a genuine delivery was not accepted.
        let_in: whether a delivery that was not genuine was not refused.
        refusal: whether the check wanted a refusal.
    """

    told: str = ""
    place: str = ""
    stands: str = ""
    redirected: str = ""
    missed: int = 0
    debug: bool = False
    refused: bool = False
    let_in: bool = False
    refusal: bool = False


@dataclass(frozen=True)
class Clues:
    """What is known of the fault behind a lost check.

    Attributes:
        fault: a sentence about it, which begins with a place; empty when none was recognised.
        todo: the number of the open TODO that stopped the app; 0 when none did.
        place: the line that keeps the app from starting, if there is one.
        refusal: whether the check wanted a refusal.
        sections: the TODOs of the answer.
    """

    fault: str = ""
    todo: int = 0
    place: str = ""
    refusal: bool = False
    sections: Sections = field(default_factory=lambda: Sections(Code({})))

    def hint(self, look: str) -> str:
        """Where to look first, and then at what the rubric says.

        Args:
            look: the rubric's words.
        """
        with suppress(TooMuch, RecursionError):
            return self._hint(look)
        return look

    def _hint(self, look: str) -> str:
        then = self.sections.name(look)
        if self.fault:
            return _("First {fault} Then {look}").format(fault=self.fault, look=then)
        if self.todo and not self._is_beside(numbers_in(look)):
            return _("First {todo}, which is still open. Then {look}").format(
                todo=f"TODO {self.todo} ({self.sections.place(self.todo)})", look=then
            )
        if self.place and not self.todo:
            return _("First {place}, which keeps the app from starting. Then {look}").format(
                place=self.place, look=then
            )
        return then

    def _is_beside(self, wanted: list[int]) -> bool:
        """Whether the open TODO is one of those to look at, or only what a hole in them lets in."""
        return self.todo in wanted or (self.refusal and self.todo > max(wanted, default=self.todo))


NO_CLUES = Clues()


def find_clues(answer: Path, called: Path, solution: Path | None, signs: Signs, slug: str) -> Clues:
    """What the text of an answer and the signs of its app say together.

    Args:
        answer: the folder of the answer.
        called: what messages call it.
        solution: the folder of the exercise's solution, if there is one.
        slug: the exercise.
    """
    code = _read(answer, called)
    code.begin()
    with suppress(TooMuch, RecursionError):
        return _look(code, Sections(code, solution), signs, slug)
    return Clues(place=signs.place)


def _look(code: Code, sections: Sections, signs: Signs, slug: str) -> Clues:
    stopped = {int(number) for number in STOPPED.findall(signs.told)}
    # What an app prints may be made up; what its text raises is there.
    todo = min(stopped & set(sections.open), default=0)
    fault = next(filter(None, _faults(code, signs, slug, is_open=bool(todo))), "")
    return Clues(fault, todo, signs.place, signs.refusal, sections)


# The trusted side's own copies never change.
_read: Callable[[Path, Path], Code] = lru_cache(maxsize=2)(read_code)


def _faults(code: Code, signs: Signs, slug: str, *, is_open: bool) -> Iterator[str]:
    if not signs.debug:
        yield find_breakpoint(code, signs.told, slug)
    yield find_forgotten_await(code, signs.told)
    if signs.let_in:
        yield find_swallowed_refusal(code)
    if signs.place or is_open:
        return
    yield find_other_route(code, ENDPOINT, signs.redirected, signs.missed)
    yield find_used_nothing(code)
    if signs.refused:
        yield find_rewritten_body(code)
    yield find_other_header(code)
    if signs.stands:
        yield _("{place}, where the app stood while no answer came.").format(place=signs.stands)
