"""The words of the field: a table for the glossary's page, and tooltips for all others.

They stand in `course/data/glossary.toml`, in both languages.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hooklab.pages.cells import cell, table
from hooklab.texts import LANGUAGES, _, language, pick
from hooklab.toml import Table, read_table

FILE = Path("course/data/glossary.toml")
_HEADING_OR_TOOLTIP = re.compile(
    r"(?P<heading><h[1-6]\b.*?</h[1-6]>)|<abbr title=\"(?P<means>[^\"]*)\">(?P<word>.*?)</abbr>",
    re.DOTALL,
)


@dataclass(frozen=True)
class Term:
    """One thing that has a name.

    Attributes:
        words: for each language its name, then other forms of it that pages use.
        means: what it is, in one sentence without Markdown.
        page: the page that introduces it, below `course/<language>/`.
        everyday: whether its words mean other things as well, so that they get no tooltip.
    """

    words: Mapping[str, tuple[str, ...]]
    means: Mapping[str, str]
    page: str
    everyday: bool


def terms(root: Path) -> list[Term]:
    """Every term of the course in the folder `root`, by name in the language in use.

    A course without a glossary has none; HooklabError tells what is wrong in it.
    """
    if not (root / FILE).is_file():
        return []
    found = read_table(root / FILE)
    found.only("term")
    return sorted(map(_term, found.tables("term")), key=lambda term: _sorted_by(_name(term)))


def glossary_table(root: Path) -> str:
    """All terms, what they mean and where they are introduced, for a page at the top."""
    header = (_("Term"), _("What it means"))
    return table(header, [_row(term) for term in terms(root)], left={0, 1})


def tooltips(root: Path) -> str:
    """What Markdown's extension `abbr` makes tooltips from, for the end of a page."""
    return "\n".join(
        f"*[{form}]: {pick(term.means)}"
        for term in terms(root)
        if not term.everyday
        for word in term.words[language()]
        for form in (word, word[0].upper() + word[1:])
    )


def once(html: str) -> str:
    """`html` of a page with one tooltip for each term, at its first use outside headings."""
    seen: set[str] = set()

    def kept(match: re.Match[str]) -> str:
        if match["heading"]:
            return re.sub(r"</?abbr\b.*?>", "", match["heading"])
        if match["means"] in seen:
            return match["word"]
        seen.add(match["means"])
        return match[0]

    return _HEADING_OR_TOOLTIP.sub(kept, html)


def _term(values: Table) -> Term:
    values.only("words", "means", "page", "everyday")
    words = Table(values.get("words", dict), f"{values.where}, words")
    words.only(*LANGUAGES)
    return Term(
        {each: tuple(words.get(each, list)) for each in LANGUAGES},
        values.text("means"),
        values.get("page", str),
        values.get("everyday", bool, False),
    )


def _name(term: Term) -> str:
    return term.words[language()][0]


def _row(term: Term) -> tuple[str, str]:
    name = f"**[{cell(_name(term))}]({term.page})**"
    english = term.words["en"][0]
    # The field speaks English: this is the word to search for.
    if language() != "en" and english != _name(term):
        name += f" (*{english}*)"
    return name, cell(pick(term.means))


def _sorted_by(name: str) -> str:
    """`name` without accents and capitals, as a dictionary would file it."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
