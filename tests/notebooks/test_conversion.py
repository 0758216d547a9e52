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


FIGURE = "from IPython.display import SVG, display\ndisplay(SVG({svg!r}))"
DRAWING = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>"
    "<metadata>made today</metadata>\n\n"
    '<path id="door" style="stroke: #000000"/></svg>'
)


@pytest.fixture
def described(write):
    """Write a notebook with one figure and its alternative text."""

    def _described(**alternatives: str):
        path = write(FIGURE.format(svg=DRAWING))
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[1].id = "open"
        notebook.cells[1].metadata = {"alt": alternatives} if alternatives else {}
        nbformat.write(notebook, path)
        return path

    return _described


def test_a_figure_is_shown_inline_and_described(described):
    path = described(en='A door, "open"', fr="Une porte")
    shown = markdown(path).split("\n\n")[-1]
    assert shown.startswith(
        '<figure class="plot" role="img" aria-label="A door, &quot;open&quot;"><svg'
    )
    assert 'id="open-door"' in shown
    assert "currentColor" in shown
    assert "#000000" not in shown
    assert "made today" not in shown
    texts.use("fr")
    assert 'aria-label="Une porte"' in markdown(path)


@pytest.mark.parametrize("alternatives", [{}, {"en": "A door"}])
def test_a_figure_without_its_description_is_refused(described, alternatives):
    with pytest.raises(HooklabError, match=r"doors\.ipynb: the figure of the cell “open”"):
        markdown(described(**alternatives))
