"""The quiz as it stands on the page of its module, in the language in use."""

from hooklab.catalogue import Course
from hooklab.pages.headings import section
from hooklab.quiz import bank
from hooklab.quiz.draw import Posed, draw
from hooklab.texts import _, pick

FOLDER = "."
"""Where the page is below `course/<language>/`."""

_FENCE = "```"


def quiz_page(course: Course) -> str:
    """What passes, and then every question in the form that mkdocs-quiz reads."""
    kept = bank.load(course)
    drawn = draw(kept, kept.length, kept.page_seed)
    rule = _(
        "**{asked} questions**, drawn from {all}. To pass, get **{needed}** of them right."
    ).format(asked=len(drawn), all=len(kept.questions), needed=kept.needed(len(drawn)))
    questions = [_markup(course, number, each) for number, each in enumerate(drawn, start=1)]
    return "\n\n".join((rule, *questions))


def _markup(course: Course, number: int, drawn: Posed) -> str:
    question = drawn.question
    lines = ["<quiz>", f"**{number}.** {pick(question.text)}"]
    if question.listing:
        lines += ["", f"{_FENCE}python", question.listing, _FENCE, ""]
    for choice in drawn.choices:
        if choice.is_right:
            lines.append(f"- [x] {pick(choice.text)}")
        else:
            lines += [f"- [ ] {pick(choice.text)}", f"> {pick(choice.why)}"]
    right = drawn.choices[drawn.right - 1]
    taught = section(course.root, question.section).link(FOLDER)
    # Below all answers, so that those who were wrong read it too.
    told = (pick(right.why), "", f"{_('Read on')}{_(': ')}{taught}")
    return "\n".join((*lines, "", *told, "</quiz>"))
