"""What a person sees of grading a class when it is over."""

from collections.abc import Collection, Mapping, Sequence

from hooklab.classroom.batch import Outcome
from hooklab.classroom.book_tables import ResultRow
from hooklab.classroom.hand_ins import Refusal
from hooklab.classroom.likeness import Likeness
from hooklab.classroom.marks import status_names
from hooklab.classroom.moves import Move
from hooklab.cli.speaking import output
from hooklab.reports.clean import clean
from hooklab.texts import _, number, plural

# Beyond that it is the exercise that leaves no choice.
MOST_ALIKE = 50


def print_outcome(outcome: Outcome, absent: Collection[str], superseded: Mapping[str, str]) -> None:
    """Print what came of grading a class.

    Args:
        absent: who is in the roster and has handed in nothing.
        superseded: see `Collected`.
    """
    for slug, counts in sorted(outcome.counts.items()):
        if slug:
            known = [(status, each) for status, each in status_names().items() if counts[status]]
            told = ", ".join(f"{counts[status]} {meaning}" for status, meaning in known)
            _say(f"{slug}{_(': ')}{told}")
    for twins in outcome.twins:
        told = _("{slug}: the same answer from {learners}")
        if twins.is_graded_once:
            told = _("{slug}: the same answer, graded once, from {learners}")
        _say(told.format(slug=twins.slug, learners=", ".join(twins.learners)))
    _print_alike(outcome.alike)
    if absent:
        _say(_("Nothing from {learners}").format(learners=", ".join(sorted(absent))))
    for earlier, newer in superseded.items():
        _say(
            _("{earlier} is an earlier attempt: {newer} is graded").format(
                earlier=earlier, newer=newer
            )
        )
    _print_refusals(outcome.refused)
    _print_failures(outcome.failed)


def print_moves(found: Sequence[Move], *, accepted: bool) -> None:
    """Print which points move, and whether they do."""
    _say("\n" + plural("{count} grade moves:", "{count} grades move:", len(found)))
    for move in found:
        before = "-" if move.before is None else number(move.before)
        _say(f"  {move.learner}, {move.exercise}{_(': ')}{before} → {number(move.after)}")
        for sign, titles in (("+", move.won), ("-", move.lost)):
            for title in titles:
                _say(f"    {sign} {title}")
    if accepted:
        _say(_("This counts from now on."))
    else:
        _say(_("Nothing of this counts yet. To accept it, repeat the command with --yes."))


def _print_alike(found: Sequence[Likeness]) -> None:
    if found:
        _say(
            "\n" + _("Much alike, whatever their names are: a hint for you, which costs no point.")
        )
    for each in found[:MOST_ALIKE]:
        told = _("{slug}: {first} and {second}, {share} %")
        if not each.second:
            told = _("{slug}: {first} and the reference, {share} %")
        share = number(100 * each.share, 0)
        names = {"slug": each.slug, "first": each.first, "second": each.second}
        _say("  " + told.format(share=share, **names))
    if (left := len(found) - MOST_ALIKE) > 0:
        _say("  " + _("and {count} more like that").format(count=left))


def _print_refusals(refused: Sequence[Refusal]) -> None:
    if refused:
        _say("\n" + plural("{count} refusal:", "{count} refusals:", len(refused)))
    for each in refused:
        place = f"{each.place}, {each.slug}" if each.slug else each.place
        _say(f"  {place}{_(': ')}{each.why}")
        if each.hint:
            _say(f"    {_('hint:')} {each.hint}")


def _print_failures(failed: Sequence[ResultRow]) -> None:
    if failed:
        told = _(
            "These could not be graded, and keep their earlier grades. "
            "To try again, repeat the command:"
        )
        _say(f"\n{told}")
    for row in failed:
        _say(f"  {row.learner}, {row.exercise}{_(': ')}{row.reason}")


def _say(text: str) -> None:
    output().print(clean(text), soft_wrap=True)
