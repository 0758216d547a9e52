"""The scorecard as JSON, in the shape of `scorecard.schema.json`."""

import json
from pathlib import Path
from typing import Any

from hooklab.scorecard import Scorecard

SCHEMA_FILE = Path(__file__).with_name("scorecard.schema.json")


def write(card: Scorecard) -> str:
    """`card` as one JSON object; it ends with a newline."""
    return as_text(card.plain())


def as_text(data: object) -> str:
    """`data` as JSON that a CI takes no orders from; it ends with a newline."""
    # Escaped to ASCII: half a surrogate pair in an app's output has no other spelling.
    text = json.dumps(data, indent=2)
    # The same text in another spelling: `##[error]` is an order to a CI anywhere in its log.
    return text.replace("##", r"\u0023\u0023") + "\n"


def schema() -> Any:
    """The JSON Schema (2020-12) of what `write` writes."""
    return json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
