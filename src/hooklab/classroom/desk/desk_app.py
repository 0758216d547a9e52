"""The pages for instructors as an application."""

from pathlib import Path

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from hooklab.browser.door import Door, Gate
from hooklab.browser.web_app import web_app
from hooklab.classroom.desk.routes import PAGES, Desk, Routes
from hooklab.errors import HooklabError
from hooklab.texts import _

_STATIC = Path(__file__).with_name("static")


def desk_app(desk: Desk, door: Door) -> ASGIApp:
    """The pages of `desk` behind the gate of `door`."""

    def show(request: Request, error: HooklabError, status: int) -> Response:
        return PAGES.render("error.html", {"error": error, "by": desk.by}, request, status)

    router = Routes(desk).router
    return Gate(
        web_app(router, _STATIC, desk.language, show, lambda: _("go back to the class")), door
    )
