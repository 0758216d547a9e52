"""Two languages: which one is spoken, and that the French catalogue is complete."""

import ast
import re

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from hooklab import texts

SOURCE = texts.LOCALE_FOLDER.parent
PLACEHOLDER = re.compile(r"\{[^{}]*\}")


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ((), {"LANG": "C"}, "en"),
        ((), {"LANG": "fr_FR.UTF-8"}, "fr"),
        ((), {"LANG": "de_DE.UTF-8"}, "en"),
        ((), {"LC_ALL": "en_GB", "LANG": "fr_FR"}, "en"),
        ((), {"LC_MESSAGES": "fr_CA", "LANG": "en_US"}, "fr"),
        ((), {"LC_ALL": "", "LANG": "fr"}, "fr"),
        ((), {"HOOKLAB_LANG": "fr", "LANG": "en_US"}, "fr"),
        ((), {"HOOKLAB_LANG": "klingon", "LANG": "fr_FR"}, "fr"),
        (("grade", "--lang", "fr"), {"HOOKLAB_LANG": "en", "LANG": "C"}, "fr"),
        (("--lang=fr", "grade"), {"LANG": "C"}, "fr"),
        (("--lang",), {"LANG": "C"}, "en"),
        (("--lang", "klingon"), {"LANG": "fr_FR"}, "fr"),
    ],
)
def test_the_language_is_what_a_person_asked_for(arguments, environment, language):
    assert texts.detect(arguments, environment) == language


def test_a_text_is_picked_and_translated():
    assert texts.pick({"en": "door", "fr": "porte"}) == "door"
    texts.use("fr")
    assert texts.language() == "fr"
    assert texts.pick({"en": "door", "fr": "porte"}) == "porte"
    assert texts._("a text that nobody translated") == "a text that nobody translated"


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="klingon"):
        texts.use("klingon")


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [("en", 0, "0 e-mails"), ("en", 1, "1 e-mail"), ("fr", 0, "0 e-mail"), ("fr", 2, "2 e-mails")],
)
def test_each_language_counts_in_its_own_way(language, count, said):
    texts.use(language)
    assert said in texts.plural("{count} e-mail arrived", "{count} e-mails arrived", count)


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (20_000, "20,000", "20\u202f000"),
        (0.18, "0.18", "0,18"),
        (20.0, "20", "20"),
        (1.5, "1.5", "1,5"),
    ],
)
def test_each_language_writes_numbers_in_its_own_way(value, english, french):
    assert texts.number(value) == english
    texts.use("fr")
    assert texts.number(value) == french


@pytest.fixture(scope="module")
def catalogue():
    with (texts.LOCALE_FOLDER / "fr" / "LC_MESSAGES" / "hooklab.po").open("rb") as file:
        return read_po(file, locale="fr")


@pytest.fixture(scope="module")
def wanted():
    """Every text in the source: the message, or one and many."""
    # Not babel's extractor: it does not look into f-strings.
    return {
        message
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (message := message_of(node))
    } | set(in_templates())


def in_templates():
    """What `_()` and `plural()` say in the pages that are made from templates."""
    templates = list(SOURCE.rglob("pages/*.html"))
    assert templates
    for path in templates:
        tree = Environment().parse(path.read_text(encoding="utf-8"))
        for _line, function, said in extract_from_ast(tree, ("_", "plural")):
            yield said if function == "_" else tuple(said[:2])


def message_of(node):
    """What a call of `_()` or `plural()` says; None for anything else."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return None
    said = [each.value for each in node.args if isinstance(each, ast.Constant)]
    match node.func.id:
        case "_":
            return said[0] if said else None
        case "plural":
            return tuple(said[:2])


def test_every_text_is_translated(catalogue, wanted):
    translated = {message.id for message in catalogue if message.id and is_complete(message)}
    assert wanted - translated == set()


def is_complete(message):
    strings = [message.string] if isinstance(message.string, str) else message.string
    return all(strings)


def test_nothing_is_translated_that_nobody_says(catalogue, wanted):
    assert {message.id for message in catalogue if message.id} - wanted == set()
    assert list(catalogue.obsolete) == []


def test_no_translation_is_a_guess(catalogue):
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def pairs(catalogue):
    for message in catalogue:
        if not message.id:
            continue
        if isinstance(message.id, str):
            yield message.id, message.string
        else:
            yield from ((message.id[-1], string) for string in message.string)


def test_translations_keep_the_placeholders(catalogue):
    differing = [
        (said, translated)
        for said, translated in pairs(catalogue)
        if sorted(PLACEHOLDER.findall(said)) != sorted(PLACEHOLDER.findall(translated))
    ]
    assert differing == []


def test_french_marks_stand_behind_a_space_that_does_not_break(catalogue):
    text = re.compile(r" [:;!?»]|« |\w[!?;](?:\s|$)")
    assert [said for _english, said in pairs(catalogue) if text.search(said)] == []
