"""The scorecard as JSON, in the shape of `scorecard.schema.json`."""

import json

from hooklab.scorecard import Scorecard


def write(card: Scorecard) -> str:
    """`card` as one JSON object; it ends with a newline."""
    # Escaped: half a surrogate pair in an app's output has no other spelling.
    return json.dumps(card.plain(), indent=2) + "\n"
