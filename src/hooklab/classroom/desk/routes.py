"""The addresses of the pages: the class, an answer, its questions, the keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from hooklab.browser.rendering import Templates, spoken
from hooklab.catalogue import Course
from hooklab.classroom.decisions import Decisions, Overtaken, QuestionKey
from hooklab.classroom.desk.class_list import (
    LINES,
    Line,
    Listing,
    chosen,
    flag_names,
    state_names,
)
from hooklab.classroom.desk.deciding import OTHER, Draft, decide, draft_of
from hooklab.classroom.desk.place import AnswerPlace, Selection, key_of
from hooklab.classroom.desk.read_answer import Asked, JudgedAnswer, read_answer
from hooklab.classroom.gradebook import Gradebook
from hooklab.classroom.marks import status_names
from hooklab.errors import HooklabError
from hooklab.texts import _, speaking

PAGES = Templates(Path(__file__).with_name("pages"))

InClass = Annotated[Selection, Query()]
InAnswer = Annotated[AnswerPlace, Query()]


@dataclass(frozen=True)
class Desk:
    """What the pages are made from.

    Attributes:
        course: whose exercises were graded.
        book: where everything is kept.
        by: who decides.
        language: of the pages, unless a browser asks for another one.
    """

    course: Course
    book: Gradebook
    by: str
    language: str


class Routes:
    """The pages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._listing = Listing(desk.course, desk.book)
        self.router = APIRouter()
        self.router.get("/")(self.show_class)
        self.router.get("/answer")(self.show_answer)
        self.router.post("/answer")(self.keep_decision)
        self.router.get("/questions")(self.show_questions)
        self.router.get("/keys")(self.show_keys)

    async def show_class(self, request: Request, choice: InClass) -> Response:
        """The class as a table."""
        with speaking(spoken(request, self._desk.language)):
            every = self._listing.lines()
            found = chosen(every, choice)
            start = (choice.page - 1) * LINES
            return self._page(
                "class.html",
                request,
                choice=choice,
                lines=found[start : start + LINES],
                count=len(found),
                more=len(found) > start + LINES,
                exercises=_exercises(every),
                checks=_checks(every, choice.only),
                states=state_names(),
                statuses=status_names(),
                flags=flag_names(),
            )

    async def show_answer(self, request: Request, place: InAnswer) -> Response:
        """A learner's answer."""
        with speaking(spoken(request, self._desk.language)):
            lines, here = self._around(place)
            answer = self._read(lines, here, place)
            if answer is None:
                return self._missing(request)
            return self._answer(request, place, lines, here, answer)

    async def keep_decision(
        self,
        request: Request,
        place: InAnswer,
        *,
        key: Annotated[str, Form()],
        seen: Annotated[int, Form()] = 0,
        submission: Annotated[str, Form(max_length=64)] = "",
        level: Annotated[str, Form()] = "",
        points: Annotated[str, Form()] = "",
        reason: Annotated[str, Form()] = "",
        act: Annotated[str, Form()] = "keep",
    ) -> Response:
        """Keep what an instructor has decided."""
        draft = Draft(seen, submission, level, points, reason, withdraws=act == "withdraw")
        with speaking(spoken(request, self._desk.language)):
            lines, here = self._around(place)
            answer = self._read(lines, here, place)
            asked = answer.question(key_of(key)) if answer else None
            if answer is None or asked is None:
                return self._missing(request)
            try:
                Decisions(self._desk.book).add(decide(draft, asked, place, self._desk.by))
            except Overtaken as overtaken:
                told = draft.after(overtaken.latest)
                values = {"place": place, "asked": asked, "mark": answer.mark, "draft": told}
                values |= {"typed": draft.typed, "other": OTHER, "theirs": overtaken.latest}
                return self._page("conflict.html", request, 409, **values)
            except HooklabError as error:
                drafts = {asked.key: draft}
                return self._answer(request, place, lines, here, answer, drafts, error)
            return RedirectResponse(_onward(place, lines, here, asked), 303)

    async def show_questions(self, request: Request) -> Response:
        """All questions of the class: how many learners each waits for."""
        with speaking(spoken(request, self._desk.language)):
            groups = self._questions(chosen(self._listing.lines(), Selection()))
            return self._page("questions.html", request, groups=list(groups))

    async def show_keys(self, request: Request) -> Response:
        """Which key does what."""
        with speaking(spoken(request, self._desk.language)):
            return self._page("keys.html", request)

    def _around(self, place: AnswerPlace) -> tuple[list[Line], int]:
        """The lines among which an answer stands, and its place there; -1 when it is nowhere."""
        every = self._listing.lines()
        lines = chosen(every, place)
        if (asked := place.asked) is not None:
            lines = [
                line
                for line in chosen(every, Selection())
                if line.mark.exercise == place.exercise and line.asks(asked)
            ]
        wanted = (place.learner, place.exercise)
        places = [(line.mark.learner.id, line.mark.exercise) for line in lines]
        if wanted not in places:
            # The list has changed under it: it is shown alone.
            lines = [line for line in every if _is_at(line, place)]
            places = [wanted] if lines else []
        return lines, places.index(wanted) if places else -1

    def _read(self, lines: Sequence[Line], here: int, place: AnswerPlace) -> JudgedAnswer | None:
        if here < 0:
            return None
        return read_answer(self._desk.course, self._desk.book, lines[here].mark, place.asked)

    def _answer(
        self,
        request: Request,
        place: AnswerPlace,
        lines: Sequence[Line],
        here: int,
        answer: JudgedAnswer,
        typed: dict[QuestionKey, Draft] | None = None,
        error: HooklabError | None = None,
    ) -> Response:
        drafts = {each.key: draft_of(each, answer.submission) for each in answer.questions}
        around = [lines[at] if 0 <= at < len(lines) else None for at in (here - 1, here + 1)]
        return self._page(
            "answer.html",
            request,
            422 if error else 200,
            place=place,
            answer=answer,
            drafts=drafts | (typed or {}),
            wrong=next(iter(typed or {}), None),
            error=error,
            other=OTHER,
            position=here + 1,
            count=len(lines),
            neighbours=[_address(place, each) if each else "" for each in around],
            statuses=status_names(),
        )

    def _questions(self, lines: Sequence[Line]) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
        for slug in _exercises(lines):
            own = [line for line in lines if line.mark.exercise == slug]
            sample = next((line for line in own if line.mark.shown), own[0])
            answer = read_answer(self._desk.course, self._desk.book, sample.mark, None)
            if answer:
                rows = [
                    _row(part.title, each, own) for part in answer.parts for each in part.questions
                ]
                yield slug, answer.title, [row for row in rows if row["count"]]

    def _missing(self, request: Request) -> Response:
        error = HooklabError(
            _("there is no such answer in the gradebook"), _("choose one in the class")
        )
        return self._page("error.html", request, 404, error=error)

    def _page(self, name: str, request: Request, status: int = 200, **values: Any) -> Response:
        return PAGES.render(name, {**values, "by": self._desk.by}, request, status)


def _exercises(lines: Sequence[Line]) -> list[str]:
    return list(dict.fromkeys(line.mark.exercise for line in lines if line.mark.exercise))


def _checks(lines: Sequence[Line], slug: str) -> dict[str, str]:
    """The checks that someone has lost, of one exercise or of all."""
    lost = [line.lost for line in lines if slug in ("", line.mark.exercise)]
    return dict(sorted({key: title for each in lost for key, title in each.items()}.items()))


def _is_at(line: Line, place: AnswerPlace) -> bool:
    return (line.mark.learner.id, line.mark.exercise) == (place.learner, place.exercise)


def _address(place: AnswerPlace, line: Line) -> str:
    return f"/answer?{place.at(line.mark.learner.id, line.mark.exercise).query()}"


def _onward(place: AnswerPlace, lines: Sequence[Line], here: int, asked: Asked) -> str:
    """Where an instructor goes once a decision is kept."""
    if not place.question:
        return f"/answer?{place.query()}#{asked.name}"
    following = islice(lines, here + 1, None)
    return next((_address(place, line) for line in following), "/questions")


def _row(criterion: str, asked: Asked, lines: Sequence[Line]) -> dict[str, Any]:
    """A question for the table of all questions."""
    asking = [line for line in lines if line.asks(asked.key)]
    open_ = [line for line in asking if not line.has_decided(asked.key)]
    first = next(iter(open_ or asking), None)
    query = {"exercise": first.mark.exercise, "learner": first.mark.learner.id} if first else {}
    return {
        "criterion": criterion,
        "title": asked.title,
        "kind": asked.key.kind,
        "count": len(asking),
        "decided": len(asking) - len(open_),
        "address": f"/answer?{urlencode({**query, 'question': str(asked.key)})}",
    }
