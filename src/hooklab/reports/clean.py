"""Making text that a submission could have written harmless to show."""

import re

# C0 and C1 controls (terminal escapes start with one), the marks that turn text around, and what
# neither UTF-8 nor XML can carry: halves of surrogate pairs and two that are no characters.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def clean(text: str) -> str:
    """`text` without control characters; newlines and tabs stay."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
