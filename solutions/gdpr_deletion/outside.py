"""What is erased elsewhere: TODO 4. Lesson: course/*/lessons/gdpr_deletion.md"""

import hashlib

import stripe
from mailchimp_marketing.api_client import ApiClientError

from hooklab.services.mailchimp import mailchimp_client
from hooklab.services.stripe import stripe_client

from .settings import Settings
from .targets import Targets


def erase_customer(settings: Settings, targets: Targets) -> None:
    """Delete the customer at Stripe, if there is one. Whoever is gone there already is no error.

    Whatever else goes wrong raises: nobody knows then whether Stripe has done it.
    """
    # answer 4: call Stripe, and look at what it raises.
    if targets.stripe_customer_id is None:
        return
    try:
        stripe_client(settings).v1.customers.delete(targets.stripe_customer_id)
    except stripe.InvalidRequestError as error:
        # Somebody else was faster, or we were, and the answer was lost.
        if error.code != "resource_missing":
            raise


def erase_member(settings: Settings, targets: Targets) -> None:
    """Erase each address on the mailing list for good. One that is not there is no error.

    Whatever else goes wrong raises.
    """
    # answer 4: every address; archived is not erased.
    lists = mailchimp_client(settings).lists
    for address in targets.addresses:
        member = hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()
        try:
            lists.delete_list_member_permanent(settings.mailchimp_list_id, member)
        except ApiClientError as error:
            if error.status_code != 404:
                raise
