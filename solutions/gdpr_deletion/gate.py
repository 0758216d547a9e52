"""Who may be written about: TODO 1, begin here. Lesson: course/*/lessons/gdpr_deletion.md"""

import hmac
from datetime import datetime

from sqlmodel import Session, col

from hooklab.services import insert

from .models import Person
from .settings import Settings


def subject_hash(settings: Settings, clerk_id: str) -> str:
    """The name under which we still know somebody whose name we no longer have.

    HMAC-SHA256 of the id with the key `erasure_hash_key`, 64 hexadecimal digits in lower case.
    """
    # answer 1: the standard library has hmac.
    key = settings.erasure_hash_key.get_secret_value().encode()
    return hmac.new(key, clerk_id.encode(), "sha256").hexdigest()


def admit(session: Session, subject: str) -> bool:
    """Whether anything may be written about `subject`; False for somebody who was erased.

    Until the transaction ends, `close` waits: whoever was admitted may finish what they write.
    """
    # answer 1: one statement that looks and locks.
    # An UPDATE that changes nothing: it is there for the lock, which a SELECT would not take.
    row = insert(session, Person).values(subject_hash=subject)
    entry = row.on_conflict_do_update(
        index_elements=["subject_hash"],
        set_={"subject_hash": row.excluded.subject_hash},
        where=col(Person.erased_at).is_(None),
    ).returning(col(Person.subject_hash))
    return session.exec(entry).first() is not None


def close(session: Session, subject: str, at: datetime) -> bool:
    """From now on admit `subject` no more; False when it was closed before, and nothing changes.

    Of several who close at once, one is told True. `subject` need not be known.
    """
    # answer 1: one statement that looks and writes.
    row = insert(session, Person).values(subject_hash=subject, erased_at=at)
    tombstone = row.on_conflict_do_update(
        index_elements=["subject_hash"],
        set_={"erased_at": row.excluded.erased_at},
        where=col(Person.erased_at).is_(None),
    ).returning(col(Person.subject_hash))
    return session.exec(tombstone).first() is not None
