"""What is erased elsewhere: TODO 4. Lesson: course/*/lessons/gdpr_deletion.md"""

from .settings import Settings
from .targets import Targets


def erase_customer(settings: Settings, targets: Targets) -> None:
    """Delete the customer at Stripe, if there is one. Whoever is gone there already is no error.

    Whatever else goes wrong raises: nobody knows then whether Stripe has done it.
    """
    # TODO 4: call Stripe, and look at what it raises.
    raise NotImplementedError("erase_customer(): TODO 4 is still open, in outside.py")


def erase_member(settings: Settings, targets: Targets) -> None:
    """Erase each address on the mailing list for good. One that is not there is no error.

    Whatever else goes wrong raises.
    """
    # TODO 4: every address; archived is not erased.
    raise NotImplementedError("erase_member(): TODO 4 is still open, in outside.py")
