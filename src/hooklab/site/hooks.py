"""MkDocs' hooks: the menu from the catalogue, computed tables, and pages made from notebooks.

A page asks for a table with a comment on a line of its own: `<!-- course -->` for the map of the
modules, and what `hooklab.pages.markers` knows. `hooklab.pages.sequences` tells how it asks for a
diagram.
"""

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File

from hooklab import catalogue, walks
from hooklab.errors import HooklabError
from hooklab.pages import common_mistakes, glossary
from hooklab.pages.markers import fill
from hooklab.pages.sequences import drawn
from hooklab.site import notebooks, search
from hooklab.site.navigation import course_map, menu
from hooklab.texts import LANGUAGES, _, use

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

GLOSSARY = "<!-- glossary -->"
COURSE = re.compile(r"^<!-- course -->$", re.MULTILINE)
ALTERNATE = re.compile(r"^ *<link rel=\"alternate\" .*>\n", re.MULTILINE)


def on_config(config: "MkDocsConfig") -> None:
    """Give each language its menu: `nav`'s first page, those that the course lists, the others."""
    for each in config.plugins["i18n"].config.languages:
        # MkDocs comes here once for every language that it builds.
        if each.nav is None:
            use(each.locale)
            home, *others = config.nav or ["index.md"]
            course = _course(config)
            each.nav = [
                home,
                *menu(course),
                *_reviews(course),
                *_mistakes(course),
                *others,
                *_notebooks(config),
            ]


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
    """Put tables and diagrams where the page asks for them, and the glossary's words at its end."""
    locale, *folders = PurePosixPath(page.file.src_uri).parent.parts
    use(locale)
    course = _course(config)
    here = PurePosixPath(*folders).as_posix()
    try:
        text = fill(course, COURSE.sub(lambda _match: course_map(course, here), markdown))
        # On the glossary's own page, each word has its meaning beside it.
        words = "" if markdown.find(GLOSSARY) >= 0 else glossary.tooltips(course.root)
        return f"{drawn(text)}\n\n{words}\n"
    except HooklabError as error:
        raise PluginError(str(error)) from error


def on_page_content(
    html: str,
    page: "Page",  # noqa: ARG001 - MkDocs' names
    config: "MkDocsConfig",  # noqa: ARG001
    files: "Files",  # noqa: ARG001
) -> str:
    """Keep one tooltip for each word."""
    return glossary.once(html)


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
    """Give the search a name and its language, and take the languages out of the head.

    The menu of languages keeps them.

    Search engines want whole addresses there, which a site without a fixed home has not, and the
    theme's script would ask each page for a site map of its own, which is not there.
    """
    locale = page.file.src_uri.partition("/")[0]
    use(locale)
    return search.of_its_language(ALTERNATE.sub("", output), locale)


# After the i18n plugin, which puts all languages into one index.
@event_priority(-200)
def on_post_build(config: "MkDocsConfig") -> None:
    """Split the index of the search by language."""
    search.split(Path(config.site_dir))


def _course(config: "MkDocsConfig") -> catalogue.Course:
    try:
        return catalogue.load(_root(config))
    except HooklabError as error:
        raise PluginError(str(error)) from error


def _reviews(course: catalogue.Course) -> list[dict[str, list[str]]]:
    pages = walks.pages(course)
    return [{_("After full marks"): pages}] if pages else []


def _mistakes(course: catalogue.Course) -> list[dict[str, list[str]]]:
    pages = common_mistakes.pages(course)
    return [{_("Common mistakes"): pages}] if pages else []


def _notebooks(config: "MkDocsConfig") -> list[dict[str, list[str]]]:
    pages = [_page(notebook) for notebook in notebooks.found(_root(config))]
    return [{_("Notebooks"): pages}] if pages else []


def _page(notebook: Path) -> str:
    return f"{notebooks.FOLDER}/{notebook.stem}.md"


def _root(config: "MkDocsConfig") -> Path:
    return Path(config.config_file_path).parent
