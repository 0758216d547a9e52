"""One sign-up, one e-mail: repeats, races and crashes. One claim a test."""

from concurrent.futures import FIRST_COMPLETED

from .helpers import (
    BASE,
    DUE,
    begin_sending,
    crash,
    cron,
    fail_first_attempt,
    queued,
    stored,
    welcome,
)


def test_a_redelivered_signup_sends_one_mail(lab):
    signup = lab.clerk.user_created()
    for _ in range(3):
        welcome(lab, signup)
        lab.clock.advance(hours=30)
    stored(lab, signup)
    lab.inbox.expect(1)
    queued(lab, signup, status="sent")


def test_the_same_signup_in_another_message_sends_no_second_mail(lab):
    signup = lab.clerk.user_created()
    welcome(lab, signup)
    welcome(lab, signup.again())
    # What it says is no news any more: the person may have changed it since.
    welcome(lab, signup.changed(new_id=True, first_name=lab.draw.word()))
    stored(lab, signup)
    lab.inbox.expect(1)
    # An address makes nobody the same: who comes back after leaving is somebody new.
    lab.clerk.user_deleted(signup)
    welcome(lab, lab.clerk.user_created(email=signup.email))
    lab.inbox.expect(2, to=signup.email)


def test_eight_deliveries_at_once_send_one_mail(lab):
    signup = lab.clerk.user_created()
    for answer in lab.deliver.together([signup] * 8):
        answer.expect("2xx")
    lab.app.settle()
    cron(lab)
    stored(lab, signup)
    lab.inbox.expect(1)


def test_two_crons_at_once_send_each_mail_once(lab):
    # Some tidy up before they look for work: the race for the mail is then about a later write.
    for writes in (0, 1):
        signups = [lab.clerk.user_created() for _ in range(2)]
        fail_first_attempt(lab, *signups)
        lab.clock.advance(seconds=DUE * BASE)
        for answer in lab.cron.together(after=writes):
            answer.expect("2xx")
        lab.app.settle()
        cron(lab)
        for signup in signups:
            lab.inbox.expect(1, to=signup.email)
    # The mail server waits, so that the other one comes before the mail is under way.
    signup = lab.clerk.user_created()
    fail_first_attempt(lab, signup)
    lab.clock.advance(seconds=DUE * BASE)
    with lab.inbox.hold("connect"):
        crons = lab.cron.at_once(after=1)
        # Who comes too late is done; an app may also keep it waiting for the first.
        lab.wait(crons, timeout=2, return_when=FIRST_COMPLETED)
    for each in crons:
        each.result().expect("2xx")
    lab.app.settle()
    cron(lab)
    lab.inbox.expect(1, to=signup.email)


def test_a_mail_under_way_is_left_to_its_sender(lab):
    signup = lab.clerk.user_created()
    other = lab.app.another()
    with lab.inbox.hold("connect") as hold:
        first = begin_sending(lab, hold, signup)
        second = [lab.deliver.later(signup, app=other), lab.cron.later(app=other)]
        hold.wait(2, during=second)
    for request in first + second:
        request.result().expect("2xx")
    lab.inbox.expect(1)


def test_a_crash_before_the_greeting_loses_and_doubles_nothing(lab):
    signup = lab.clerk.user_created()
    crash(lab, "connect", signup)
    stored(lab, signup)
    lab.inbox.expect(1)
    queued(lab, signup, status="sent")


def test_a_crash_after_the_text_never_sends_a_second_mail(lab):
    signup = lab.clerk.user_created()
    crash(lab, "answer", signup)
    stored(lab, signup)
    lab.inbox.expect(1)
    queued(lab, signup, status="uncertain")


def test_a_lost_answer_never_sends_a_second_mail(lab):
    signup = lab.clerk.user_created()
    lab.inbox.fail(lost_answer=True, times=1)
    welcome(lab, signup)
    for _ in range(3):
        lab.clock.advance(hours=2)
        cron(lab)
    welcome(lab, signup, note="Svix")
    lab.inbox.expect(1)
    queued(lab, signup, status="uncertain")
