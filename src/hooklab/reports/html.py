"""The scorecard as one page that needs nothing else: no other file, no host, no script."""

from pathlib import Path
from xml.etree.ElementTree import Element, tostring

from hooklab.elements import add, add_mark, add_table
from hooklab.reports.clean import clean
from hooklab.reports.loss import add_check
from hooklab.reports.text import MARKS, conditions, judgement, points_of
from hooklab.scorecard import CheckResult, ExerciseResult, Scorecard
from hooklab.texts import _, language

STYLE = Path(__file__).with_name("html.css").read_text(encoding="utf-8")
# A browser obeys this even where something had slipped through: nothing is loaded, nothing runs.
ALONE = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
FOLLOWING = f"{ALONE}; script-src 'self'; connect-src 'self'"


def write(card: Scorecard, script: str = "") -> str:
    """`card` as a page; it ends with a newline.

    Args:
        script: where the page, when it is served, has the script from that keeps it up to date.
    """
    root = Element("html", lang=language())
    _add_head(root, card, script)
    main = add(add(root, "body"), "main")
    if not card.exercises:
        add(main, "p", _("The first scores are on their way."))
    if len(card.exercises) > 1:
        add(main, "h1", f"hooklab · {points_of(card)}")
    for exercise in card.exercises:
        _add_exercise(main, exercise, "h1" if len(card.exercises) == 1 else "h2")
    add(main, "footer", conditions(card))
    if card.isolation == "debug":
        add(main, "p", _("Debugging: this grade does not count."), kind="warning")
    return f"<!doctype html>\n{clean(tostring(root, encoding='unicode', method='html'))}\n"


def _add_head(root: Element, card: Scorecard, script: str) -> None:
    head = add(root, "head")
    add(head, "meta", charset="utf-8")
    add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    policy = FOLLOWING if script else ALONE
    add(head, "meta", content=policy, **{"http-equiv": "Content-Security-Policy"})
    title = [each.title for each in card.exercises] if len(card.exercises) == 1 else []
    add(head, "title", " · ".join([points_of(card), *title, "hooklab"]))
    add(head, "link", rel="icon", href="data:,")
    add(head, "style").text = STYLE
    if script:
        add(head, "script", src=script, defer="")


def meanings() -> dict[str, str]:
    """What each outcome is called, in the language in use."""
    return {
        "earned": _("earned"),
        "not_earned": _("not earned"),
        "not_tried": _("not tried"),
        "could_not_grade": _("could not be graded"),
    }


def _add_exercise(main: Element, exercise: ExerciseResult, level: str) -> None:
    section = add(main, "section", id=exercise.slug)
    heading = add(section, level)
    add(heading, "span", exercise.title)
    add(heading, "span", points_of(exercise), kind="points")
    meter = add(section, "progress", value=f"{exercise.earned:g}", max=f"{exercise.points:g}")
    meter.set("aria-label", _("Points"))
    if exercise.is_untouched:
        add(section, "p", exercise.checks[0].message)
        return
    _add_rubric(section, exercise)
    for check in exercise.checks:
        if _tells(check):
            below = "h2" if level == "h1" else "h3"
            add_check(section, _anchor(exercise, check), check, meanings()[check.outcome], below)


def _add_rubric(section: Element, exercise: ExerciseResult) -> None:
    body = add_table(section, (_("Outcome"), _("What is graded"), _("Points")), kind="rubric")
    for criterion in exercise.criteria:
        row = add(body, "tr", kind="criterion")
        add(row, "td")
        add(row, "th", criterion.title, scope="row")
        add(row, "td", points_of(criterion), kind="points")
        for check in criterion.checks:
            _add_check_row(body, exercise, check)
        for line in judgement(criterion):
            row = add(body, "tr", kind="judgement")
            add(row, "td")
            add(row, "td", line, colspan="2")
    row = add(body, "tr", kind="total")
    add(row, "td")
    add(row, "th", _("Total"), scope="row")
    add(row, "td", points_of(exercise), kind="points")


def _add_check_row(body: Element, exercise: ExerciseResult, check: CheckResult) -> None:
    row = add(body, "tr", kind=check.outcome)
    add_mark(add(row, "td", kind="mark"), MARKS[check.outcome], meanings()[check.outcome])
    title = add(row, "td")
    if _tells(check):
        add(title, "a", check.title, href=f"#{_anchor(exercise, check)}")
    else:
        add(title, "span", check.title)
        if check.message:
            add(title, "small", check.message)
    add(row, "td", points_of(check), kind="points")


def _tells(check: CheckResult) -> bool:
    """Whether there is more to read of a check than a line."""
    return check.outcome != "not_tried" and bool(check.message)


def _anchor(exercise: ExerciseResult, check: CheckResult) -> str:
    return f"{exercise.slug}-{check.id}"
