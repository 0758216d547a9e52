"""The bank of questions: `course/data/quiz/`, a file for each block and an index."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.quiz.listing import listing
from hooklab.texts import _
from hooklab.toml import Table, first_repeated, read_table


@dataclass(frozen=True)
class Choice:
    """One of the answers that a question offers.

    Attributes:
        text: the answer, as Markdown on one line.
        why: why it is right or wrong.
        is_right: whether it is the right one.
    """

    text: Mapping[str, str]
    why: Mapping[str, str]
    is_right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with one right answer.

    Attributes:
        id: its name, for people and for an LMS.
        block: the part of the bank that it belongs to.
        section: the section that teaches it, as `hooklab.pages.headings` names it.
        text: what is asked, as Markdown on one line.
        choices: the right answer, then the wrong ones.
        listing: code in which a bug is to be found; "" for none.
    """

    id: str
    block: str
    section: str
    text: Mapping[str, str]
    choices: tuple[Choice, ...]
    listing: str = ""


@dataclass(frozen=True)
class Bank:
    """All questions, and how a quiz is made of them.

    Attributes:
        asked: how many questions a whole quiz takes from each block, in the order of the blocks.
        pass_percent: how much of a quiz has to be right.
        page_seed: what the page's draw begins with, so that it is the same for everyone.
    """

    questions: tuple[Question, ...]
    asked: Mapping[str, int]
    pass_percent: int
    page_seed: int

    @property
    def length(self) -> int:
        """How many questions a whole quiz has."""
        return sum(self.asked.values())

    def needed(self, asked: int) -> int:
        """How many of `asked` questions have to be right."""
        return ceil(asked * self.pass_percent / 100)

    def block(self, name: str) -> tuple[Question, ...]:
        """The questions of a block, in order."""
        return tuple(each for each in self.questions if each.block == name)


def load(course: Course) -> Bank:
    """Read the bank; anything wrong in it, or a folder without one, raises HooklabError.

    An installed package and a handout carry no known mistakes: questions about their code are left
    out there.
    """
    folder = course.root / "course" / "data" / "quiz"
    table = read_table(folder / "index.toml")
    table.only("asked", "pass_percent", "page_seed")
    asked = Table(table.get("asked", dict), f"{table.where}, asked")
    counts = {block: asked.get(block, int) for block in asked.values}
    bank = Bank(
        questions=tuple(each for block in counts for each in _block(course, folder, block)),
        asked=counts,
        pass_percent=table.get("pass_percent", int),
        page_seed=table.get("page_seed", int),
    )
    if repeated := first_repeated(each.id for each in bank.questions):
        raise table.refuse(
            _("“{id}” stands there twice").format(id=repeated), _("remove one of them")
        )
    return bank


def _block(course: Course, folder: Path, block: str) -> list[Question]:
    table = read_table(folder / f"{block}.toml")
    table.only("question")
    found = [_question(course, block, each) for each in table.tables("question")]
    return [each for each in found if each]


def _question(course: Course, block: str, table: Table) -> Question | None:
    table.only("id", "section", "mistake", "text", "right", "why", "wrong")
    mistake = table.get("mistake", str, "")
    if mistake and not _has_mistakes(course, mistake):
        return None
    try:
        code = listing(course, mistake) if mistake else ""
    except HooklabError as error:
        raise table.refuse(error.what, error.hint) from None
    return Question(
        id=table.get("id", str),
        block=block,
        section=table.get("section", str),
        text=table.text("text"),
        choices=(
            Choice(table.text("right"), table.text("why"), is_right=True),
            *(_wrong(each) for each in table.tables("wrong")),
        ),
        listing=code,
    )


def _wrong(table: Table) -> Choice:
    table.only("text", "why")
    return Choice(table.text("text"), table.text("why"))


def _has_mistakes(course: Course, mistake: str) -> bool:
    """Whether its exercise has known mistakes here. They are patches to the solution, which a
    handout does not have, whatever its learner keeps beside the graders.
    """
    slug = mistake.partition("/")[0]
    return course.solution(slug).is_dir() and (course.grader(slug) / "mistakes").is_dir()
