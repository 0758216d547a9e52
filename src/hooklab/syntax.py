"""Python's own parser, for one thread at a time."""

import ast
import threading

# Before 3.11.8 and 3.12.2 all threads share one count of how deep the parser is in a tree, and two
# at once end with "AST constructor recursion depth mismatch" (gh-106905 in its changelog).
_ONE_AT_A_TIME = threading.Lock()


def parse_python(source: str | bytes, path: str = "<unknown>") -> ast.Module:
    """The syntax tree of `source`.

    Args:
        path: what an error calls its file.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it is no Python, or too deep.
    """
    with _ONE_AT_A_TIME:
        return ast.parse(source, path)
