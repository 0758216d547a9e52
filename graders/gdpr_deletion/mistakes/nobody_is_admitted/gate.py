"""Only those who are known are let in, and so nobody ever becomes known.

Loses: files_and_their_rows_are_gone, posts_and_comments_stay_under_no_name, the_placeholder_speaks_the_apps_language, sessions_and_stored_deliveries_are_gone, no_mail_leaves_after_the_deletion, nobody_else_is_touched, late_events_bring_nobody_back, an_update_under_way_brings_nobody_back, a_deletion_before_the_signup_holds, the_stripe_customer_is_deleted, the_member_is_erased_for_good, former_addresses_leave_the_list_too, what_is_gone_already_counts_as_done, after_a_lost_answer_the_step_ends_well, an_error_is_not_taken_for_done, nobody_waits_for_a_service_that_hangs, the_erasure_is_written_down_before_any_call, one_failed_step_stops_no_other, a_failed_step_is_tried_again_until_it_succeeds, finished_steps_are_not_repeated, another_delivery_changes_nothing, eight_deliveries_at_once_erase_once, two_crons_at_once_do_a_step_once, a_crash_between_two_writes_loses_nothing, a_crash_during_a_call_loses_nothing, the_audit_knows_the_person_by_a_keyed_hash, the_audit_has_the_outcome_of_each_step, the_audit_has_the_time_of_the_deletion, nothing_personal_is_left_anywhere, nothing_personal_is_printed
"""

import hmac
from datetime import datetime

from sqlmodel import Session, col, select

from hooklab.services import Settings, insert

from .models import Person


def subject_hash(settings: Settings, clerk_id: str) -> str:
    """The name under which we still know somebody whose name we no longer have.

    HMAC-SHA256 of the id with the key `erasure_hash_key`, 64 hexadecimal digits in lower case.
    """
    key = settings.erasure_hash_key.get_secret_value().encode()
    return hmac.new(key, clerk_id.encode(), "sha256").hexdigest()


def admit(session: Session, subject: str) -> bool:
    """Whether anything may be written about `subject`; False for somebody who was erased.

    Until the transaction ends, `close` waits: whoever was admitted may finish what they write.
    """
    entry = select(Person).where(Person.subject_hash == subject, col(Person.erased_at).is_(None))
    return session.exec(entry).first() is not None


def close(session: Session, subject: str, at: datetime) -> bool:
    """From now on admit `subject` no more; False when it was closed before, and nothing changes.

    Of several who close at once, one is told True. `subject` need not be known.
    """
    row = insert(session, Person).values(subject_hash=subject, erased_at=at)
    tombstone = row.on_conflict_do_update(
        index_elements=["subject_hash"],
        set_={"erased_at": row.excluded.erased_at},
        where=col(Person.erased_at).is_(None),
    ).returning(col(Person.subject_hash))
    return session.exec(tombstone).first() is not None
