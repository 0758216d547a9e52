"""Sections of the course's pages, named once and found in the page of the language in use."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from posixpath import relpath
from unicodedata import normalize

from hooklab.errors import HooklabError
from hooklab.texts import _, language

NAMED_IN = "en"
"""The language whose headings name the sections; a twin has the same headings, in order."""

_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{2,} +(?P<title>.+?)(?: *\{.*\})?$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A section of a page.

    Attributes:
        page: the page, below `course/<language>/`.
        title: its heading in the language in use.
        anchor: what leads to it in an address, behind the `#`.
    """

    page: str
    title: str
    anchor: str

    def link(self, folder: str) -> str:
        """A Markdown link to it, for a page in `folder` below `course/<language>/`."""
        return f"[{self.title}]({relpath(self.page, folder)}#{self.anchor})"


def section(root: Path, name: str) -> Section:
    """The section called `name`, in the language in use.

    Args:
        root: the course's folder.
        name: a page and the anchor that the section has in English, such as
            `lessons/decide.md#three-questions-decide`.

    Raises:
        HooklabError: there is no such page or section.
    """
    page, _sign, anchor = name.partition("#")
    named = [anchor_of(title) for title in _headings(root, NAMED_IN, page)]
    if anchor not in named:
        raise HooklabError(
            _("{page} has no section “{name}”").format(page=page, name=anchor),
            _("choose one of: {ids}").format(ids=", ".join(named)),
        )
    here = _headings(root, language(), page)
    if len(here) != len(named):
        raise HooklabError(
            _("{page} has other headings than its twin").format(page=page),
            _("give both the same sections, in the same order"),
        )
    title = here[named.index(anchor)]
    return Section(page, title, anchor_of(title))


def anchor_of(title: str) -> str:
    """The anchor that a heading gets on the site, as Python-Markdown's `toc` makes it."""
    # Not its own function: a learner's terminal names sections too, and has no such library.
    plain = normalize("NFKD", re.sub(r"[`*]", "", title)).encode("ascii", "ignore").decode()
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


def _headings(root: Path, spoken: str, page: str) -> tuple[str, ...]:
    path = root / "course" / spoken / page
    if not path.is_file():
        raise HooklabError(
            _("{path} does not exist").format(path=path), _("create it, or check the folder")
        )
    return _headings_in(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=256)
def _headings_in(text: str) -> tuple[str, ...]:
    return tuple(match["title"] for match in _HEADING.finditer(_FENCE.sub("", text)))
