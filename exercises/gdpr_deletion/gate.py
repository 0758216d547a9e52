"""Who may be written about: TODO 1, begin here. Lesson: course/*/lessons/gdpr_deletion.md"""

from datetime import datetime

from sqlmodel import Session

from .settings import Settings


def subject_hash(settings: Settings, clerk_id: str) -> str:
    """The name under which we still know somebody whose name we no longer have.

    HMAC-SHA256 of the id with the key `erasure_hash_key`, 64 hexadecimal digits in lower case.
    """
    # TODO 1: the standard library has hmac.
    raise NotImplementedError("subject_hash(): TODO 1 is still open, in gate.py")


def admit(session: Session, subject: str) -> bool:
    """Whether anything may be written about `subject`; False for somebody who was erased.

    Until the transaction ends, `close` waits: whoever was admitted may finish what they write.
    """
    # TODO 1: one statement that looks and locks.
    raise NotImplementedError("admit(): TODO 1 is still open, in gate.py")


def close(session: Session, subject: str, at: datetime) -> bool:
    """From now on admit `subject` no more; False when it was closed before, and nothing changes.

    Of several who close at once, one is told True. `subject` need not be known.
    """
    # TODO 1: one statement that looks and writes.
    raise NotImplementedError("close(): TODO 1 is still open, in gate.py")
