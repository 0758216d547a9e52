"""A route that has another address, or another method, than deliveries have."""

import ast
from collections.abc import Iterator
from difflib import get_close_matches

from hooklab.grading.advice.code import Code, called_name, strings
from hooklab.texts import _

NOT_FOUND, NOT_ALLOWED = 404, 405
_POST = "post"
_METHODS = (_POST, "get", "put", "patch", "delete")
_DECLARED = (*_METHODS, "api_route", "add_api_route", "route", "add_route")


def find_other_route(code: Code, path: str, redirected: str, missed: int) -> str:
    """Where the route is that a delivery to `path` did not come to; in words, or nothing.

    Args:
        redirected: the path to which the app redirects.
        missed: the status of the answer, when it says that there is no such route.
    """
    if missed == NOT_ALLOWED:
        return _find_other_method(code, path)
    routes = {str(text.value): text for _call, text in _routes(code)}
    other = redirected if redirected.rstrip("/") == path else ""
    if missed == NOT_FOUND and path not in routes:
        other = next(iter(get_close_matches(path, routes, n=1, cutoff=0.7)), "")
    if other not in routes:
        return ""
    return _("{place}: the route is “{route}”, and deliveries go to “{path}”.").format(
        place=code.place(routes[other]), route=other, path=path
    )


def _find_other_method(code: Code, path: str) -> str:
    methods = {called_name(call): call for call, text in _routes(code) if text.value == path}
    other = next((name for name in methods if name in _METHODS), _POST)
    if _POST in methods or other == _POST:
        return ""
    return _("{place}: the route takes {method}, and deliveries come by POST.").format(
        place=code.place(methods[other]), method=other.upper()
    )


def _routes(code: Code) -> Iterator[tuple[ast.Call, ast.Constant]]:
    """What declares a route, and the text that is its path."""
    for call in code.calls(*_DECLARED):
        named = [each.value for each in call.keywords if each.arg == "path"]
        yield from ((call, text) for text in strings([*call.args[:1], *named])[:1])
