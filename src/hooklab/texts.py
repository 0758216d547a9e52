"""Every text that a person sees, in English or in French.

The engine's own texts are English in the code, marked with `_()`, and translated by the gettext
catalogue `locale/fr/LC_MESSAGES/hooklab.po`. The content's texts (rubrics, catalogue, messages of
a grader) carry both languages side by side, and `pick()` chooses.
"""

import locale
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from hooklab.program import as_typed

LANGUAGES = ("en", "fr")
LOCALE_FOLDER = Path(__file__).parent / "locale"

_language = "en"
# Pages for several people are made at once, each in a thread or a task of its own.
_spoken: ContextVar[str] = ContextVar("spoken", default="")


def use(language: str) -> None:
    """Speak `language` ("en" or "fr") from now on; anything else raises ValueError."""
    global _language
    _language = _known(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` as long as the block lasts: in this thread or task alone."""
    before = _spoken.set(_known(language))
    try:
        yield
    finally:
        _spoken.reset(before)


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"unknown language {language!r}; choose one of {', '.join(LANGUAGES)}")
    return language


def language() -> str:
    """The language in use: "en" or "fr"."""
    return _spoken.get() or _language


def detect(arguments: Sequence[str] = (), environment: Mapping[str, str] = os.environ) -> str:
    """The language that a person asked for: `--lang`, `HOOKLAB_LANG`, the locale, English.

    It reads the command line before any parser does, because help texts need it too. A value that
    is not a language is left for the parser to refuse.
    """
    asked = _option(arguments) or environment.get("HOOKLAB_LANG", "")
    if asked in LANGUAGES:
        return asked
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "fr" if value.lower().startswith("fr") else "en"
    # Windows and a bare macOS terminal say it elsewhere than in the environment.
    return "fr" if (locale.getlocale()[0] or "").lower().startswith("fr") else "en"


def _option(arguments: Sequence[str]) -> str:
    for position, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
        if argument == "--lang" and position + 1 < len(arguments):
            return arguments[position + 1]
    return ""


def _(message: str) -> str:
    """`message` in the language in use."""
    return as_typed(_translations(language()).gettext(message))


def plural(one: str, many: str, count: int) -> str:
    """`one` or `many`, as the language in use counts; the caller formats `{count}` in."""
    return as_typed(_translations(language()).ngettext(one, many, count)).format(count=count)


def either(names: Sequence[str]) -> str:
    """`names`, at least one, as alternatives in quotation marks."""
    *others, last = [_("“{name}”").format(name=name) for name in names]
    return _("{others} or {last}").format(others=", ".join(others), last=last) if others else last


def pick(both: Mapping[str, str]) -> str:
    """The text of `both` (a mapping from language to text) in the language in use."""
    return both[language()]


def number(value: float, decimals: int | None = None) -> str:
    """`value` as the language in use writes it: 20,000 and 2.5, or 20 000 and 2,5 in French.

    Args:
        decimals: how many; by default as many as it has, up to five.
    """
    if decimals is None:
        decimals = next((n for n in range(5) if round(value, n) == round(value, 6)), 5)
    text = f"{value:,.{decimals}f}"
    if language() == "fr":
        return text.replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
    return text


@lru_cache
def _translations(language: str) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    # Compiled when first needed: no binary catalogue to keep in step with its source.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    source = LOCALE_FOLDER / language / "LC_MESSAGES" / "hooklab.po"
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
