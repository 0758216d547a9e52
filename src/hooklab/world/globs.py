"""Patterns of keys, as in `KEYS user:*`: matched in one go, however they are made.

fakeredis makes a regular expression of them in which each `*` may begin again for each beginning of
the others. With a long key that takes hours, in the process that decides the score.
"""

import re
import sys
from collections.abc import Callable
from functools import lru_cache

# As fakeredis reads them: what is escaped, a set with its ranges, or one byte.
_TOKEN = re.compile(rb"\\.|\[\^?(?:\\.|[^\]\\]-.|[^\]])*\]?|.", re.DOTALL)

Compile = Callable[[bytes], "re.Pattern[bytes]"]


def bounded(compile_: Compile) -> Compile:
    """Like `compile_`, which makes a regular expression of a pattern, but for its time.

    What stands between two stars is looked for once, where it comes first: a later place would
    leave less for the rest.
    """
    flags = compile_(b"").flags

    @lru_cache
    def compiled(pattern: bytes) -> "re.Pattern[bytes]":
        parts = [b""]
        for token in _TOKEN.findall(pattern):
            if token == b"*":
                parts.append(b"")
            else:
                parts[-1] += token
        first, *others = (_inside(compile_(part)) for part in parts)
        if not others:
            return compile_(pattern)
        *middle, last = others
        between = b"".join(b"(?>.*?%b)" % part for part in middle if part)
        return re.compile(b"^%b%b.*%b\\Z" % (first, between, last), flags)

    return compiled


def _inside(compiled: "re.Pattern[bytes]") -> bytes:
    """The expression without its two ends."""
    return re.sub(rb"^\^|(\\Z|\$)\Z", b"", compiled.pattern)


def bound_fakeredis() -> None:
    """Let every module of fakeredis that compiles patterns do it in this way."""
    from fakeredis import _helpers

    compile_ = _helpers.compile_pattern
    if compile_.__module__ == __name__:
        return
    ours = bounded(compile_)
    for name, module in list(sys.modules.items()):
        if name.startswith("fakeredis") and getattr(module, "compile_pattern", None) is compile_:
            module.compile_pattern = ours  # type: ignore[attr-defined]
