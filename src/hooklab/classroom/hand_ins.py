"""What learners have handed in: whose it is, for which exercise, and what is wrong with it."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from hooklab.authoring.folders import content_digest, files, plain
from hooklab.authoring.skeletons import is_untouched
from hooklab.catalogue import Course
from hooklab.classroom.claims import Claim, claims
from hooklab.classroom.members import BadUpload
from hooklab.classroom.roster import Learner
from hooklab.classroom.uploads import Upload, open_upload, uploads_in
from hooklab.errors import HooklabError, reason_of
from hooklab.grading.private_copy import MOST_BYTES, MOST_FILES, shown
from hooklab.texts import _

# Of what is left out so much is named.
_MOST_FAULTS = 10


@dataclass(frozen=True)
class HandIn:
    """A learner's answer to an exercise, as it lies in their upload.

    Attributes:
        upload: the folder or archive that it lies in.
        names: of its files in the upload, by their path below the exercise's folder.
        submission: a digest of the files.
        submitted_at: when the upload was last changed.
        is_untouched: whether it is the skeleton as it was given.
    """

    learner: Learner
    slug: str
    upload: Path
    names: Mapping[str, str]
    submission: str
    submitted_at: datetime
    is_untouched: bool

    def read(self) -> dict[str, bytes]:
        """The content of its files, by path.

        Raises:
            BadUpload: it cannot be read any more, or was changed.
        """
        contents = _contents(open_upload(self.upload), self.names)
        if content_digest(contents) != self.submission:
            raise BadUpload(
                _("it was changed while the class was graded"), _("run the command again")
            )
        return contents


@dataclass(frozen=True)
class Refusal:
    """Something that cannot be graded, or a part of it that was left out.

    Attributes:
        place: the upload's name, safe to print.
        learner: whose it is; None where no learner can be told.
        slug: the exercise; empty for the whole upload.
        why: what is wrong.
        hint: what to do.
        is_whole: whether nothing is graded instead of it.
    """

    place: str
    learner: Learner | None
    slug: str
    why: str
    hint: str
    is_whole: bool = True


@dataclass
class Collected:
    """All that was found in the folder of a class.

    Attributes:
        superseded: uploads of earlier attempts, and for each the one that is graded in its place.
    """

    hand_ins: list[HandIn] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    superseded: dict[str, str] = field(default_factory=dict)

    @property
    def learners(self) -> dict[str, Learner]:
        """Everybody who has handed in something, by their ids."""
        refused = [each.learner for each in self.refusals if each.learner]
        return {who.id: who for who in (*(each.learner for each in self.hand_ins), *refused)}


class Collector:
    """Looks through the folder of a class.

    Args:
        course: whose exercises are answered.
        slugs: the exercises to look for; none for all.
        roster: the class by the learners' ids; None when anyone may hand in.
    """

    def __init__(
        self, course: Course, slugs: Sequence[str], roster: Mapping[str, Learner] | None
    ) -> None:
        self._course = course
        self._slugs = slugs or [exercise.slug for exercise in course.exercises]
        self._direct = slugs[0] if len(slugs) == 1 else ""
        self._roster = roster
        self._untouched: dict[tuple[str, str], bool] = {}

    def collect(self, folder: Path, besides: Container[Path] = ()) -> Collected:
        """What lies in `folder`; HooklabError when that is no folder, or nothing is in it.

        Args:
            besides: resolved paths of what lies there and is nobody's.
        """
        try:
            uploads = [path for path in uploads_in(folder) if path.resolve() not in besides]
        except OSError as error:
            raise HooklabError(
                _("{folder} cannot be read: {reason}").format(
                    folder=folder, reason=reason_of(error)
                ),
                _("name the folder with a folder or an archive for each learner"),
            ) from error
        if not uploads:
            raise HooklabError(
                _("{folder} is empty").format(folder=folder),
                _("name the folder with a folder or an archive for each learner"),
            )
        found = Collected()
        for each in claims(uploads, self._roster):
            if each.newer:
                found.superseded[_name(each.path)] = _name(each.newer)
            else:
                self._collect(each, found)
        return found

    def _collect(self, claim: Claim, found: Collected) -> None:
        path = claim.path
        try:
            who = claim.require()
            upload = open_upload(path)
            places = self._places(upload.names)
            found.refusals += self._faults(upload, path, who)
            if not places:
                raise BadUpload(
                    _("there is no exercise in it"),
                    _("expected are {slug}/ or exercises/{slug}/").format(slug=self._slugs[0]),
                )
        except BadUpload as error:
            found.refusals.append(Refusal(_name(path), claim.who, "", error.what, error.hint))
            return
        for slug, names in places.items():
            try:
                found.hand_ins.append(self._hand_in(who, slug, path, upload, names))
            except BadUpload as error:
                found.refusals.append(Refusal(_name(path), who, slug, error.what, error.hint))

    def _places(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        """The files of each exercise: their names in the upload, by path."""
        every = {exercise.slug for exercise in self._course.exercises}
        by_home = _exercises(names, every.union(self._slugs))
        # A clone's other rooms have folders of the same names.
        homes = [""] if "" in by_home else list(by_home)
        if len(homes) > 1:
            raise BadUpload(
                _("exercises are in several folders of it"), _("ask for one folder with all")
            )
        for home in homes:
            found = {slug: _the_one(slug, each) for slug, each in by_home[home].items()}
            return {slug: _below(names, found[slug]) for slug in self._slugs if slug in found}
        return self._directly(names) if self._direct else {}

    def _directly(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        """The one exercise, when its files lie in the upload, or in the one folder in it."""
        tops = {name.partition("/")[0] for name in names if "/" in name}
        homes = ["", *(f"{top}/" for top in tops if len(tops) == 1)]
        expected = files(self._course.solution(self._direct))
        for home in homes:
            below = _below(names, home)
            if expected & below.keys():
                return {self._direct: below}
        return {}

    def _hand_in(
        self, who: Learner, slug: str, path: Path, upload: Upload, names: Mapping[str, str]
    ) -> HandIn:
        contents = _contents(upload, names)
        digest = content_digest(contents)
        if (slug, digest) not in self._untouched:
            answer = {name: plain(content) for name, content in contents.items()}
            self._untouched[slug, digest] = is_untouched(self._course, slug, answer)
        return HandIn(
            learner=who,
            slug=slug,
            upload=path,
            names=names,
            submission=digest,
            submitted_at=datetime.fromtimestamp(upload.changed, UTC),
            is_untouched=self._untouched[slug, digest],
        )

    def _faults(self, upload: Upload, path: Path, who: Learner) -> Iterator[Refusal]:
        hint = _("ask for the file itself; what else is in it is graded")
        for fault in upload.faults[:_MOST_FAULTS]:
            yield Refusal(_name(path), who, "", fault, hint, is_whole=False)
        if (left := len(upload.faults) - _MOST_FAULTS) > 0:
            told = _("and {count} more like that").format(count=left)
            yield Refusal(_name(path), who, "", told, "", is_whole=False)


def _contents(upload: Upload, names: Mapping[str, str]) -> dict[str, bytes]:
    if len(names) > MOST_FILES:
        raise BadUpload(
            _("there are more than {count} files").format(count=MOST_FILES),
            _("ask for the exercises alone"),
        )
    try:
        contents = upload.read(names.values(), MOST_BYTES)
    except OSError as error:
        raise BadUpload(
            _("it cannot be read: {reason}").format(reason=reason_of(error)),
            _("change its permissions, or ask for it again"),
        ) from error
    missing = names.values() - contents.keys()
    if missing:
        raise BadUpload(
            _("it is damaged: {error}").format(error=shown(Path(min(missing)))),
            _("ask for it again"),
        )
    return {path: contents[name] for path, name in names.items()}


def _exercises(names: Iterable[str], slugs: Container[str]) -> dict[str, dict[str, set[str]]]:
    """The folders of exercises, by slug, by the folder around them that an archive begins with."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name in names:
        folders = name.split("/")[:-1]
        for start in (0, 1):
            end = start + 1 + (folders[start : start + 1] == ["exercises"])
            if len(folders) >= end and folders[end - 1] in slugs:
                place = "".join(f"{folder}/" for folder in folders[:end])
                found["/".join(folders[:start])][folders[end - 1]].add(place)
    return found


def _the_one(slug: str, places: Collection[str]) -> str:
    if len(places) > 1:
        raise BadUpload(
            _("“{slug}” is in it twice: {places}").format(
                slug=slug, places=", ".join(sorted(places))
            ),
            _("ask for one of them"),
        )
    return min(places)


def _below(names: Iterable[str], home: str) -> dict[str, str]:
    """The names that begin with `home`, by what follows; none that another one makes a folder."""
    found = {name.removeprefix(home): name for name in names if name.startswith(home)}
    folders = {parent for path in found for parent in _parents(path)}
    return {path: name for path, name in found.items() if path not in folders}


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _name(path: Path) -> str:
    return shown(Path(path.name))
