"""Mistakes around svix's verify() that a look at the answer's text shows."""

import ast
from collections.abc import Iterator

from hooklab.grading.advice.code import Code, Function, called_name
from hooklab.texts import _

DEEPEST = 6
LONGEST_NAME = 40
# What makes of a body, or of an object, something else than the bytes that came.
_PARSERS = {"json", "loads", "form", "model_dump", "model_validate"}
_WRITERS = {"dumps", "model_dump_json", "repr"}
# What leaves the bytes what they are.
_WRAPPERS = {"bytes", "bytearray", "memoryview", "str"}
_METHODS = {"encode", "decode"}


def verify_calls(code: Code) -> list[ast.Call]:
    """The calls of svix's verify(); of an answer's own function with that name none."""
    if not code.imports("svix") or code.imports("standardwebhooks"):
        return []
    own = code.functions("verify")
    return [
        call
        for call in code.calls("verify")
        if isinstance(call.func, ast.Attribute) and (not own or code.scope(call) in own)
    ]


def find_used_nothing(code: Code) -> str:
    """Where the value of verify() is used, which is None since svix 2; in words, or nothing."""
    for call in verify_calls(code):
        if name := _used_as(code, call):
            return _(
                "{place}: verify() of svix 2 returns None, but its value is used ({name}). "
                "Read the event from the bytes that were verified, with json.loads()."
            ).format(place=code.place(call), name=name)
    return ""


def _used_as(code: Code, call: ast.Call, depth: int = 0) -> str:
    """The code that uses the value of `call`, shortened; nothing when nobody does."""
    match user := code.user(call):
        case ast.Expr() | None:
            return ""
        case ast.Return():
            function = code.scope(call)
            if depth == DEEPEST or not isinstance(function, Function):
                return ""
            uses = (_used_as(code, each, depth + 1) for each in code.calls(function.name))
            return next(filter(None, uses), "")
        case ast.Assign(targets=[ast.Name(name)]) | ast.AnnAssign(target=ast.Name(name)):
            return f"{name[:LONGEST_NAME]} = …" if _is_read(code, call, name) else ""
        case ast.Compare(comparators=[ast.Constant(value=None)]):
            return ""
        case ast.expr():
            return _shortened(user)
    return _shortened(call)


def _is_read(code: Code, call: ast.Call, name: str) -> bool:
    """Whether `name` is read after `call`, before it gets another value."""
    after = [
        node
        for node in code.walk(code.scope(call))
        if isinstance(node, ast.Name) and node.id == name and node.lineno > call.lineno
    ]
    for node in sorted(after, key=lambda node: _moment(code, node)):
        match node.ctx, code.parent(node):
            case ast.Load(), ast.Compare(comparators=[ast.Constant(value=None)]):
                continue
            case context, _parent:
                return isinstance(context, ast.Load)
    return False


def _moment(code: Code, node: ast.Name) -> tuple[int, int]:
    # What is assigned is computed before.
    user = code.parent(node)
    if isinstance(node.ctx, ast.Store) and isinstance(user, ast.stmt):
        return user.end_lineno or node.lineno, 1 << 20
    return node.lineno, node.col_offset


def _shortened(node: ast.AST) -> str:
    match node:
        case ast.Subscript():
            return "verify(…)[…]"
        case ast.Attribute(attr=name):
            return f"verify(…).{name[:LONGEST_NAME]}"
        case ast.Call() if name := called_name(node):
            return f"{name[:LONGEST_NAME]}(…)"
    return "verify(…)"


def find_rewritten_body(code: Code) -> str:
    """Where what verify() is given was parsed, or written again, before; in words, or nothing."""
    for call in verify_calls(code):
        given = [*call.args[:1], *(each.value for each in call.keywords if each.arg == "data")]
        for origin in (each for value in given for each in origins(code, value)):
            name = called_name(origin)
            if isinstance(origin, ast.Call) and (name in _PARSERS | _WRITERS or name == "str"):
                return _(
                    "{place}: {name}() makes another text of the body, and the signature is one "
                    "of the bytes that came. Give verify() what request.body() returns."
                ).format(place=code.place(origin), name=name)
    return ""


def origins(code: Code, value: ast.expr, depth: int = 0) -> Iterator[ast.expr]:
    """The expressions in which `value` began, followed through names and functions."""
    followed = list(_followed(code, value)) if depth < DEEPEST else []
    if not followed:
        yield value
    for each in followed:
        yield from origins(code, each, depth + 1)


def _followed(code: Code, value: ast.expr) -> Iterator[ast.expr]:
    match value:
        case ast.Await(value=inner):
            yield inner
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _METHODS:
            yield inner
        case ast.Call(func=ast.Name("str"), args=[ast.Call(func=ast.Attribute(attr="decode"))]):
            yield value.args[0]
        case ast.Call(func=ast.Name("str"), args=[_text], keywords=[]):
            return
        case ast.Call(func=ast.Name(name), args=[inner, *_rest]) if name in _WRAPPERS:
            yield inner
        case ast.Call(func=ast.Name(name)):
            for function in code.functions(name):
                yield from _returned(code, function)
        case ast.Name(name):
            yield from _assigned(code, value, name)


def _returned(code: Code, function: Function) -> Iterator[ast.expr]:
    for node in code.walk(function):
        if isinstance(node, ast.Return) and node.value and code.scope(node) is function:
            yield node.value


def _assigned(code: Code, use: ast.Name, name: str) -> Iterator[ast.expr]:
    """What `name` was given last before `use`: in its function, or by those who call that."""
    scope = code.scope(use)
    given = [
        node.value
        for node in code.walk(scope)
        if isinstance(node, ast.Assign)
        and node.lineno < use.lineno
        and any(isinstance(each, ast.Name) and each.id == name for each in node.targets)
    ]
    if given:
        yield max(given, key=lambda value: value.lineno)
    elif isinstance(scope, Function):
        names = [each.arg for each in scope.args.args]
        for call in code.calls(scope.name):
            yield from (each.value for each in call.keywords if each.arg == name)
            if name in names[: len(call.args)]:
                yield call.args[names.index(name)]


def find_swallowed_refusal(code: Code) -> str:
    """Where what verify() raises is caught, and the delivery goes on; in words, or nothing."""
    raising = {"verify", *_own_verifiers(code)}
    for attempt in code.find(ast.Try):
        calls = [node for each in attempt.body for node in code.walk(each)]
        if not any(called_name(call) in raising for call in calls):
            continue
        for handler in attempt.handlers:
            if _catches_refusal(handler) and not _refuses(handler):
                return _(
                    "{place}: this except also catches what verify() raises, and the delivery "
                    "goes on as if it were genuine. Let it end in a 401."
                ).format(place=code.place(handler))
    return ""


def _own_verifiers(code: Code) -> set[str]:
    """The answer's functions in which verify() is called."""
    scopes = (code.scope(call) for call in verify_calls(code))
    return {scope.name for scope in scopes if isinstance(scope, Function)}


def _catches_refusal(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(handler.type)}
    return bool(names & {"Exception", "BaseException", "WebhookVerificationError"})


def _refuses(handler: ast.ExceptHandler) -> bool:
    """Whether a handler may end in a refusal: it raises, or names a status from 400 on."""
    for node in (node for each in handler.body for node in ast.walk(each)):
        match node:
            case ast.Raise() | ast.Return(value=ast.Constant(value=False)):
                return True
            case ast.Constant(value=int(number)) if 400 <= number <= 599:
                return True
            case ast.Attribute(attr=name) if name.startswith(("HTTP_4", "HTTP_5", "status")):
                return True
    return False
