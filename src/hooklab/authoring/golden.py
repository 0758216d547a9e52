"""What a learner reads when a mistake loses points: kept beside its patch, in every language.

`<name>.en.txt` and `<name>.fr.txt` are written by `hooklab mistake messages SLUG NAME`, for the
mistakes that people make most. What differs from run to run is folded.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import unified_diff
from pathlib import Path

from hooklab import texts
from hooklab.authoring.judges import Results
from hooklab.authoring.known import Known
from hooklab.grading import places

_ID = re.compile(r"\b[a-z]{3,8}_[0-9A-Za-z]{20,}\b")
_OBJECT = re.compile(r"(?P<before>→ \d{3} )(?P<object>[\[{].*[\]}])(?=$| \()", re.MULTILINE)
_LOG_LINES = re.compile(r"(?:^ *(?:\{\".*\}|\[… .* …\])\n)+", re.MULTILINE)

# Of an answer that loses more, the others say the same again.
_MOST_MESSAGES = 3

# Each kind with what stands for it; a number tells two of a kind apart.
_FOLDED = (
    (re.compile(r"\b([a-z]{3,8})_[0-9A-Za-z]{20,}\b"), r"\1_{}"),
    (re.compile(r"…[0-9A-Za-z]{6}\b"), "…{}"),
    (re.compile(r"\b(?:127\.0\.0\.1|localhost):\d+"), "localhost:{}"),
    (re.compile(r"\bapp-[0-9a-f]{6}\.example\.com"), "app-{}.example.com"),
    (re.compile(r"\b(?=\d*[a-f])[0-9a-f]{16,}\b"), "hex-{}"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"), "time-{}"),
    (re.compile(r"\b1[67]\d{8}(?:\d{3})?\b"), "time-{}"),
    (re.compile(r"\b\d\d:\d\d:\d\d(?:\.\d+)?\b"), "hh:mm:{:0>2}"),
    (re.compile(r"\b\d+[.,]\d+(?= ?m?s\b)"), "{}"),
    # Of a signature only the beginning is shown; the rest may hold any sign of base64.
    (re.compile(r"\bv1,[0-9A-Za-z+/=]+…"), "v1,{}…"),
    # Lines of a solution move whenever something above them changes.
    (re.compile(r"(?<=\.py:)\d+"), "{}"),
    # Where in its line an exception came about: every Python marks that in its own way.
    (re.compile(r"^ *[~^]+\n", re.MULTILINE), ""),
)


def kept(mistake: Known) -> dict[str, Path]:
    """The texts that are kept for a mistake, by language; none when they are not."""
    paths = wanted(mistake)
    return paths if any(path.is_file() for path in paths.values()) else {}


def wanted(mistake: Known) -> dict[str, Path]:
    """Where the texts of a mistake are kept, by language."""
    return {language: mistake.path.with_suffix(f".{language}.txt") for language in texts.LANGUAGES}


def compose(found: Results, loses: tuple[str, ...], folder: Path) -> str:
    """What a learner reads of the first checks that are lost, with what differs by run folded.

    Args:
        folder: where the answer lay that was graded.
    """
    parts = [
        f"{check.title}\n{check.message}\n{texts._('Where to look:')}\n  {check.hint}\n"
        for check in found.values()
        if check.id in loses
    ][:_MOST_MESSAGES]
    # Messages show it from where whoever grades stands.
    return fold("\n".join(parts).replace(str(folder), ".").replace(places.shown(folder), "."))


def fold(text: str) -> str:
    """`text` with ids, times, ports and the like numbered in the order of their appearance.

    Log lines that follow each other are sorted, with the notes of how many were left out, since
    several threads may have written them, and so are the keys of JSON objects, since some apps
    take them out of a set.
    """
    text = _OBJECT.sub(_sorted_keys, text)
    text = _LOG_LINES.sub(_sorted_lines, text)
    for pattern, shown in _FOLDED:
        seen: dict[str, int] = {}

        def name(match: re.Match[str], seen: dict[str, int] = seen, shown: str = shown) -> str:
            number = seen.setdefault(match[0], len(seen) + 1)
            return match.expand(shown.format(number))

        text = pattern.sub(name, text)
    return text


def _sorted_keys(match: re.Match[str]) -> str:
    try:
        found = json.loads(match["object"])
    except ValueError:
        # A long one was cut.
        return match[0]
    text = json.dumps(found, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{match['before']}{text}"


def _sorted_lines(match: re.Match[str]) -> str:
    # Ids are no part of the order, since they are others in each run; equal lines stay as they are.
    return "".join(sorted(match[0].splitlines(keepends=True), key=lambda line: _ID.sub("", line)))


def difference(path: Path, text: str) -> str:
    """How the text kept at `path` differs from `text`, line by line; "" when it does not."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    lines = unified_diff(before.splitlines(), text.splitlines(), "kept", "now", n=1, lineterm="")
    return "\n".join(lines)


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Speak `language` in the meantime."""
    before = texts.language()
    texts.use(language)
    try:
        yield
    finally:
        texts.use(before)
