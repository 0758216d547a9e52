"""A customer or a member who is gone already is a failure like any other.

Loses: what_is_gone_already_counts_as_done, after_a_lost_answer_the_step_ends_well, a_crash_during_a_call_loses_nothing
"""

import hashlib

from hooklab.services import Settings
from hooklab.services.mailchimp import mailchimp_client
from hooklab.services.stripe import stripe_client

from .targets import Targets


def erase_customer(settings: Settings, targets: Targets) -> None:
    """Delete the customer at Stripe, if there is one. Whoever is gone there already is no error.

    Whatever else goes wrong raises: nobody knows then whether Stripe has done it.
    """
    if targets.stripe_customer_id is None:
        return
    stripe_client(settings).v1.customers.delete(targets.stripe_customer_id)


def erase_member(settings: Settings, targets: Targets) -> None:
    """Erase each address on the mailing list for good. One that is not there is no error.

    Whatever else goes wrong raises.
    """
    lists = mailchimp_client(settings).lists
    for address in targets.addresses:
        member = hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()
        lists.delete_list_member_permanent(settings.mailchimp_list_id, member)
