"""Pages made from the notebooks: run from a fresh kernel, with what came out, one page a language.

The code of a notebook exists once. Each of its texts holds the languages of `texts.LANGUAGES`, in
that order, with a line `---` between them; a page shows its own language only.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from hooklab.errors import HooklabError
from hooklab.site.plots import SVG, figure
from hooklab.texts import LANGUAGES, _, language

FOLDER = "notebooks"
RULE = "\n\n---\n\n"
_SECONDS_PER_CELL = 60


def found(root: Path) -> list[Path]:
    """Every notebook of the course in `root`, by name."""
    return sorted((root / FOLDER).glob("*.ipynb"))


def markdown(path: Path) -> str:
    """The notebook `path` as a page for `course/<language>/notebooks/`, in the language in use.

    Raises:
        HooklabError: a cell fails, or a text is not in every language.
    """
    cells = _executed(path, path.read_text(encoding="utf-8")).cells
    return "\n\n".join(_shown(cell, path.name) for cell in cells)


def texts_of(cell: Any, name: str) -> dict[str, str]:
    """The text of a Markdown cell in every language; `name` is the notebook's, for the refusal."""
    parts = cell.source.split(RULE)
    if len(parts) != len(LANGUAGES):
        raise HooklabError(
            _("{name}: the text “{cell}” is not in every language").format(name=name, cell=cell.id),
            _("write it in English, then a line “---” between empty lines, then in French"),
        )
    return dict(zip(LANGUAGES, parts, strict=True))


# One run serves the pages of all languages; a changed notebook is run again by `mkdocs serve`.
@lru_cache(maxsize=16)
def _executed(path: Path, source: str) -> Any:
    # nbformat ships types, and leaves this function out.
    notebook = nbformat.reads(source, as_version=4)  # type: ignore[no-untyped-call]
    try:
        return _run(notebook, path.parent)
    except CellExecutionError as error:
        raise HooklabError(
            _("{name}: a cell fails with {error}").format(
                name=path.name, error=f"{error.ename}: {error.evalue}"
            ),
            _("open the notebook, restart its kernel and run all cells"),
        ) from error


def _run(notebook: Any, folder: Path, tries: int = 3) -> Any:
    place = {"metadata": {"path": str(folder)}}
    try:
        return NotebookClient(notebook, timeout=_SECONDS_PER_CELL, resources=place).execute()
    except CellExecutionError:
        raise
    except RuntimeError:
        # Another program has taken a port of the kernel's before it could.
        if tries == 1:
            raise
        return _run(notebook, folder, tries - 1)


def _shown(cell: Any, name: str) -> str:
    if cell.cell_type == "markdown":
        # Where the page stands, the other pages of its language are one folder up.
        return texts_of(cell, name)[language()].replace(f"](../course/{language()}/", "](../")
    code = f"````python\n{cell.source}\n````"
    output = "".join(map(_text, cell.outputs)).rstrip("\n")
    text = f"````{{ .text .output .no-copy }}\n{output}\n````" if output else ""
    figures = [figure(each.data[SVG], cell, name) for each in cell.outputs if _is_figure(each)]
    return "\n\n".join(filter(None, (code, text, *figures)))


def _is_figure(output: Any) -> bool:
    return output.output_type != "stream" and SVG in output.data


def _text(output: Any) -> str:
    if _is_figure(output):
        return ""
    text: str = output.text if output.output_type == "stream" else output.data["text/plain"]
    return text
