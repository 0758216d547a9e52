"""The steps that Clerk knows about: TODO 2. Lesson: course/*/lessons/onboarding.md"""

from .clerk_user import ClerkUser
from .models import EMAIL_VERIFIED, PROFILE_COMPLETED


def steps_shown_by(user: ClerkUser) -> set[str]:
    """The steps that Clerk's user shows as done, out of EMAIL_VERIFIED and PROFILE_COMPLETED.

    An e-mail counts when the primary address is verified. A profile counts with both names and a
    photo that the user has chosen; a name of spaces is none.
    """
    # answer 2: look at the primary address, the names and the photo.
    steps = set()
    address = user.primary_address
    if address and address.verification and address.verification.status == "verified":
        steps.add(EMAIL_VERIFIED)
    # Not `image_url`: Clerk fills that for everybody.
    if all(map(_is_said, (user.first_name, user.last_name))) and user.has_image:
        steps.add(PROFILE_COMPLETED)
    return steps


def _is_said(name: str | None) -> bool:
    return bool(name and name.strip())
