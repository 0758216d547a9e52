"""MkDocs' hooks: the menu from the catalogue, computed tables, and pages made from notebooks.

A page asks for a table with a comment on a line of its own: `<!-- course -->` for the map of the
modules, and what `hooklab.pages.markers` knows.
"""

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File

from hooklab import catalogue
from hooklab.errors import HooklabError
from hooklab.pages.markers import fill
from hooklab.site import notebooks
from hooklab.site.navigation import course_map, menu
from hooklab.texts import LANGUAGES, _, use

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

COURSE = re.compile(r"^<!-- course -->$", re.MULTILINE)
ALTERNATE = re.compile(r"^ *<link rel=\"alternate\" .*>\n", re.MULTILINE)


def on_config(config: "MkDocsConfig") -> None:
    """Give each language its menu: `nav`'s first page, those of the catalogue, then the others."""
    for each in config.plugins["i18n"].config.languages:
        # MkDocs comes here once for every language that it builds.
        if each.nav is None:
            use(each.locale)
            home, *others = config.nav or ["index.md"]
            each.nav = [home, *menu(_course(config)), *others, *_notebooks(config)]


def on_files(files: "Files", config: "MkDocsConfig") -> "Files":
    """Add a page for every notebook in every language, and leave out those of drafts.

    `on_page_read_source` writes the pages of notebooks.
    """
    unfinished = {page for draft in _course(config).drafts for page in draft.pages}
    for file in list(files):
        if file.src_uri.partition("/")[2] in unfinished:
            files.remove(file)
    for notebook in notebooks.found(_root(config)):
        for locale in LANGUAGES:
            page = f"{locale}/{_page(notebook)}"
            # As if it stood among the pages: the i18n plugin passes any other file by.
            files.append(File(page, config.docs_dir, config.site_dir, config.use_directory_urls))
    return files


def on_page_read_source(page: "Page", config: "MkDocsConfig") -> str | None:
    """Run the notebook of which `page` is made; None for a page that is a file."""
    locale, _slash, name = page.file.src_uri.partition("/")
    for notebook in notebooks.found(_root(config)):
        if name == _page(notebook):
            use(locale)
            try:
                return notebooks.markdown(notebook)
            except HooklabError as error:
                raise PluginError(str(error)) from error
    return None


# After the i18n plugin, which does not change the lines, and before the quizzes are cut out.
@event_priority(25)
def on_page_markdown(
    markdown: str,
    page: "Page",
    config: "MkDocsConfig",
    files: "Files",  # noqa: ARG001 - MkDocs' names
) -> str:
    """Put the computed tables where the page asks for them."""
    locale, *folders = PurePosixPath(page.file.src_uri).parent.parts
    use(locale)
    course = _course(config)
    here = PurePosixPath(*folders).as_posix()
    try:
        return fill(course, COURSE.sub(lambda _match: course_map(course, here), markdown))
    except HooklabError as error:
        raise PluginError(str(error)) from error


@event_priority(-100)
def on_page_context(
    context: dict[str, Any],
    page: "Page",
    config: "MkDocsConfig",
    nav: object,  # noqa: ARG001
) -> dict[str, Any]:
    """Link the home page's other languages relatively too, so that the site works in a subfolder.

    The i18n plugin does this for every page but the home page, whose links it leaves absolute.
    """
    # The plugin keeps its lists in attributes that MkDocs' own types do not have.
    for alternate in config.extra.alternate:  # type: ignore[attr-defined]
        if other := page.file.alternates.get(alternate["lang"]):  # type: ignore[attr-defined]
            alternate["link"] = other.url
    return context


def on_post_page(output: str, page: "Page", config: "MkDocsConfig") -> str:  # noqa: ARG001
    """Take the languages out of the head; the menu of languages keeps them.

    Search engines want whole addresses there, which a site without a fixed home has not, and the
    theme's script would ask each page for a site map of its own, which is not there.
    """
    return ALTERNATE.sub("", output)


def _course(config: "MkDocsConfig") -> catalogue.Course:
    try:
        return catalogue.load(_root(config))
    except HooklabError as error:
        raise PluginError(str(error)) from error


def _notebooks(config: "MkDocsConfig") -> list[dict[str, list[str]]]:
    pages = [_page(notebook) for notebook in notebooks.found(_root(config))]
    return [{_("Notebooks"): pages}] if pages else []


def _page(notebook: Path) -> str:
    return f"{notebooks.FOLDER}/{notebook.stem}.md"


def _root(config: "MkDocsConfig") -> Path:
    return Path(config.config_file_path).parent
