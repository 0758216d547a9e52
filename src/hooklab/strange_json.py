"""JSON that an app wrote: read so that whatever is done with it afterwards cannot fail for it."""

import json
from typing import Any

# What is nested almost as deeply as can be read could not be shown, or compared, any more.
DEEPEST = 100


def read_json(text: str | bytes) -> Any:
    """What `text` holds; ValueError when it is no JSON, or is nested more than `DEEPEST` times."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise ValueError("nested too deeply")
        level = [inner for each in level for inner in _inside(each)]
    return value


def _inside(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
