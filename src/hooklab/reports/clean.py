"""Making text that a submission could have written harmless to show, wherever that is.

Each report writes such text through `clean`, and adds what its own form needs.
"""

import re

# C0 and C1 controls (terminal escapes start with one), the marks that turn text around or divide
# lines, what no eye sees (tags), and what neither UTF-8 nor XML can carry: halves of surrogate
# pairs and two that are no characters.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
    "\ufffe\uffff\U000e0000-\U000e007f]"
)

# What the servers of CI read as their orders, in a log and in a file of results:
# GitHub `::error::` after any blanks, and `##[error]` anywhere; Azure `##vso[task…]`, TeamCity
# `##teamcity[…]`; Jenkins and GitLab `[[ATTACHMENT|…]]` in JUnit. A long line is folded, so any
# place may become the beginning of a line.
# https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
_ORDERS = (
    (re.compile(r":(?=:\s*[A-Za-z])"), ": "),
    (re.compile(r"#(?=#\w*\[)"), "# "),
    (re.compile(r"\[(?=\[\s*[A-Z]+\s*\|)", re.IGNORECASE), "[ "),
)

# What a spreadsheet takes for the beginning of a formula, also as Chinese and Japanese write it.
_FORMULAS = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")


def visible(text: str) -> str:
    """`text` without control characters; newlines and tabs stay."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def clean(text: str) -> str:
    """`text` without control characters and without orders to a CI; newlines and tabs stay."""
    text = visible(text)
    for order, harmless in _ORDERS:
        text = order.sub(harmless, text)
    return text


def cell(text: str) -> str:
    """`text` for a table that a spreadsheet opens: on one line, and never a formula.

    See https://owasp.org/www-community/attacks/CSV_Injection.
    """
    line = " ".join(clean(text).split())
    return f"'{line}" if line.startswith(_FORMULAS) else line
