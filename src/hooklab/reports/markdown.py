"""The scorecard as Markdown, for a pull request or a page of a CI run."""

import re

from hooklab.reports.clean import clean
from hooklab.reports.text import MARKS, conditions, judgement
from hooklab.scorecard import CheckResult, ExerciseResult, Scorecard
from hooklab.texts import _, number

# ASCII punctuation that may mean something in Markdown; each may be escaped (CommonMark 2.4).
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#!&$@:{}])")


def write(card: Scorecard) -> str:
    """`card` as Markdown; nothing that a submission wrote is read as Markdown or HTML."""
    parts = [_exercise(exercise) for exercise in card.exercises]
    parts.append(f"{escape(conditions(card))}\n")
    if card.isolation == "debug":
        parts.append(f"**{_('Debugging: this grade does not count.')}**\n")
    return "\n".join(parts)


def _exercise(exercise: ExerciseResult) -> str:
    heading = f"## {escape(exercise.title)} ({_score(exercise.earned, exercise.points)})"
    lines = [heading, "", f"| | {_('What is graded')} | {_('Points')} |", "| :-- | :-- | --: |"]
    for criterion in exercise.criteria:
        score = _score(criterion.earned, criterion.points)
        lines.append(f"| | **{escape(criterion.title)}** | **{score}** |")
        lines += [
            f"| {MARKS[check.outcome]} | {escape(check.title)} | "
            f"{_score(check.earned, check.points)} |"
            for check in criterion.checks
        ]
        lines += [f"| | *{escape(line)}* | |" for line in judgement(criterion)]
    stories = (_story(check) for check in exercise.checks if check.message)
    return "\n".join([*lines, "", *stories])


def _story(check: CheckResult) -> str:
    mark = MARKS[check.outcome]
    hint = f"→ {escape(check.hint)}\n" if check.hint else ""
    if check.outcome == "not_tried":
        return f"### {mark} {escape(check.title)}\n\n{escape(check.message)}\n"
    return f"### {mark} {escape(check.title)}\n\n{fenced(check.message)}\n\n{hint}"


def fenced(text: str) -> str:
    """`text` in a code block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{clean(text)}\n{fence}"


def escape(text: str) -> str:
    """`text` on one line, with every character meaning itself."""
    return _SPECIAL.sub(r"\\\1", " ".join(clean(text).split()))


def _score(earned: float, points: float) -> str:
    return f"{number(earned)}/{number(points)}"
