"""Templates turned into pages, in the language of whoever looks at them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hooklab.reports.clean import visible
from hooklab.texts import LANGUAGES, _, language, number, plural

_LANGUAGE = "lang"
# What the pages of all rooms have around them.
_SHARED = Path(__file__).with_name("pages")


def spoken(request: Request, usual: str) -> str:
    """The language that a browser has asked for, or the usual one."""
    asked = request.query_params.get(_LANGUAGE) or request.cookies.get(f"hooklab-{_LANGUAGE}", "")
    return asked if asked in LANGUAGES else usual


def remember_language(request: Request, answer: Response) -> None:
    """Let a language that was asked for hold for the next pages too."""
    if (asked := request.query_params.get(_LANGUAGE)) in LANGUAGES:
        answer.set_cookie(f"hooklab-{_LANGUAGE}", str(asked), samesite="strict", httponly=True)


class Templates:
    """The pages of a room.

    Args:
        folder: where its templates are.
    """

    def __init__(self, folder: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader([folder, _SHARED]),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_harmless,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        texts: dict[str, Callable[..., str]] = {"_": _, "plural": plural, "number": number}
        self._environment.globals.update(texts)
        self._environment.filters["time"] = _time

    def text(self, name: str, values: Mapping[str, Any]) -> str:
        """The template `name`, in the language in use."""
        return self._environment.get_template(name).render(**values, language=language())

    def render(
        self, name: str, values: Mapping[str, Any], request: Request, status: int = 200
    ) -> Response:
        """The page of the template `name`, in the language in use."""
        others = [each for each in LANGUAGES if each != language()]
        switches = {each: request.url.include_query_params(lang=each).query for each in others}
        if request.method == "POST":
            switches = {}
        page = self.text(name, {**values, "switches": switches, "path": request.url.path})
        answer = HTMLResponse(page, status)
        remember_language(request, answer)
        return answer


def _harmless(value: Any) -> Any:
    """Text from outside without control characters; a part of a page is safe already."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
