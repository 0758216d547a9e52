"""The quiz of the last module: its bank, what is drawn from it, its page and its package."""

import ast
import io
import re
import shutil
import zipfile
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from markdown.extensions.toc import slugify

from hooklab import catalogue, texts
from hooklab.errors import HooklabError
from hooklab.pages import headings, wrong_code
from hooklab.pages.markers import fill
from hooklab.quiz import bank, qti
from hooklab.quiz.draw import draw, shares
from hooklab.quiz.listing import listing

ROOT = Path(__file__).parents[1]
COURSE = catalogue.load(ROOT)
BANK = bank.load(COURSE)
BUGS = [each for each in BANK.questions if each.listing]
LONGEST_LISTING = 30
SEEDS = range(12)
MOST_OF_ONE_KIND = 0.45
NAME = re.compile(r"[A-Za-z_][\w.-]*")

each_language = pytest.mark.parametrize("language", texts.LANGUAGES)


@pytest.fixture(autouse=True)
def english():
    texts.use("en")
    yield
    texts.use("en")


def test_the_bank_has_twice_what_is_asked_and_eight_bugs_to_find():
    assert BANK.length == 40
    assert len(BANK.questions) >= 80
    assert len(BUGS) >= 8
    assert all(len(BANK.block(block)) >= 2 * count for block, count in BANK.asked.items())


@pytest.mark.parametrize("question", BANK.questions, ids=lambda each: each.id)
def test_a_question_has_answers_that_differ_and_a_section_of_a_module(question):
    for language in texts.LANGUAGES:
        said = [choice.text[language] for choice in question.choices]
        assert len(set(said)) == len(said) >= 3
    page = headings.section(ROOT, question.section).page
    assert any(
        page in (*module.pages, *(name for each in module.exercises for name in each.pages))
        for module in COURSE.modules
    )


@each_language
@pytest.mark.parametrize("extreme", [max, min])
def test_the_length_of_an_answer_does_not_give_it_away(language, extreme):
    found = 0
    for question in BANK.questions:
        right, *wrong = (len(choice.text[language]) for choice in question.choices)
        found += extreme(right, *wrong) == right
    assert found <= MOST_OF_ONE_KIND * len(BANK.questions)


@pytest.mark.parametrize("count", [3, 10, 40, len(BANK.questions)])
def test_right_answers_are_spread_over_the_places(count):
    for seed in SEEDS:
        places = Counter(each.right for each in draw(BANK, count, seed))
        assert max(places.values()) - min(places[n] for n in (1, 2, 3)) <= 1


def test_a_seed_draws_the_same_quiz_and_another_one_another():
    assert draw(BANK, 10, 1) == draw(BANK, 10, 1)
    assert draw(BANK, 10, 1) != draw(BANK, 10, 2)


@pytest.mark.parametrize("count", [1, 7, 40, len(BANK.questions)])
def test_no_question_is_drawn_twice_and_blocks_keep_their_shares(count):
    drawn = draw(BANK, count, 5)
    assert len({each.question.id for each in drawn}) == count
    assert Counter(each.question.block for each in drawn) == Counter(shares(BANK, count))


def test_a_whole_quiz_asks_what_the_index_says():
    assert shares(BANK, BANK.length) == BANK.asked


@pytest.mark.parametrize("count", [0, -1, len(BANK.questions) + 1])
def test_a_quiz_of_no_possible_length_is_refused(count):
    with pytest.raises(HooklabError, match="cannot be drawn"):
        draw(BANK, count, 1)


@pytest.mark.parametrize(("asked", "needed"), [(40, 32), (10, 8), (6, 5), (1, 1)])
def test_the_pass_mark_is_rounded_up(asked, needed):
    assert replace(BANK, pass_percent=80).needed(asked) == needed


@each_language
def test_the_page_has_a_whole_quiz_with_one_right_answer_each(language):
    texts.use(language)
    page = fill(COURSE, "<!-- quiz -->")
    quizzes = re.findall(r"^<quiz>$(.*?)^</quiz>$", page, re.DOTALL | re.MULTILINE)
    assert len(quizzes) == BANK.length
    assert all(quiz.count("\n- [x] ") == 1 for quiz in quizzes)
    assert all(quiz.count("\n> ") == quiz.count("\n- [ ] ") >= 2 for quiz in quizzes)


@pytest.mark.parametrize("question", BUGS, ids=lambda each: each.id)
def test_a_listing_is_whole_code_that_tells_nothing(question):
    functions = ast.parse(question.listing).body
    assert all(isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) for each in functions)
    assert not any(ast.get_docstring(each) for each in functions)
    assert "# " not in question.listing
    assert question.listing.count("\n") < LONGEST_LISTING


def test_a_listing_has_the_fault_and_not_the_right_lines():
    toy = catalogue.load(ROOT / "tests" / "toy")
    name = "ledger/greets_every_time"
    lines = {line.strip() for line in listing(toy, name).splitlines()}
    for line in wrong_code.diff(toy, name).splitlines():
        if line.startswith("+    ") and "#" not in line:
            assert line[1:].strip() in lines
        if line.startswith("-    ") and "#" not in line:
            assert line[1:].strip() not in lines


def test_a_mistake_that_does_not_fit_is_refused(tmp_path):
    shutil.copytree(ROOT / "tests" / "toy", tmp_path / "toy")
    for file in (tmp_path / "toy" / "solutions" / "ledger").glob("*.py"):
        file.write_text("nothing = 1\n", encoding="utf-8")
    with pytest.raises(HooklabError, match="does not fit its solution"):
        listing(catalogue.load(tmp_path / "toy"), "ledger/looks_before_it_inserts")


def test_an_anchor_is_the_one_that_the_site_makes():
    for language in texts.LANGUAGES:
        for page in (ROOT / "course" / language).rglob("*.md"):
            for title in re.findall(
                r"^## (.+?)(?: \{.*\})?$", page.read_text("utf-8"), re.MULTILINE
            ):
                assert headings.anchor_of(title) == slugify(re.sub(r"[`*]", "", title), "-")


@cache
def unpacked(language):
    """The files of the package as XML, by name."""
    texts.use(language)
    with zipfile.ZipFile(io.BytesIO(qti.package(BANK))) as archive:
        return {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}


@pytest.fixture(params=texts.LANGUAGES)
def package(request):
    return unpacked(request.param)


def tag(name, space=qti.QTI):
    return f"{{{space}}}{name}"


def local(element):
    return element.tag.rpartition("}")[2]


def test_the_manifest_lists_every_file_once(package):
    manifest = package[qti.MANIFEST]
    resources = list(manifest.iter(tag("resource", qti.PACKAGING)))
    assert [local(each) for each in manifest] == ["metadata", "organizations", "resources"]
    assert sorted(each.get("href") for each in resources) == sorted({*package} - {qti.MANIFEST})
    assert [each.get("type") for each in resources] == [
        "imsqti_test_xmlv2p1",
        *["imsqti_item_xmlv2p1"] * len(BANK.questions),
    ]
    wanted = {each.get("identifierref") for each in manifest.iter(tag("dependency", qti.PACKAGING))}
    assert wanted == {each.get("identifier") for each in resources[1:]}


def test_identifiers_are_names_and_differ(package):
    found = [
        each.get("identifier")
        for each in package[qti.MANIFEST].iter()
        if "identifier" in each.attrib
    ]
    assert len(set(found)) == len(found)
    assert all(NAME.fullmatch(each) for each in found)


def test_the_test_draws_from_each_block_and_knows_the_pass_mark(package):
    test = package[qti.TEST]
    order = [local(each) for each in test]
    assert order == ["outcomeDeclaration"] * 2 + ["testPart", "outcomeProcessing"]
    for section, (block, count) in zip(
        test.iter(tag("assessmentSection")), BANK.asked.items(), strict=True
    ):
        assert [local(each) for each in section][:2] == ["selection", "ordering"]
        assert section[0].get("select") == str(count)
        assert len(section.findall(tag("assessmentItemRef"))) == len(BANK.block(block))
    refs = {each.get("href") for each in test.iter(tag("assessmentItemRef"))}
    assert refs == {*package} - {qti.MANIFEST, qti.TEST}
    assert test.find(f".//{tag('gte')}/{tag('baseValue')}").text == str(BANK.needed(BANK.length))


@pytest.mark.parametrize("question", BANK.questions, ids=lambda each: each.id)
def test_an_item_keeps_the_order_of_the_schema_and_scores_the_right_answer(question):
    item = unpacked("en")[f"items/{question.id}.xml"]
    count = len(question.choices)
    assert [local(each) for each in item] == [
        "responseDeclaration",
        *["outcomeDeclaration"] * 3,
        "itemBody",
        "responseProcessing",
        *["modalFeedback"] * count,
    ]
    assert item.attrib.keys() >= {"identifier", "title", "adaptive", "timeDependent"}
    interaction = item.find(f".//{tag('choiceInteraction')}")
    assert [local(each) for each in interaction] == ["prompt", *["simpleChoice"] * count]
    assert not any(local(each) in ("p", "pre", "div") for each in interaction.iter())
    said = {each.get("identifier"): plain(each) for each in interaction if local(each) != "prompt"}
    right = item.find(f".//{tag('correctResponse')}/{tag('value')}").text
    assert said[right] == re.sub(r"[`*]", "", question.choices[0].text["en"])
    feedback = {each.get("identifier") for each in item.iter(tag("modalFeedback"))}
    assert feedback == said.keys()


def plain(element):
    return "".join(element.itertext())


def test_the_same_bank_makes_the_same_package():
    assert qti.package(BANK) == qti.package(BANK)
