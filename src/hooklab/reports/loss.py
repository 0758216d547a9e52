"""A lost check on a page: what was wanted beside what was found, and its story as a picture."""

from xml.etree.ElementTree import Element

from hooklab.diagram import figure
from hooklab.elements import add, add_mark
from hooklab.program import as_typed
from hooklab.reports.text import MARKS
from hooklab.scorecard import CheckResult, Loss
from hooklab.texts import _


def add_check(
    parent: Element, name: str, check: CheckResult, meaning: str, level: str = "h3"
) -> None:
    """Everything that is known of a check that has something to tell.

    Args:
        name: its anchor on the page.
        meaning: of its outcome, in words.
        level: of its heading: who listens to the page goes from one level to the next.
    """
    article = add(parent, "article", kind=f"check {check.outcome}", id=name)
    heading = add(article, level)
    add_mark(heading, f"{MARKS[check.outcome]} ", f"{meaning}{_(': ')}")
    add(heading, "span", check.title)
    if check.loss:
        _add_comparison(article, check.loss)
    if check.hint:
        add(article, "p", f"→ {check.hint}", kind="hint")
    if check.loss and check.loss.story and check.loss.story.steps:
        article.append(figure(check.loss.story, name, check.title, is_open=True))
    if check.loss and check.loss.command:
        again = add(article, "p", _("The same in the lab, to be done again"), kind="lab")
        again.text = f"{again.text}{_(': ')}"
        add(again, "code", as_typed(check.loss.command))
    if not check.loss:
        add(article, "pre", check.message)
    elif check.message:
        words = add(article, "details", kind="words")
        add(words, "summary", _("Everything in words, with what the app printed"))
        add(words, "pre", check.message)


def _add_comparison(article: Element, loss: Loss) -> None:
    pair = add(article, "dl", kind="comparison")
    for title, kind, text in (
        (_("Wanted"), "wanted", loss.wanted),
        (_("Found"), "found", loss.happened),
    ):
        if text:
            side = add(pair, "div", kind=kind)
            add(side, "dt", title)
            add(side, "dd", text)
