"""The notebooks as they are committed: clean, short, complete in both languages, and true."""

import re
from os.path import relpath
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from hooklab.site.notebooks import found, texts_of
from hooklab.texts import LANGUAGES

ROOT = Path(__file__).parents[2]
NOTEBOOKS = found(ROOT)
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LONGEST_CELL = 15
BANNED = re.compile(r"\b(simply|just|easy|easily|obviously|simplement|évidemment)\b", re.IGNORECASE)
LINK = re.compile(r"\]\(([^)]+)\)")


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request) -> Path:
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture
def code(notebook) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture
def pairs(notebook, path) -> list[tuple[str, str]]:
    """Every text in English and in French."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    return [tuple(texts_of(cell, path.name)[each] for each in LANGUAGES) for cell in cells]


def prose(text: str) -> str:
    return re.sub(r"`[^`]*`", "", LINK.sub("", text))


def test_there_is_a_notebook():
    assert NOTEBOOKS


def test_nothing_of_a_run_is_committed(notebook):
    nbformat.validate(notebook)
    assert notebook.metadata == METADATA
    for cell in notebook.cells:
        assert set(cell.metadata) <= ({"alt"} if cell.cell_type == "code" else set())
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


def test_cells_are_short_and_stand_between_texts(notebook, code):
    assert 12 <= len(notebook.cells) <= 60
    assert max(len(source.splitlines()) for source in code) <= LONGEST_CELL
    kinds = "".join(cell.cell_type[0] for cell in notebook.cells)
    assert "ccc" not in kinds


def test_code_is_plain_python(code):
    for source in code:
        assert not re.findall(r"^\s*[%!]", source, re.MULTILINE)
        compile(source, "cell", "exec")


def test_it_begins_with_title_minutes_lesson_and_seed(path, pairs):
    for text, language in zip(pairs[0], LANGUAGES, strict=True):
        assert text.startswith("# ")
        assert re.search(r"\*\*\d+ minutes\.\*\*", text)
        assert "`SEED = " in text
        lesson = (path.parent / LINK.search(text)[1]).resolve()
        assert lesson.is_relative_to(ROOT / "course" / language)
        assert lesson.is_file()


def test_it_ends_with_one_assert(code):
    assert sum(source.count("assert ") for source in code) == 1
    assert code[-1].splitlines()[-1].startswith("assert ")


def test_both_languages_say_the_same(pairs):
    for english, french in pairs:
        for shape in (r"^#+(?= )", r"^- ", r"\*\*", r"\n\n", r"\]\("):
            count = [len(re.findall(shape, text, re.MULTILINE)) for text in (english, french)]
            assert count[0] == count[1], (shape, english)


def test_both_languages_quote_the_same_code(pairs):
    for english, french in pairs:
        quoted = [{*re.findall(r"`([^`]+)`", text)} for text in (english, french)]
        assert quoted[0] == quoted[1]


def test_no_text_calls_its_matter_easy(pairs):
    assert [text for pair in pairs for text in pair if BANNED.search(prose(text))] == []


def test_french_signs_keep_their_space(pairs):
    text = "\n".join(french for _, french in pairs)
    assert [line for line in text.splitlines() if re.search(r" [:;!?»]|« |'", prose(line))] == []
    assert not re.search(r"` [:;!?»]", text)


def test_every_figure_is_described_in_both_languages(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert ("plt.show()" in cell.source) == ("alt" in cell.metadata), cell.id
        if "alt" in cell.metadata:
            assert set(cell.metadata.alt) == set(LANGUAGES)
            assert all(len(text.split()) >= 8 for text in cell.metadata.alt.values())


def test_code_uses_public_parts_of_the_kit_only(code):
    asked = re.findall(r"^from (hooklab\S*) import ", "\n".join(code), re.MULTILINE)
    assert set(asked) <= {"hooklab.sender", "hooklab.services", "hooklab.webhooks"}


def test_its_lesson_links_back(path, pairs):
    for text, language in zip(pairs[0], LANGUAGES, strict=True):
        lesson = (path.parent / LINK.search(text)[1]).resolve()
        back = relpath(ROOT / "course" / language / "notebooks" / f"{path.stem}.md", lesson.parent)
        assert f"]({back})" in lesson.read_text(encoding="utf-8")


def test_its_claim_holds_in_a_fresh_kernel(notebook, path):
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": path.parent}}).execute()
