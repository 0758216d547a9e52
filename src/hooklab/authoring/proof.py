"""Proving an answer whose outcome is known: graded, judged, and kept when nothing was wrong."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from hooklab import rubric
from hooklab.authoring import golden, judges, tried_settings, tries
from hooklab.authoring.folders import digest, folder_digest
from hooklab.authoring.judges import Judge, Results
from hooklab.authoring.known import Known
from hooklab.authoring.ledger import Ledger, Noted
from hooklab.authoring.problem import Problem
from hooklab.authoring.reach import Lines, reached
from hooklab.authoring.tried_settings import Values
from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.git import history
from hooklab.grading.options import Options
from hooklab.grading.worlds import Ran
from hooklab.texts import _
from hooklab.worker.launch import Launcher

FULL, QUICK = "full", "quick"


@dataclass(frozen=True)
class Manner:
    """How to prove.

    Attributes:
        launcher: starts the apps; the caller closes it.
        repeat: grade each answer so many times, each with another seed; the outcomes must agree.
        database: address of a PostgreSQL server; None for SQLite.
        quick: grade a wrong answer on the checks that it names only: that it loses them is proved
            then, and not that it loses nothing else.
        share: one answer in so many is proved fully even then, others after each commit.
        part: with `quick`, one wrong answer in so many is looked at, others after each commit.
        afresh: rely on nothing that was proved before.
    """

    launcher: Launcher
    repeat: int = 1
    database: str | None = None
    quick: bool = False
    share: int | None = None
    part: int = 1
    afresh: bool = False


def one_in(share: int | None, root: Path) -> Callable[[str], bool]:
    """Chooses one answer in `share`, by its place: others after each commit; None for none."""
    commit = history(root, "rev-parse", "HEAD").decode().strip() if share else ""

    def is_chosen(place: str) -> bool:
        return share is not None and int(digest({}, commit, place), 16) % share == 0

    return is_chosen


@dataclass(frozen=True)
class _Claim:
    """What is to be proved of one answer.

    Attributes:
        place: where its author finds it, relative to the course's root.
        content: gives the digest of all that is its own, as it is now.
        build: makes the folder to grade, at the path that it is given or elsewhere.
        judge: compares the results with what is known.
        only: the ids of the checks to grade; empty for all.
        depth: how much is proved with these checks, for the ledger.
    """

    place: str
    content: Callable[[], str]
    build: Callable[[Path], Path]
    judge: Judge
    only: frozenset[str] = frozenset()
    depth: str = FULL


class _Notes:
    """What ran while an answer was graded."""

    def __init__(self) -> None:
        self.lines: Lines = {}
        self.values = Values()
        self._lock = threading.Lock()

    def add(self, check: str, ran: Ran) -> None:
        with self._lock:
            for name, numbers in ran.lines.items():
                self.lines.setdefault(check, {}).setdefault(name, set()).update(numbers)
            for environment in ran.environments:
                self.values.add(environment)


class Prover:
    """Proves the answers to one exercise; every method returns the faults that grading found.

    Args:
        course: the course.
        slug: the exercise.
        manner: how to prove.
    """

    def __init__(self, course: Course, slug: str, manner: Manner) -> None:
        self._course = course
        self._slug = slug
        self._manner = manner
        self._is_chosen = one_in(manner.share, course.root)
        self._is_in_part = one_in(manner.part, course.root)
        setting = f"{manner.database}, {manner.repeat}"
        self._ledger = Ledger(course, slug, setting, ignore=manner.afresh)
        self._reference = _Claim(
            f"solutions/{slug}",
            lambda: folder_digest(course.solution(slug)),
            lambda _into: course.solution(slug),
            judges.judge_solution,
        )
        self._checks = rubric.load(course.grader(slug)).checks.keys()
        self._noted_key = self._key(self._reference)
        self._noted = self._ledger.noted(self._reference.place, self._noted_key)

    def solution(self) -> list[Problem]:
        """Prove that the solution earns everything, and that the checks change each setting that
        the statement names; note which lines of the solution each check runs.
        """
        exercise = self._course.exercise(self._slug)
        if self._noted and self._is_proved(self._reference):
            # The statement may have changed since.
            return [*tried_settings.faults(self._course, exercise, self._noted.changed)]
        if self._manner.quick and not self._manner.share:
            # Nobody will ask what ran, and noting it makes everything slower.
            return self._prove_once(self._reference)
        notes = _Notes()
        key = self._key(self._reference)
        problems = self._prove(self._reference, notes)
        noted = Noted(notes.lines, notes.values.changed)
        if not problems and key == self._key(self._reference):
            self._noted, self._noted_key = noted, key
            self._ledger.keep_noted(self._reference.place, key, noted)
        return [*problems, *tried_settings.faults(self._course, exercise, noted.changed)]

    def skeleton(self) -> list[Problem]:
        """Prove that the untouched skeleton earns nothing."""
        folder = self._course.skeleton(self._slug)
        return self._prove_once(
            _Claim(
                f"exercises/{self._slug}",
                lambda: folder_digest(folder),
                lambda _into: folder,
                judges.judge_skeleton,
            )
        )

    def known(self, known: Known) -> list[Problem]:
        """Prove that a known answer loses what it declares, and nothing else."""
        place = self._place(known)
        quick = self._manner.quick and not self._is_chosen(place)
        if quick and golden.kept(known) and not self._manner.database:
            # What a learner reads of it is proved below, and with it that it loses what it names.
            return []
        # Another word than for the share, so that neither choice follows from the other.
        if quick and not self._is_in_part(f"part of {place}"):
            return []
        content = partial(self._content, known)
        if not known.loses:
            # The tests grade the right answers; a quick look is at the wrong ones.
            right = _Claim(place, content, known.assemble, judges.judge_right)
            return [] if quick else self._prove_once(right)
        if self._ledger.holds(place, FULL, self._ledger.key(content())):
            # Before anybody asks which checks it can reach: that takes longer than all the rest.
            return []
        loses = frozenset(known.loses)
        found = loses if quick else self._seeing(known)
        only = frozenset() if found is None else found | loses
        return self._prove_once(
            _Claim(
                place,
                content,
                known.assemble,
                partial(judges.judge_wrong, loses, only),
                only,
                QUICK if quick else FULL,
            )
        )

    def seeing(self, answer: Path, names: set[str]) -> frozenset[str] | None:
        """The checks that can tell the answer in a folder from the solution; None when all may.

        Args:
            answer: the folder.
            names: the files in which it differs from the solution.
        """
        if self._noted is None or self._noted_key != self._key(self._reference):
            # The solution has changed since its lines were noted.
            return None
        found = reached(self._noted.lines, self._course.solution(self._slug), answer, names)
        # Of a check that runs no line nobody knows what it looks at.
        return None if found is None else found | (self._checks - self._noted.lines.keys())

    def messages(self, known: Known) -> list[Problem]:
        """Prove that a learner reads what is kept beside the mistake, if anything is.

        A quick look is at one language, and at one that is missing: all are told by the same code.
        What is kept was told on SQLite; another database has other words for its faults.
        """
        if self._manner.database:
            return []
        kept = golden.kept(known)
        place = self._place(known)
        quick = self._manner.quick and not self._is_chosen(place)
        languages = [
            language
            for number, (language, path) in enumerate(kept.items())
            if number == 0 or not (quick and path.is_file())
        ]
        key = self._ledger.key(digest(kept, self._content(known)))
        if all(self._ledger.holds(place, _messages(language), key) for language in languages):
            return []
        changed = {}
        for language in languages:
            try:
                read = self.read_messages(known, language)
            except HooklabError as error:
                return [Problem(place, error.what, error.hint)]
            if difference := golden.difference(kept[language], read):
                changed[kept[language]] = difference
            elif key == self._ledger.key(digest(kept, self._content(known))):
                self._ledger.keep(place, _messages(language), key)
        remedy = _("if it should be so, run: hooklab mistake messages {slug} {name}").format(
            slug=self._slug, name=known.name
        )
        return [
            Problem(
                path.relative_to(self._course.root).as_posix(),
                _("a learner reads something else now:\n{difference}").format(
                    difference=difference
                ),
                remedy,
            )
            for path, difference in changed.items()
        ]

    def read_messages(self, known: Known, language: str) -> str:
        """What a learner reads of what the mistake loses."""
        with TemporaryDirectory() as temporary, golden.spoken(language):
            folder = known.assemble(Path(temporary).resolve() / self._slug)
            found = self._grade_once(folder, frozenset(known.loses), 0, None)
            return golden.compose(found, known.loses, folder)

    def _content(self, known: Known) -> str:
        base = self._reference.content() if known.base else ""
        return digest({}, base, known.content)

    def _key(self, claim: _Claim) -> str:
        return self._ledger.key(claim.content())

    def _place(self, known: Known) -> str:
        return known.path.relative_to(self._course.root).as_posix()

    def _seeing(self, known: Known) -> frozenset[str] | None:
        if known.patch is None:
            return None
        with TemporaryDirectory() as temporary:
            answer = known.assemble(Path(temporary) / self._slug)
            return self.seeing(answer, known.patch.files)

    def _is_proved(self, claim: _Claim) -> bool:
        depths = (FULL,) if claim.depth == FULL else (FULL, QUICK)
        key = self._key(claim)
        return any(self._ledger.holds(claim.place, depth, key) for depth in depths)

    def _prove_once(self, claim: _Claim) -> list[Problem]:
        return [] if self._is_proved(claim) else self._prove(claim)

    def _prove(self, claim: _Claim, notes: _Notes | None = None) -> list[Problem]:
        key = self._key(claim)
        try:
            runs = self._grade(claim, notes)
        except HooklabError as error:
            return [Problem(claim.place, error.what, error.hint)]
        said = [*claim.judge(runs[0]), *judges.judge_repeats(runs)]
        # Somebody may have saved a file in the meantime: then nobody knows what was graded.
        if not said and key == self._key(claim):
            self._ledger.keep(claim.place, claim.depth, key)
        return [Problem(claim.place, what, hint) for what, hint in said]

    def _grade(self, claim: _Claim, notes: _Notes | None) -> list[Results]:
        """The results of an answer, once for each seed."""
        with TemporaryDirectory() as temporary:
            folder = claim.build(Path(temporary) / self._slug)
            return [
                self._grade_once(folder, claim.only, seed, notes)
                for seed in range(self._manner.repeat)
            ]

    def _grade_once(
        self,
        folder: Path,
        only: frozenset[str],
        seed: int,
        notes: _Notes | None,
    ) -> Results:
        options = Options(submission=folder, seed=seed, database=self._manner.database, only=only)
        return tries.results(
            self._course,
            self._slug,
            options,
            launcher=self._manner.launcher,
            noted=notes.add if notes else None,
        )


def _messages(language: str) -> str:
    """How much is proved with what a learner reads in one language, for the ledger."""
    return f"messages, {language}"
