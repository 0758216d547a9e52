"""The gradebook: every result of a class, in SQLite or PostgreSQL; none is ever lost.

Each result is one transaction, so that whoever is killed loses at most what was being graded. Only
the process that was started by a person writes.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import defer
from sqlmodel import Session, col, delete, select

from hooklab.classroom import book_steps
from hooklab.classroom.book_address import (
    READS,
    check_file,
    open_engine,
    read_address,
    shown_address,
)
from hooklab.classroom.book_tables import GROUND, LearnerRow, ResultRow, RunRow
from hooklab.classroom.roster import Learner
from hooklab.errors import HooklabError
from hooklab.grading.options import seed_for
from hooklab.texts import _

# A class has thousands, of a hundred kilobytes each.
_WITHOUT_SCORECARD = defer(ResultRow.scorecard, raiseload=True)  # type: ignore[arg-type]


@dataclass(frozen=True)
class InBook:
    """What is known of a learner's answer to an exercise.

    Attributes:
        last: what became of it the last time.
        grade: the result that counts: the last one that is a grade; None before the first.
    """

    last: ResultRow
    grade: ResultRow | None


class Gradebook:
    """An open gradebook.

    Args:
        address: a file, or the address of a database on a PostgreSQL server.
        is_new: whether it may be made; otherwise there must be one.

    Raises:
        HooklabError: it cannot be opened, is none, or is of a newer version.
    """

    def __init__(self, address: str, *, is_new: bool = False) -> None:
        self._address = address
        url = read_address(address)
        if url.drivername.startswith("sqlite"):
            check_file(Path(url.database or ""), is_new=is_new)
        self._engine = open_engine(url)
        self._reader = self._engine.execution_options(**{READS: True})
        try:
            self._bring_up_to_date(is_new=is_new)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def begin(
        self,
        folder: Path,
        slugs: Sequence[str],
        seed: int | None = None,
        *,
        is_proposal: bool = False,
    ) -> RunRow:
        """The run to grade in: the last one when it is the same and not at its end, or a new one.

        Args:
            seed: of all its results; None for that of the last one, or a new one. A proposal is to
                show what a change of the graders does, and so has the seed of the last run.
            is_proposal: whether its results count only once they are accepted.
        """
        wanted = (str(folder.resolve()), " ".join(slugs), is_proposal)
        with self.writing() as session:
            last = session.exec(select(RunRow).order_by(col(RunRow.id).desc())).first()
            if (
                last
                and (last.folder, last.slugs, last.is_proposal) == wanted
                and (is_proposal or not last.finished_at)
                and seed in (None, last.seed)
            ):
                return last
            if is_proposal and last and seed is None:
                seed = last.seed
            run = RunRow(
                folder=wanted[0],
                slugs=wanted[1],
                is_proposal=is_proposal,
                seed=seed_for(folder, seed),
                started_at=now(),
            )
            session.add(run)
        return run

    def accept(self, run: RunRow) -> None:
        """Let the results of a proposal count."""
        with self.writing() as session:
            run.is_proposal = False
            session.add(run)

    def finish(self, run: RunRow) -> None:
        """Note that nothing of the run is left to be graded."""
        with self.writing() as session:
            run.finished_at = now()
            session.add(run)

    def keep_learners(self, learners: Sequence[Learner]) -> None:
        """Keep who is in the class, or what has changed of them."""
        with self.writing() as session:
            for each in learners:
                session.merge(LearnerRow(id=each.id, name=each.name, language=each.language))

    def drop_refusals(self, learners: Collection[str]) -> None:
        """Forget that uploads were refused: there are others that are not."""
        with self.writing() as session:
            session.exec(
                delete(ResultRow).where(
                    col(ResultRow.exercise) == "", col(ResultRow.learner).in_(learners)
                )
            )

    def keep(self, *results: ResultRow) -> None:
        """Keep results, all or none; what their run has a grade for already stays as it is."""
        # Somebody else may be grading the same class into this gradebook.
        with suppress(IntegrityError), self.writing() as session:
            for result in results:
                same = select(ResultRow).where(
                    ResultRow.run_id == result.run_id,
                    ResultRow.learner == result.learner,
                    ResultRow.exercise == result.exercise,
                    *(getattr(ResultRow, name) == getattr(result, name) for name in GROUND),
                )
                before = session.exec(same.options(_WITHOUT_SCORECARD)).first()
                if before and before.counts:
                    continue
                if before:
                    session.delete(before)
                    session.flush()
                session.add(result)

    def results(self, run: RunRow) -> list[ResultRow]:
        """What the run has so far, without the scorecards."""
        with self.reading() as session:
            rows = select(ResultRow).where(ResultRow.run_id == run.id).order_by(col(ResultRow.id))
            return list(session.exec(rows.options(_WITHOUT_SCORECARD)))

    def learners(self) -> dict[str, Learner]:
        """Everybody whom the gradebook knows, by their ids."""
        with self.reading() as session:
            # Databases order names in ways of their own.
            rows = sorted(session.exec(select(LearnerRow)), key=lambda row: row.id)
            return {row.id: Learner(row.id, row.name, row.language) for row in rows}

    def standings(self) -> dict[tuple[str, str], InBook]:
        """What counts, by learner and exercise, without scorecards and without proposals."""
        found: dict[tuple[str, str], InBook] = {}
        with self.reading() as session:
            rows = select(ResultRow).join(RunRow).where(col(RunRow.is_proposal).is_(False))
            rows = rows.order_by(col(ResultRow.id)).options(_WITHOUT_SCORECARD)
            for row in session.exec(rows):
                place = (row.learner, row.exercise)
                before = found[place].grade if place in found else None
                found[place] = InBook(row, row if row.counts else before)
        return found

    def scorecard(self, result: ResultRow) -> Mapping[str, Any] | None:
        """The scorecard of a result."""
        with self.reading() as session:
            return session.exec(
                select(ResultRow.scorecard).where(ResultRow.id == result.id)
            ).first()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction; it is kept when the block comes to its end."""
        with (
            self._speaking(),
            Session(self._engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A look at the gradebook."""
        with self._speaking(), Session(self._reader) as session:
            yield session

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Say what is wrong with the database in words for people."""
        try:
            yield
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            raise HooklabError(
                _("the gradebook {address} cannot be used: {reason}").format(
                    address=shown_address(self._address), reason=reason
                ),
                _("mend it and run the command again: what it has already is kept"),
            ) from error

    def _bring_up_to_date(self, *, is_new: bool) -> None:
        with self._speaking():
            with self._reader.begin() as connection:
                is_current = book_steps.is_current(connection, self._address, is_new=is_new)
            if not is_current:
                # In one transaction: whoever is killed in it leaves the gradebook as it was.
                with self._engine.begin() as connection:
                    book_steps.upgrade(connection)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
