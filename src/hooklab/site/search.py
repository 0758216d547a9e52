"""The search of the site: an index for each language, which works from disk too.

The i18n plugin makes one index of all languages, so that a search answers in each of them.
"""

import json
import re
from pathlib import Path

from hooklab.texts import LANGUAGES, _

FOLDER = Path("search")
_DIALOG = 'data-md-component="search" role="dialog"'
_BASE = re.compile(r'(?<="base": ")[^"]*(?=")')


def folder(language: str) -> str:
    """Where the pages of `language` are served, relative to the site: "" for the first one."""
    return "" if language == LANGUAGES[0] else f"{language}/"


def split(site: Path) -> None:
    """Leave in each language's folder of `site` an index of its own pages."""
    whole = json.loads((site / FOLDER / "search_index.json").read_text(encoding="utf-8"))
    others = tuple(each for each in map(folder, LANGUAGES) if each)
    for language in LANGUAGES:
        here = folder(language)
        pages = [
            {**each, "location": each["location"].removeprefix(here)}
            for each in whole["docs"]
            if (each["location"].startswith(here) if here else not _is_in(each, others))
        ]
        index = json.dumps(
            {**whole, "config": {**whole["config"], "lang": [language]}, "docs": pages}
        )
        target = site / here / FOLDER
        target.mkdir(parents=True, exist_ok=True)
        (target / "search_index.json").write_text(index, encoding="utf-8")
        # A page from disk may run a script, and may read no file.
        (target / "search_index.js").write_text(f"var __index = {index}", encoding="utf-8")


def of_its_language(html: str, language: str) -> str:
    """`html` of a page, whose search has a name and looks into the folder of its language.

    Nothing else on a page uses what the theme calls its base.
    """
    here = folder(language)
    # With a slash at its end: otherwise an address beside the folder is meant, and not one in it.
    base = here and f"/{here}"
    named = html.replace(_DIALOG, f'{_DIALOG} aria-label="{_("Search")}"', 1)
    return _BASE.sub(lambda found: f"{found[0]}{base}", named, count=1)


def _is_in(entry: dict[str, str], folders: tuple[str, ...]) -> bool:
    return entry["location"].startswith(folders)
