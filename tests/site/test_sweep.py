"""Every page in a real browser: both languages, light and dark, on a phone and on a desk.

A third of the pages is opened, others after each commit, and axe, which takes longer than all the
rest, looks at a share of them. Each is light at one width and dark at the other. Where
HOOKLAB_ALL_PAGES is set, axe looks at all pages, at both widths and in both themes.
"""

import os
from itertools import product
from urllib.parse import urlsplit

import pytest

from hooklab.git import history

from .axe import STILL, serious_faults
from .pages import PAGES, ROOT, url

PHONE, DESK = 390, 1280
LIGHT, DARK = "default", "slate"
LOOKS = tuple(product((PHONE, DESK), (LIGHT, DARK)))
# Odd, so that each share has pages of both languages; pages that axe sees are opened.
OPENED_SHARES, SHARES = 3, 27
COMMIT = int(history(ROOT, "rev-parse", "HEAD").strip() or b"0", 16)
ALL_PAGES = bool(os.environ.get("HOOKLAB_ALL_PAGES"))
OPENED = "document.querySelectorAll('details').forEach(each => each.open = true)"
OTHER = {"en": "fr", "fr": "en"}

every_page = pytest.mark.parametrize(
    ("number", "page", "language"),
    [
        pytest.param(number, page, language, id=f"{language}/{page}")
        for number, (page, language) in enumerate((p, each) for p in PAGES for each in OTHER)
        if ALL_PAGES or number % OPENED_SHARES == COMMIT % OPENED_SHARES
    ],
)


def is_looked_at_closely(number: int) -> bool:
    return ALL_PAGES or number % SHARES == COMMIT % SHARES


def looks(number: int) -> tuple[tuple[int, str], ...]:
    """The widths and themes in which a page is looked at: one pair, the other one, or all."""
    if ALL_PAGES:
        return LOOKS
    light_phone = (PHONE, LIGHT), (DESK, DARK)
    light_desk = (PHONE, DARK), (DESK, LIGHT)
    return (light_phone, light_desk)[(number // len(OTHER) + COMMIT) % 2]


@pytest.fixture(scope="module", autouse=True)
def _searches_nothing(browser):
    """Spare each page the index of the search, which has tests of its own, for most of the time."""
    idle = "window.Worker = class extends EventTarget { postMessage() {} }"
    script = browser.call("Page.addScriptToEvaluateOnNewDocument", source=idle)
    yield
    browser.call("Page.removeScriptToEvaluateOnNewDocument", **script)


@every_page
def test_a_page_is_sound_in_a_browser(address, browser, number, page, language):
    # In one test, because opening a page takes most of its time.
    browser.call("Emulation.setEmulatedMedia", features=STILL)
    browser.open(address + url(page, language), width=PHONE, remembers=True)
    browser.wait("document.readyState == 'complete'")
    browser.run(OPENED)
    assert browser.hosts == {urlsplit(address).netloc}
    assert browser.errors == []
    assert browser.run("document.documentElement.lang") == language
    link = browser.run(f"document.querySelector('.md-select a[hreflang={OTHER[language]}]').href")
    assert link == address + url(page, OTHER[language])
    for width, scheme in looks(number):
        browser.resize(width)
        browser.run(f"document.body.dataset.mdColorScheme = '{scheme}'")
        assert browser.run("document.documentElement.scrollWidth") <= width, (width, scheme)
        if is_looked_at_closely(number):
            assert serious_faults(browser) == [], (width, scheme)
    assert browser.errors == []
