"""What a reminder must be like, one claim a test. Whatever is due, a run of the cron sends."""

from datetime import timedelta

from .helpers import STEPS, ask, belated, came, choosing, cron, cron_at, due_at, newcomer, take


def test_the_reminder_leaves_48_hours_after_signup(lab):
    who = newcomer(lab)
    lab.clock.advance(hours=20)
    lab.deliver(who, note=belated()).expect("2xx")
    cron_at(lab, due_at(who) - timedelta(seconds=1))
    lab.inbox.expect(0)
    cron_at(lab, due_at(who) + timedelta(seconds=1))
    lab.inbox.expect(1, to=who.email)
    lab.inbox.expect(1)


def test_the_delay_is_a_setting(lab):
    lab.app.restart(ONBOARDING_REMINDER_HOURS="2")
    who = came(lab)
    cron_at(lab, due_at(who) - timedelta(hours=46, seconds=1))
    lab.inbox.expect(0)
    cron_at(lab, due_at(who) - timedelta(hours=46) + timedelta(seconds=1))
    lab.inbox.expect(1, to=who.email)


def test_whoever_is_complete_gets_no_reminder(lab):
    other, done, late = came(lab, *STEPS[:3]), came(lab), newcomer(lab)
    lab.clock.advance(hours=47)
    for who in (done, late):
        take(lab, who, *STEPS)
    lab.deliver(late, note=belated()).expect("2xx")
    cron_at(lab, due_at(other) + timedelta(minutes=1))
    lab.inbox.expect(1, to=other.email)
    lab.inbox.expect(1)


def test_whoever_left_or_wants_silence_gets_no_reminder(lab):
    other, gone, silent = came(lab, "preferences_set"), came(lab), came(lab)
    lab.clock.advance(hours=47)
    lab.deliver(lab.clerk.user_deleted(gone)).expect("2xx")
    ask(choosing(lab, silent, notifications=False)).expect("2xx")
    cron_at(lab, due_at(other) + timedelta(minutes=1))
    lab.inbox.expect(1, to=other.email)
    lab.inbox.expect(1)


def test_a_late_cron_sends_one_reminder(lab):
    who = came(lab)
    for event in (who, who.again(), lab.clerk.user_updated(who, first_name=lab.draw.word()), who):
        lab.clock.advance(hours=30)
        lab.deliver(event).expect("2xx")
    lab.db.expect("reminder", 1, clerk_id=who.user_id, kind="onboarding")
    for _ in range(4):
        lab.clock.advance(days=2)
        cron(lab)
        lab.inbox.expect(1, to=who.email)
    lab.deliver(who.again()).expect("2xx")
    cron(lab)
    lab.inbox.expect(1)


def test_two_crons_at_once_send_each_reminder_once(lab):
    # Some tidy up before they look for work: the race is then about a later write.
    for writes in (0, 1, 2):
        newcomers = [came(lab) for _ in range(2)]
        lab.clock.advance(hours=49)
        for answer in lab.cron.together(after=writes):
            answer.expect("2xx")
        lab.app.settle()
        cron(lab)
        for who in newcomers:
            lab.inbox.expect(1, to=who.email)


def test_a_mail_server_that_fails_delays_the_reminder_alone(lab):
    first, second = came(lab), came(lab)
    lab.inbox.fail(refuse=True)
    cron_at(lab, due_at(second) + timedelta(minutes=1))
    take(lab, first, "preferences_set")
    lab.inbox.recover()
    lab.inbox.fail(lost_answer=True, times=1)
    for _ in range(4):
        lab.clock.advance(hours=2)
        cron(lab)
    for who in (first, second):
        lab.inbox.expect(1, to=who.email)
    # It is tried every hour, so many times and no more.
    for attempts in lab.draw.order((3, 7)):
        lab.app.restart(MAIL_MAX_ATTEMPTS=str(attempts))
        patient, given_up = came(lab), came(lab)
        lab.inbox.fail(refuse=True)
        cron_at(lab, due_at(patient) + timedelta(minutes=1))
        for _ in range(attempts - 2):
            hourly(lab)
        lab.inbox.recover()
        lab.inbox.fail(status=451, times=1)
        hourly(lab)
        lab.inbox.recover()
        hourly(lab)
        reached = [who for who in (patient, given_up) if lab.inbox.mails(who.email)]
        lab.require(
            len(reached) == 1,
            en=f"MAIL_MAX_ATTEMPTS={attempts}: attempt {attempts} is made, and none after it",
            fr=f"MAIL_MAX_ATTEMPTS={attempts} : la tentative {attempts} a lieu, et aucune après",
            got="\n".join(who.email for who in reached) or "-",
        )


def hourly(lab):
    """Let the hour pass after which a failed attempt is made again."""
    lab.clock.advance(hours=1)
    cron(lab)


def test_the_reminder_goes_to_the_present_primary_address(lab):
    who = came(lab, emails=(lab.draw.address(), lab.draw.address()))
    older = lab.clerk.user_updated(who, first_name=lab.draw.word())
    newer = lab.clerk.user_updated(who, email=lab.draw.address(), verified=False)
    for event in (newer, older):
        lab.deliver(event).expect("2xx")
    cron_at(lab, due_at(who) + timedelta(minutes=1))
    mail = lab.inbox.expect(1)[0]
    lab.require(
        mail.to == (newer.email,),
        en=f"a reminder to the primary address that the newest event names, {newer.email}",
        fr=f"un rappel à l’adresse principale que donne l’événement le plus récent, {newer.email}",
        got=", ".join(mail.to),
    )


def test_one_who_cannot_be_reached_holds_nobody_up(lab):
    came(lab, via="phone")
    everybody = [came(lab) for _ in range(3)]
    lab.clock.advance(hours=49)
    lab.inbox.fail(status=550, times=1)
    cron(lab)
    reached = {mail.to for mail in lab.inbox.mails()}
    lab.require(
        len(reached) >= 2,
        en="two reminders at least, when one of three is refused",
        fr="deux rappels au moins, quand un sur trois est refusé",
        got=", ".join(sorted(address for to in reached for address in to)) or "-",
    )
    for _ in range(2):
        lab.clock.advance(hours=2)
        cron(lab)
    for who in everybody:
        lab.inbox.expect(1, to=who.email)
    lab.inbox.expect(3)
