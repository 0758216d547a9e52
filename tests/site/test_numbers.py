"""Numbers that a text tells in passing are those that the kit computes.

Tables are computed where they stand. In a sentence the number is typed, and compared here.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import accumulate
from math import ceil, comb, floor
from pathlib import Path

import pytest

from hooklab.sender import SCHEDULE, TIMEOUT
from hooklab.sender.carrier import DISABLED_AFTER, JITTER
from hooklab.site.notebooks import RULE
from hooklab.texts import LANGUAGES

ROOT = Path(__file__).parents[2]
HOUR = timedelta(hours=1)
ATTEMPTS = [timedelta(), *accumulate(SCHEDULE)]
# From two on.
WORDS = {
    "en": ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    "fr": ("deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
}
NUMBER = {each: rf"(\d+|{'|'.join(words)})" for each, words in WORDS.items()}
# Texts tell of a few attempts of other senders too, of so many only of Svix's.
MANY = {each: rf"(\d+|{'|'.join(words[4:])})" for each, words in WORDS.items()}

FACTS = {
    "attempts": (
        len(ATTEMPTS),
        {"en": rf"\b{MANY['en']} attempts", "fr": rf"\b{MANY['fr']} tentatives"},
    ),
    "hours of attempts": (
        floor(ATTEMPTS[-1] / HOUR),
        {
            "en": r"(?:little more than|last over|alone lasts? for|alone last|may be) (\d\d)\b",
            "fr": r"(?:un peu plus de|seules (?:plus de)?|peut avoir|tentatives en dure) ?(\d\d)\b",
        },
    ),
    "seconds that Svix waits": (
        TIMEOUT.seconds,
        {
            "en": r"(?:\bSvix (?:waits|counts)|listening after|failure after|answer within)"
            r"(?: for)? (\d+) s",
            "fr": r"(?:\bSvix attend|d\u2019écouter au bout de|échec après|réponse en"
            r"|répondre en moins de) (\d+) s",
        },
    ),
    "days until an endpoint is disabled": (
        DISABLED_AFTER.days,
        {
            "en": rf"\b{NUMBER['en']} days(?=[^.|]{{0,40}}\b(?:disables|switche[ds]|switch))"
            rf"|(?:disabled|switched off),? after {NUMBER['en']} days",
            "fr": rf"\b{NUMBER['fr']} jours(?=[^.]{{0,40}}désactiv)"
            rf"|désactivé,? (?:au bout de|après) {NUMBER['fr']} jours",
        },
    ),
}


def texts(language: str) -> Iterator[tuple[str, str]]:
    """Each text of the course in `language`, with its file's name, on one line."""
    for page in sorted((ROOT / "course" / language).rglob("*.md")):
        yield page.name, " ".join(page.read_text(encoding="utf-8").split())
    for data in sorted((ROOT / "course/data").glob("*/*.toml")):
        said = re.findall(
            rf'\b{language} = "(.*)"$', data.read_text(encoding="utf-8"), re.MULTILINE
        )
        yield data.name, " | ".join(said)
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        yield notebook.name, notebook_text(notebook.stem, language)


def notebook_text(name: str, language: str) -> str:
    cells = json.loads((ROOT / f"notebooks/{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    place = LANGUAGES.index(language)
    return " ".join(" ".join(source.split(RULE)[place].split()) for source in sources)


def value(word: str, language: str) -> int:
    """The number that `word` names, or that it is."""
    return int(word) if word.isdigit() else WORDS[language].index(word.lower()) + 2


def typed(language: str, pattern: str) -> list[tuple[str, str, int]]:
    """Where `pattern` is found in a text of `language`: the file, the words, and the number."""
    return [
        (name, found[0], value(next(filter(None, found.groups())), language))
        for name, text in texts(language)
        for found in re.finditer(pattern, text, re.IGNORECASE)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_about_svix_has_its_number_wherever_it_is_told(fact, language):
    number, patterns = FACTS[fact]
    found = typed(language, patterns[language])
    assert len(found) >= 4
    assert [each for each in found if each[-1] != number] == []


def page(name: str, language: str) -> str:
    """The text of a page on one line, with plain spaces; `split()` takes others for spaces too."""
    return " ".join((ROOT / f"course/{language}/{name}").read_text(encoding="utf-8").split())


def short(wait: timedelta) -> str:
    """A wait of the schedule, all of which are whole hours, minutes or seconds."""
    for unit, of in {"h": HOUR, "min": HOUR / 60, "s": HOUR / 3600}.items():
        if wait % of == timedelta():
            return f"{wait // of} {unit}"
    raise ValueError(wait)


@pytest.mark.parametrize(("language", "last"), [("en", " and "), ("fr", " et ")])
def test_the_lesson_tells_every_wait_of_the_schedule(language, last):
    *others, final = map(short, SCHEDULE)
    said = f"{', '.join(others)}{last}{final}"
    assert said in page("lessons/answer_and_repeat.md", language)


@pytest.mark.parametrize(("language", "clock"), [("en", "{:02}:{:02}"), ("fr", "{} h {:02}")])
def test_the_quiz_on_an_absence_names_the_attempts_around_it(language, clock):
    # The fourth and the fifth attempt of a message of nine o'clock.
    for since in ATTEMPTS[3:5]:
        said = clock.format(*divmod((9 * HOUR + since) // (HOUR / 60), 60))
        assert re.search(rf"(?:about|vers) {said}", page("module-3-delivery.md", language))


def test_a_rate_of_attempts_is_that_of_a_message_that_arrives_at_the_last():
    rate = f"{100 * len(SCHEDULE) / len(ATTEMPTS):.1f}"
    assert rate in page("lessons/monitoring.md", "en")
    assert rate.replace(".", ",") in page("lessons/monitoring.md", "fr")


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ("within the first {half} minutes", "Up to {least} hours", "Beyond {most} nothing")),
        (
            "fr",
            ("les {half} premières minutes", "Jusqu\u2019à {least} heures", "delà de {most}, rien"),
        ),
    ],
)
def test_the_notebook_on_retries_tells_what_chance_can_do_to_the_schedule(language, sentences):
    text = notebook_text("retries", language)
    half = ATTEMPTS[len(ATTEMPTS) // 2 - 1] * (1 + JITTER)
    numbers = {
        "half": 5 * ceil(half / (HOUR / 12)),
        "least": floor(ATTEMPTS[-1] * (1 - JITTER) / HOUR),
        "most": ceil(ATTEMPTS[-1] * (1 + JITTER) / HOUR),
    }
    assert [each for each in sentences if each.format(**numbers) not in text] == []


@pytest.mark.parametrize(
    ("language", "said"), [("en", "{} of {} orders"), ("fr", "{} ordres sur {}")]
)
def test_the_notebook_on_races_counts_the_orders_of_its_steps(language, said):
    steps = 3
    orders = comb(2 * steps, steps)
    # All but the two in which one process has finished before the other begins, as its cells find.
    assert said.format(orders - 2, orders) in notebook_text("race", language)
