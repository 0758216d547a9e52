"""Clerk is said to have verified every address.

Loses: a_signup_begins_an_incomplete_onboarding, an_email_counts_once_its_primary_address_is_verified, a_profile_needs_both_names_and_a_photo, preferences_count_once_they_are_set, the_first_post_counts, a_person_may_come_before_their_webhook, nobody_acts_for_somebody_else, the_last_step_may_come_from_clerk
"""

from .clerk_user import ClerkUser
from .models import EMAIL_VERIFIED, PROFILE_COMPLETED


def steps_shown_by(user: ClerkUser) -> set[str]:
    """The steps that Clerk's user shows as done, out of EMAIL_VERIFIED and PROFILE_COMPLETED.

    An e-mail counts when the primary address is verified. A profile counts with both names and a
    photo that the user has chosen.
    """
    steps = set()
    steps.add(EMAIL_VERIFIED)
    # Not `image_url`: Clerk fills that for everybody.
    if user.first_name and user.last_name and user.has_image:
        steps.add(PROFILE_COMPLETED)
    return steps
