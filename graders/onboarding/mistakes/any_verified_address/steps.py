"""Any verified address is taken for the primary one.

Loses: an_email_counts_once_its_primary_address_is_verified
"""

from .clerk_user import ClerkUser
from .models import EMAIL_VERIFIED, PROFILE_COMPLETED


def steps_shown_by(user: ClerkUser) -> set[str]:
    """The steps that Clerk's user shows as done, out of EMAIL_VERIFIED and PROFILE_COMPLETED.

    An e-mail counts when the primary address is verified. A profile counts with both names and a
    photo that the user has chosen.
    """
    steps = set()
    proofs = [entry.verification for entry in user.email_addresses if entry.verification]
    if any(proof.status == "verified" for proof in proofs):
        steps.add(EMAIL_VERIFIED)
    # Not `image_url`: Clerk fills that for everybody.
    if user.first_name and user.last_name and user.has_image:
        steps.add(PROFILE_COMPLETED)
    return steps
