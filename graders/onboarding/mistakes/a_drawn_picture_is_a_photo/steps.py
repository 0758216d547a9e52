"""`image_url` is always filled.

Loses: a_signup_begins_an_incomplete_onboarding, an_email_counts_once_its_primary_address_is_verified, a_profile_needs_both_names_and_a_photo, preferences_count_once_they_are_set, the_first_post_counts, a_user_from_before_the_onboarding_is_taken_in, a_person_may_come_before_their_webhook, nobody_acts_for_somebody_else, the_last_step_may_come_from_clerk
"""

from .clerk_user import ClerkUser
from .models import EMAIL_VERIFIED, PROFILE_COMPLETED


def steps_shown_by(user: ClerkUser) -> set[str]:
    """The steps that Clerk's user shows as done, out of EMAIL_VERIFIED and PROFILE_COMPLETED.

    An e-mail counts when the primary address is verified. A profile counts with both names and a
    photo that the user has chosen.
    """
    steps = set()
    address = user.primary_address
    if address and address.verification and address.verification.status == "verified":
        steps.add(EMAIL_VERIFIED)
    if user.first_name and user.last_name and user.image_url:
        steps.add(PROFILE_COMPLETED)
    return steps
