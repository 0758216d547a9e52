"""The index of the search is split by language, and each page looks into its own."""

import json

from hooklab import texts
from hooklab.site import search

ENTRIES = [
    {"location": "index.html", "title": "Home"},
    {"location": "fresh.html", "title": "Fresh"},
    {"location": "fr/index.html", "title": "Accueil"},
]


def test_each_language_has_an_index_of_its_own_pages(tmp_path):
    folder = tmp_path / "search"
    folder.mkdir()
    whole = {"config": {"lang": ["en", "fr"], "separator": " "}, "docs": ENTRIES}
    (folder / "search_index.json").write_text(json.dumps(whole), encoding="utf-8")
    search.split(tmp_path)
    for language, titles in {"en": ["Home", "Fresh"], "fr": ["Accueil"]}.items():
        here = tmp_path / search.folder(language) / "search"
        text = (here / "search_index.json").read_text(encoding="utf-8")
        index = json.loads(text)
        assert [entry["title"] for entry in index["docs"]] == titles
        assert index["docs"][0]["location"] == "index.html"
        assert index["config"] == {"lang": [language], "separator": " "}
        # From disk, a page can only run a script.
        script = (here / "search_index.js").read_text(encoding="utf-8")
        assert script == f"var __index = {text}"


def test_a_page_searches_in_its_language_under_a_name():
    page = '<div data-md-component="search" role="dialog"></div> {"base": "..", "x": "base"}'
    assert '"base": ".."' in search.of_its_language(page, "en")
    texts.use("fr")
    try:
        french = search.of_its_language(page, "fr")
    finally:
        texts.use("en")
    assert '"base": "../fr/"' in french
    assert 'role="dialog" aria-label="Recherche"' in french
