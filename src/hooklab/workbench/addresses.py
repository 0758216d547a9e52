"""The addresses of the lab's pages: the timeline, an entry, the outside, the tables, the story."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Query, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from hooklab.browser.rendering import Templates, spoken
from hooklab.errors import HooklabError
from hooklab.texts import _, speaking
from hooklab.workbench.acts import LONGEST_BODY
from hooklab.workbench.forms_read import MINUTES, asked_of, body_too_long, draft_of, read_act
from hooklab.workbench.shown import Views
from hooklab.workbench.stories_kept import read_story, written_story
from hooklab.workbench.timeline import Kind
from hooklab.workbench.workbench import Workbench

PAGES = Templates(Path(__file__).with_name("pages"))
# Whoever types more has lost it here, and finds it in their browser.
LONGEST_FIELD = 16 * LONGEST_BODY
# So often a browser is told that it is still connected, and is looked for news.
HEARTBEAT_SECONDS, LOOK_SECONDS = 10.0, 0.15


# What stands in an address may be anything, and SQLite counts no further.
Number = Annotated[int, Field(ge=0, lt=2**63)]


class Chosen(BaseModel):
    """Which entries are shown; its fields stand in the address."""

    find: str = ""
    kind: list[Kind] = Field(default_factory=list)
    before: Number = 0


InTimeline = Annotated[Chosen, Query()]


class Addresses:
    """The pages of one lab.

    Args:
        bench: what is done and shown.
        language: of the pages, unless a browser asks for another one.
    """

    def __init__(self, bench: Workbench, language: str) -> None:
        self._bench = bench
        self._views = Views(bench)
        self.language = language
        self.router = APIRouter()
        self.router.get("/")(self.show_timeline)
        self.router.get("/timeline")(self.show_news)
        self.router.get("/changes")(self.stream)
        self.router.get("/entry/{number}")(self.show_entry)
        self.router.get("/outside")(self.show_outside)
        self.router.get("/tables")(self.show_tables)
        self.router.get("/story")(self.show_story)
        self.router.get("/story.json")(self.save_story)
        self.router.post("/story")(self.load_story)
        self.router.post("/do")(self.do)
        self.router.post("/begin")(self.begin)

    async def show_timeline(self, request: Request, chosen: InTimeline) -> Response:
        """What can be done, and what has happened."""
        return self._timeline(request, chosen, {}, None)

    async def show_news(self, request: Request, chosen: InTimeline) -> Response:
        """The part of the page that changes by itself."""
        with speaking(spoken(request, self.language)):
            return HTMLResponse(PAGES.text("news.html", self._views.timeline(chosen)))

    async def stream(self) -> Response:
        """Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html"""
        headers = {"cache-control": "no-store"}
        return StreamingResponse(self._versions(), 200, headers, media_type="text/event-stream")

    async def show_entry(self, request: Request, number: Number) -> Response:
        """One entry with all that is known of it."""
        with speaking(spoken(request, self.language)):
            entry = self._bench.timeline.get(number)
            if entry is None:
                told = HooklabError(_("there is no such entry"), _("go back to the timeline"))
                return self.show_error(request, told, 404)
            return self._page("entry.html", request, **self._views.entry(entry))

    async def show_outside(self, request: Request) -> Response:
        """The services, with their faults."""
        return await run_in_threadpool(self._outside, request, {}, None)

    async def show_tables(self, request: Request) -> Response:
        """The app's tables."""
        return await run_in_threadpool(self._tables, request)

    async def show_story(self, request: Request) -> Response:
        """What was done, to be replayed, saved and loaded; and what happened, as a picture."""
        with speaking(spoken(request, self.language)):
            return self._page("story.html", request, **self._views.story())

    async def save_story(self) -> Response:
        """The story as a file."""
        headers = {"content-disposition": 'attachment; filename="story.json"'}
        text = written_story(self._bench)
        return Response(text, headers=headers, media_type="application/json")

    async def load_story(
        self, request: Request, file: Annotated[UploadFile | None, File()] = None
    ) -> Response:
        """Do what a file tells, from the beginning."""
        content = await file.read(LONGEST_BODY + 1) if file else b""
        return await run_in_threadpool(self._replay, request, content)

    async def begin(self, request: Request) -> Response:
        """Give the app a fresh world; with `replay`, do the same there again."""
        replay = "replay" in await request.form()
        return await run_in_threadpool(self._begin, request, replay)

    async def do(self, request: Request) -> Response:
        """Do what a form says."""
        try:
            # More than may be sent: what is too long is to stand in the form again.
            async with request.form(max_fields=50, max_part_size=LONGEST_FIELD) as form:
                typed = {name: value for name, value in form.items() if isinstance(value, str)}
        except HTTPException:
            return self._timeline(request, Chosen(), {}, body_too_long())
        return await run_in_threadpool(self._do, request, typed)

    def show_error(self, request: Request, error: HooklabError, status: int) -> Response:
        """A page that tells of an error."""
        return self._page("error.html", request, status, error=error)

    def _do(self, request: Request, typed: dict[str, str]) -> Response:
        with speaking(spoken(request, self.language)):
            try:
                self._bench.perform(read_act(typed))
            except HooklabError as error:
                if typed.get("do") == "fault":
                    return self._outside(request, typed, error)
                return self._timeline(request, Chosen(), typed, error)
            back = "/outside" if typed.get("do") == "fault" else "/"
            anchor = f"#{typed['service']}" if back == "/outside" else ""
            return RedirectResponse(f"{back}{anchor}", 303)

    def _begin(self, request: Request, replay: bool) -> Response:
        with speaking(spoken(request, self.language)):
            bench = self._bench
            bench.begin_again(*((list(bench.story), bench.world_name) if replay else ()))
            return RedirectResponse("/story" if replay else "/", 303)

    def _replay(self, request: Request, content: bytes) -> Response:
        with speaking(spoken(request, self.language)):
            try:
                self._bench.begin_again(*read_story(content, self._bench))
            except HooklabError as error:
                values = {**self._views.story(), "error": error}
                return self._page("story.html", request, 422, **values)
            return RedirectResponse("/story", 303)

    def _timeline(
        self, request: Request, chosen: Chosen, typed: dict[str, str], error: HooklabError | None
    ) -> Response:
        with speaking(spoken(request, self.language)):
            values = self._views.timeline(chosen) | self._views.controls()
            story = self._bench.story
            values |= {"draft": draft_of(story, typed), "asked": asked_of(story, typed)}
            values |= {"minutes": typed.get("minutes", MINUTES), "error": error}
            return self._page("timeline.html", request, 422 if error else 200, **values)

    def _outside(
        self, request: Request, typed: dict[str, str], error: HooklabError | None
    ) -> Response:
        with speaking(spoken(request, self.language)):
            values = self._views.outside(typed)
            return self._page("outside.html", request, 422 if error else 200, **values, error=error)

    def _tables(self, request: Request) -> Response:
        with speaking(spoken(request, self.language)):
            return self._page("tables.html", request, **self._views.tables())

    def _page(self, name: str, request: Request, status: int = 200, **values: Any) -> Response:
        own = {"error": None} | values | self._views.frame()
        return PAGES.render(name, own, request, status)

    async def _versions(self) -> AsyncIterator[str]:
        told, quiet = "", 0.0
        while not self._bench.is_closed:
            version = self._bench.version
            if version != told or quiet > HEARTBEAT_SECONDS:
                told, quiet = version, 0.0
                yield f"data: {version}\n\n"
            await asyncio.sleep(LOOK_SECONDS)
            quiet += LOOK_SECONDS
