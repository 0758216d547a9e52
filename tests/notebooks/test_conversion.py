"""From a notebook to a page: run, in one language, with what came out."""

import nbformat
import pytest

from hooklab import texts
from hooklab.errors import HooklabError
from hooklab.site.notebooks import found, markdown

ENGLISH = "# Doors\n\n[Lesson](../course/en/door.md)"
FRENCH = "# Portes\n\n[Leçon](../course/fr/door.md)"
TEXT = f"{ENGLISH}\n\n---\n\n{FRENCH}"


@pytest.fixture(autouse=True)
def english():
    texts.use("en")
    yield
    texts.use("en")


@pytest.fixture
def write(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()

    def _write(*sources: str, text: str = TEXT):
        cells = [nbformat.v4.new_markdown_cell(text)]
        cells += [nbformat.v4.new_code_cell(source) for source in sources]
        path = folder / "doors.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return path

    return _write


def test_notebooks_are_found_in_their_folder(write, tmp_path):
    path = write()
    assert found(tmp_path) == [path]


def test_a_page_shows_one_language_and_what_came_out(write):
    path = write("print('knock')\n40 + 2", "door = 'open'")
    assert markdown(path).split("\n\n") == [
        "# Doors",
        "[Lesson](../door.md)",
        "````python\nprint('knock')\n40 + 2\n````",
        "````{ .text .output .no-copy }\nknock\n42\n````",
        "````python\ndoor = 'open'\n````",
    ]
    texts.use("fr")
    assert markdown(path).startswith("# Portes\n\n[Leçon](../door.md)\n\n````python")


def test_the_file_stays_as_it_was(write):
    path = write("40 + 2")
    before = path.read_bytes()
    markdown(path)
    assert path.read_bytes() == before


def test_a_cell_that_fails_is_refused_by_name(write):
    with pytest.raises(HooklabError, match=r"doors\.ipynb: a cell fails with KeyError: 'bell'"):
        markdown(write("{}['bell']"))


def test_a_text_in_one_language_is_refused(write):
    with pytest.raises(HooklabError, match="is not in every language"):
        markdown(write(text="# Doors"))
