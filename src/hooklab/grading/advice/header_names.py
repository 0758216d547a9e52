"""Headers that are read by a name that Svix does not send."""

import ast
from collections.abc import Iterator
from difflib import get_close_matches

from hooklab.grading.advice.code import Code, strings
from hooklab.grading.advice.verifying import LONGEST_NAME, origins, verify_calls
from hooklab.sender.signing import SIGNED_HEADERS
from hooklab.texts import _

# Those of Standard Webhooks: verify() takes them, and no delivery of Clerk's brings them.
_NEUTRAL = {name.replace("svix", "webhook"): name for name in SIGNED_HEADERS}


def find_other_header(code: Code) -> str:
    """Where a header is read by a name that Svix does not send; in words, or nothing."""
    read = list(_names_read(code))
    named = _first_other(read) or _first_neutral(read) or _first_other([*_names_handed_over(code)])
    if not named:
        return ""
    node, near = named
    return _("{place}: no header is called “{name}”. Svix sends “{near}”.").format(
        place=code.place(node), name=str(node.value)[:LONGEST_NAME], near=near
    )


def _first_neutral(nodes: list[ast.Constant]) -> tuple[ast.Constant, str] | None:
    """The first name of Standard Webhooks, unless Svix's is read as well."""
    known = {str(node.value).lower() for node in nodes}
    for node in nodes:
        name = _NEUTRAL.get(str(node.value).lower())
        if name and name not in known:
            return node, name
    return None


def _first_other(nodes: list[ast.Constant]) -> tuple[ast.Constant, str] | None:
    """The first name that Svix does not send, with the one that was meant."""
    known = {str(node.value).lower() for node in nodes}
    for node in nodes:
        name = str(node.value).lower()
        if name in (*SIGNED_HEADERS, *_NEUTRAL) or not any(
            word in name for word in ("svix", "signature")
        ):
            continue
        plain = name.replace("_", "-").removeprefix("x-").replace("clerk", "svix")
        # Whoever reads the right one too only looks for the other as well.
        missing = [each for each in SIGNED_HEADERS if each not in known]
        if near := get_close_matches(plain, missing, n=1, cutoff=0.5):
            return node, near[0]
    return None


def _names_read(code: Code) -> Iterator[ast.Constant]:
    """The texts by which headers are read."""
    for reading in code.calls("get"):
        if isinstance(reading.func, ast.Attribute) and _is_headers(reading.func.value):
            yield from (name for key in reading.args[:1] for name in _spelled(code, key))
    for item in code.find(ast.Subscript):
        if _is_headers(item.value):
            yield from _spelled(code, item.slice)
    for declared in code.calls("Header"):
        yield from strings(each.value for each in declared.keywords if each.arg == "alias")


def _names_handed_over(code: Code) -> Iterator[ast.Constant]:
    """The texts by which headers are handed to verify()."""
    for call in verify_calls(code):
        for given in call.args[1:2]:
            for origin in origins(code, given):
                if isinstance(origin, ast.Dict):
                    yield from strings(origin.keys)


def _is_headers(owner: ast.expr) -> bool:
    match owner:
        case ast.Name(name) | ast.Attribute(attr=name):
            return "headers" in name.lower()
    return False


def _spelled(code: Code, key: ast.expr) -> Iterator[ast.Constant]:
    """The texts that `key` is: itself, or those of the tuple that a loop takes it from."""
    yield from strings([key])
    if isinstance(key, ast.Name):
        loops: list[ast.comprehension | ast.For] = [*code.find(ast.comprehension)]
        loops += code.find(ast.For)
        for loop in loops:
            if isinstance(loop.target, ast.Name) and loop.target.id == key.id:
                for listed in _listed(code, loop.iter):
                    yield from strings(listed.elts)


def _listed(code: Code, value: ast.expr) -> Iterator[ast.Tuple | ast.List]:
    if isinstance(value, ast.Tuple | ast.List):
        yield value
    elif isinstance(value, ast.Name):
        for node in code.find(ast.Assign):
            names = [each.id for each in node.targets if isinstance(each, ast.Name)]
            if value.id in names and isinstance(node.value, ast.Tuple | ast.List):
                yield node.value
