"""A sign-up is an event of product analytics: TODO 5. Lesson: course/*/lessons/"""

from typing import Any

from .models import User

# Segment's client has no types: `client` is segment_client(settings).


def track(client: Any, user: User) -> None:
    """Track “User Signed Up”, at the time when it happened, with the user's id and nothing else.

    Every attempt carries the same `message_id`, by which Segment knows the event again.
    """
    # answer 5: client.track() with four arguments.
    client.track(
        user_id=user.clerk_id,
        event="User Signed Up",
        timestamp=user.signed_up_at,
        # The prefix: Segment does not keep one customer's ids apart from another's.
        message_id=f"hooklab-signup-{user.clerk_id}",
    )
