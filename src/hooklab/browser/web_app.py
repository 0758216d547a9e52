"""What all such pages share: their files, and what is shown when there is no page."""

from collections.abc import Callable, Mapping
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from hooklab.browser.rendering import spoken
from hooklab.errors import HooklabError
from hooklab.reports.html import STYLE
from hooklab.texts import _, speaking

_KINDS = {".css": "text/css", ".js": "text/javascript"}
_SHARED = {
    "report.css": STYLE,
    "page.css": Path(__file__).with_name("page.css").read_text(encoding="utf-8"),
}


def web_app(
    router: APIRouter,
    static: Path,
    language: str,
    show: Callable[[Request, HooklabError, int], Response],
    back: Callable[[], str],
) -> FastAPI:
    """An application with the pages of `router`.

    Args:
        router: the pages.
        static: the folder of its own style sheets and scripts, served below `/static/`.
        language: of what is said to a browser that has asked for none.
        show: makes the page that tells of an error, with a status.
        back: says how to go on from an address where there is nothing.
    """
    # Without the description of an interface, there are no pages about it either.
    app = FastAPI(openapi_url=None)
    app.include_router(router)
    _serve(app, {path.name: path.read_text(encoding="utf-8") for path in static.iterdir()})

    @app.exception_handler(HooklabError)
    async def cannot(request: Request, error: HooklabError) -> Response:
        with speaking(spoken(request, language)):
            return show(request, error, 500)

    @app.exception_handler(HTTPException)
    async def nothing_there(request: Request, error: HTTPException) -> Response:
        with speaking(spoken(request, language)):
            told = HooklabError(_("there is no such page"), back())
            return show(request, told, error.status_code)

    @app.exception_handler(RequestValidationError)
    async def not_understood(request: Request, _error: RequestValidationError) -> Response:
        with speaking(spoken(request, language)):
            told = HooklabError(_("the address or the form is not one of these pages"), back())
            return show(request, told, 422)

    return app


def _serve(app: FastAPI, own: Mapping[str, str]) -> None:
    contents = {**_SHARED, **own}

    @app.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in contents:
            raise HTTPException(404)
        return Response(contents[name], media_type=_KINDS[Path(name).suffix])
