"""Whose an upload is, by its name and the roster, and which of several counts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hooklab.classroom.members import BadUpload
from hooklab.classroom.platforms import Label, read_label, spellings, squeezed
from hooklab.classroom.roster import Learner, learner, same_spelling
from hooklab.classroom.uploads import learner_of
from hooklab.texts import _


@dataclass(frozen=True)
class Claim:
    """An upload, and whose it is.

    Attributes:
        who: None when no learner can be told.
        fault: why it cannot be graded; None when it can.
        attempt: see `Label`.
        newer: the upload of the same learner that is graded in its place, if there is one.
    """

    path: Path
    who: Learner | None
    fault: BadUpload | None = None
    attempt: str = ""
    newer: Path | None = None

    def require(self) -> Learner:
        """Whose it is; BadUpload when it is not graded."""
        if self.fault or self.who is None:
            raise self.fault or BadUpload("", "")
        return self.who


def claims(paths: Iterable[Path], roster: Mapping[str, Learner] | None) -> list[Claim]:
    """Whose each of these uploads is; what a platform has put beside them is left out.

    Args:
        roster: the class by the learners' ids; None when anyone may hand in.
    """
    known = None if roster is None else _Roster(roster)
    found = [claim for path in paths if (claim := _claim(path, known))]
    own: dict[str, list[Claim]] = defaultdict(list)
    for each in found:
        if each.who:
            own[each.who.id].append(each)
    return [_beside(each, own[each.who.id]) if each.who else each for each in found]


def _claim(path: Path, roster: "_Roster | None") -> Claim | None:
    name = same_spelling(learner_of(path))
    if not name.isprintable() or not name:
        what = _("its name is not UTF-8, or cannot be printed")
        return Claim(path, None, BadUpload(what, _("give it another name")))
    label = read_label(name, is_folder=path.is_dir())
    if not label.is_upload:
        return None
    if roster is None:
        return Claim(path, learner(label.name), attempt=label.attempt)
    try:
        return Claim(path, roster.find(name, label), attempt=label.attempt)
    except BadUpload as fault:
        return Claim(path, None, fault)


def _beside(claim: Claim, own: Sequence[Claim]) -> Claim:
    """`claim` as it stands among all uploads of its learner."""
    attempts = sorted(each.attempt for each in own)
    if len(own) == 1 or (claim.attempt == attempts[-1] > attempts[-2] and attempts[0]):
        return claim
    # Nobody can tell which is the last of two where one does not say.
    if attempts[0] and attempts[-1] > attempts[-2]:
        newest = next(each.path for each in own if each.attempt == attempts[-1])
        return replace(claim, newer=newest)
    what = _("{learner} has handed in twice").format(learner=claim.who.id if claim.who else "")
    fault = BadUpload(what, _("leave the folder or the archive that counts, and remove the other"))
    return replace(claim, fault=fault)


class _Roster:
    """The class, by all that its learners may be called."""

    def __init__(self, learners: Mapping[str, Learner]) -> None:
        self._learners = learners
        self._by_spelling: dict[str, dict[str, Learner]] = defaultdict(dict)
        for each in learners.values():
            for spelling in (squeezed(each.id), *spellings(each.name)):
                self._by_spelling[spelling][each.id] = each

    def find(self, name: str, label: Label) -> Learner:
        """Whose the upload called `name` is; BadUpload when it is nobody's, or perhaps another's.

        Only what a platform has named may be spelled in another way than the roster has it.
        """
        for id_ in (name, label.number, label.name):
            if id_ in self._learners:
                return self._learners[id_]
        found = self._by_spelling.get(squeezed(label.name), {}) if label.platform else {}
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            raise BadUpload(
                _("several learners in the roster may be called “{name}”: {learners}").format(
                    name=label.name, learners=", ".join(sorted(found))
                ),
                _("name the upload as the roster names its learner"),
            )
        raise BadUpload(
            _("the roster has no learner “{learner}”").format(learner=label.name),
            _("add them to the roster, or name it as the roster does"),
        )
