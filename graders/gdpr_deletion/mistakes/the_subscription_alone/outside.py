"""The subscriptions are cancelled; the customer, with name and address, stays at Stripe.

Loses: the_stripe_customer_is_deleted, after_a_lost_answer_the_step_ends_well, an_error_is_not_taken_for_done, nobody_waits_for_a_service_that_hangs, the_erasure_is_written_down_before_any_call, one_failed_step_stops_no_other, a_failed_step_is_tried_again_until_it_succeeds, finished_steps_are_not_repeated, another_delivery_changes_nothing, eight_deliveries_at_once_erase_once, two_crons_at_once_do_a_step_once, a_crash_between_two_writes_loses_nothing, a_crash_during_a_call_loses_nothing, the_audit_has_the_time_of_the_deletion, nothing_personal_is_left_anywhere, nothing_personal_is_printed
"""

import hashlib

import stripe
from mailchimp_marketing.api_client import ApiClientError

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
    try:
        client = stripe_client(settings).v1.subscriptions
        for each in client.list({"customer": targets.stripe_customer_id}).data:
            client.cancel(each.id)
    except stripe.InvalidRequestError as error:
        # Somebody else was faster, or we were, and the answer was lost.
        if error.code != "resource_missing":
            raise


def erase_member(settings: Settings, targets: Targets) -> None:
    """Erase each address on the mailing list for good. One that is not there is no error.

    Whatever else goes wrong raises.
    """
    lists = mailchimp_client(settings).lists
    for address in targets.addresses:
        member = hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()
        try:
            lists.delete_list_member_permanent(settings.mailchimp_list_id, member)
        except ApiClientError as error:
            if error.status_code != 404:
                raise
