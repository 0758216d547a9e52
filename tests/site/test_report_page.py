"""The scorecard as a page, in a real browser: from a file, and served while somebody works."""

import re
from urllib.parse import urlsplit

import pytest

from hooklab.cli.live_page import live_page
from hooklab.reports import html
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult, Loss, Scorecard
from hooklab.story import Step, Story

NARROW = 360
PAPER = 720
DARK = {"name": "prefers-color-scheme", "value": "dark"}
READABLE = 4.5  # WCAG 2.2, 1.4.3
STORY = Story(
    ("Svix", "the app", "the database", "the mail server"),
    (
        Step("call", "user.created · Ada", "Svix", "the app", "09:00:00", aside="svix-signature"),
        Step("note", "the database goes away", "the database"),
        Step("lost", "no answer", "the app", "Svix"),
        Step("death", "the app is killed (kill -9)", "the app"),
        Step("note", "the clock moves forward by 2:00:00", when="2026-03-11 11:00:00"),
    ),
)


def card(earned: float, *, title: str = "A title") -> Scorecard:
    loss = Loss("x" * 200, "https://example.com/" + "y" * 200, STORY)
    checks = tuple(
        CheckResult(f"c{n}", title, 0.0, 0.5, "not_earned", "z" * 200, "TODO 1", 0.1, loss)
        for n in range(4)
    )
    criterion = CriterionResult("door", "The door", earned, 2.0, "auto", checks)
    exercise = ExerciseResult("knock", "Knock", earned, 2.0, (criterion,))
    return Scorecard("0.1.0", "process", 7, (exercise,))


@pytest.fixture
def report(tmp_path) -> str:
    path = tmp_path / "report.html"
    path.write_text(html.write(card(0.5)), encoding="utf-8")
    return path.as_uri()


def contrast(one: str, other: str) -> float:
    """How well two colours, as CSS computes them, are told apart: WCAG's measure."""

    def luminance(colour: str) -> float:
        parts = [int(each) / 255 for each in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def style(browser, selector: str, name: str) -> str:
    return browser.run(f"getComputedStyle(document.querySelector('{selector}')).{name}")


@pytest.mark.parametrize("name", ["light", "dark"])
def test_everything_can_be_read_in_both_themes(browser, report, scheme, name):
    scheme(name)
    browser.open(report)
    page = style(browser, "html", "backgroundColor")
    assert (contrast(page, "rgb(0, 0, 0)") > 10) == (name == "light")
    for selector in (".label", ".warning", ".death text", ".lost text", ".actor", ".said"):
        ink = style(browser, f".sequence {selector}", "fill")
        assert contrast(ink, page) >= READABLE, selector
    for selector in ("a", "summary", "dt", ".hint", "footer", ".rubric .mark"):
        assert contrast(style(browser, selector, "color"), page) >= READABLE, selector


def test_a_phone_scrolls_the_diagram_and_not_the_page(browser, report):
    browser.open(report, width=NARROW)
    assert browser.run("document.documentElement.scrollWidth") <= NARROW
    assert browser.run(
        "(frame => frame.scrollWidth > frame.clientWidth)(document.querySelector('.frame'))"
    )


def test_a_printed_report_shows_whole_diagrams_in_dark_ink(browser, report, scheme):
    browser.call("Emulation.setEmulatedMedia", media="print", features=[DARK])
    browser.open(report, width=PAPER)
    assert browser.run("document.documentElement.scrollWidth") <= PAPER
    assert contrast(style(browser, "html", "backgroundColor"), "rgb(0, 0, 0)") > 20
    assert contrast(style(browser, ".sequence .label", "fill"), "rgb(255, 255, 255)") > 20


def test_a_report_asks_no_host_and_complains_about_nothing(browser, report):
    browser.open(report)
    assert browser.hosts == {""}
    assert browser.errors == []


def test_what_a_screen_reader_hears(browser, report):
    browser.open(report)
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    heard = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node.get("ignored")
    ]
    assert any(
        name.startswith("A title A sequence diagram of Svix, the app") for _role, name in heard
    )
    assert ("columnheader", "Who") in heard
    assert ("cell", "Svix → the app") in heard
    assert ("heading", "not earned: A title") in heard


def test_no_shape_of_a_diagram_is_cut_off(browser, report):
    browser.open(report)
    outside = browser.run(
        """[...document.querySelectorAll('.sequence')].flatMap(svg => {
            const frame = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text, rect, line, path')].filter(each => {
              const box = each.getBoundingClientRect();
              return box.left < frame.left - 1 || box.right > frame.right + 1
                || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
            }).map(each => each.outerHTML);
        })"""
    )
    assert outside == []


def test_the_served_page_follows_and_keeps_its_place(browser):
    with live_page() as page:
        page.show(card(0.5))
        browser.open(page.address)
        browser.run("document.querySelector('#knock-c1 .words').open = true")
        browser.run("document.querySelector('#knock-c2 .steps').open = false")
        browser.run("window.scrollTo(0, 700)")
        page.show(card(1.5, title="Another title"))
        browser.wait("document.title.startsWith('1.5/2')")
        assert "Another title" in browser.run("document.body.innerText")
        assert browser.run("window.scrollY") == 700
        opened = "[...document.querySelectorAll('{}')].map(each => each.open)"
        assert browser.run(opened.format(".words")) == [False, True, False, False]
        assert browser.run(opened.format(".steps")) == [True, True, False, True]
        assert browser.hosts == {urlsplit(page.address).netloc}
        assert browser.errors == []
        # What it has under way is stopped: the next test opens another page.
        browser.open("about:blank")


def test_a_script_in_the_served_page_would_not_run(browser):
    with live_page() as page:
        page.show(card(0.5))
        browser.open(page.address)
        browser.run(
            "document.body.append(Object.assign(document.createElement('script'),"
            " {textContent: 'window.ran = true'}))"
        )
        assert browser.run("window.ran") is None
        browser.open("about:blank")
