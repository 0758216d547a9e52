"""A quiz drawn from the bank: so many questions of each block, with their answers shuffled."""

from dataclasses import dataclass
from random import Random

from hooklab.errors import HooklabError
from hooklab.quiz.bank import Bank, Choice, Question
from hooklab.texts import _


@dataclass(frozen=True)
class Posed:
    """A question with its answers in the order in which they are shown."""

    question: Question
    choices: tuple[Choice, ...]

    @property
    def right(self) -> int:
        """The number of the right answer, from 1."""
        return next(n for n, choice in enumerate(self.choices, start=1) if choice.is_right)


def draw(bank: Bank, count: int, seed: int) -> tuple[Posed, ...]:
    """`count` questions, each block with its share, block by block; the same for the same seed.

    Raises:
        HooklabError: the bank has fewer.
    """
    if not 1 <= count <= len(bank.questions):
        raise HooklabError(
            _("a quiz of {count} questions cannot be drawn").format(count=count),
            _("ask for 1 to {most}").format(most=len(bank.questions)),
        )
    chance = Random(seed)  # noqa: S311 - nothing to be kept secret
    chosen: list[Question] = []
    for block, share in shares(bank, count).items():
        chosen += chance.sample(bank.block(block), share)
    # Each place gets the right answer equally often: who knows nothing gains nothing by a habit.
    places = list(range(count))
    chance.shuffle(places)
    return tuple(
        Posed(question, _arranged(question, place % len(question.choices), chance))
        for question, place in zip(chosen, places, strict=True)
    )


def shares(bank: Bank, count: int) -> dict[str, int]:
    """How many of `count` questions each block gives: in proportion, and no more than it has."""
    found = dict.fromkeys(bank.asked, 0)
    for _turn in range(count):
        free = [block for block in found if found[block] < len(bank.block(block))]
        # The one that is furthest behind its part of a whole quiz.
        found[min(free, key=lambda block: (found[block] + 1) / max(bank.asked[block], 1))] += 1
    return found


def _arranged(question: Question, place: int, chance: Random) -> tuple[Choice, ...]:
    right, *wrong = question.choices
    chance.shuffle(wrong)
    return (*wrong[:place], right, *wrong[place:])
