"""When the team must hear of failures, and of their end."""

import re

from .helpers import seed


def cron(lab):
    """Let a minute's cron run, and finish what it does after its answer."""
    lab.cron()
    lab.app.settle()


def alerts(lab, count, recoveries=0):
    """Fail unless so many alerts and recoveries have been posted; the alerts.

    With None for the recoveries, their number does not matter.
    """
    # A recovery may say what it is the end of: it is no alert.
    ends = [each for each in lab.slack.messages if "RECOVERED" in each.said]
    both = [each for each in ends if "ALERT" in each.said]
    found = lab.slack.expect_messages(count + len(both), containing="ALERT")
    if recoveries is not None:
        lab.slack.expect_messages(recoveries, containing="RECOVERED")
    return [each for each in found if each not in both]


def trouble(lab, failed=5, done=20):
    """Let so many webhooks arrive within the last minutes."""
    seed(lab, failed, ago=2, status="failed", error="TimeoutError")
    seed(lab, done, ago=2)


def test_more_than_the_limit_raises_an_alert(lab):
    trouble(lab, failed=1, done=19)
    cron(lab)
    alerts(lab, 0, None)
    lab.app.restart(FAILURE_ALERT_PERCENT="20")
    failed = lab.random.randrange(6, 20)
    # With one more that is done it would be the limit again, to the hundredth.
    total = 20 * failed - 1
    trouble(lab, failed=failed - 1, done=total - failed - 19)
    cron(lab)
    alerts(lab, 0, None)
    lab.app.restart()
    cron(lab)
    text = alerts(lab, 1, None)[0].said
    lab.require(
        {str(failed), str(total)} <= set(re.findall(r"\d+", text)),
        en=f"an alert that says that {failed} of {total} webhooks have failed",
        fr=f"une alerte qui dit que {failed} webhooks sur {total} ont échoué",
        got=text,
    )


def test_too_few_webhooks_raise_no_alert(lab):
    trouble(lab, failed=19, done=0)
    cron(lab)
    alerts(lab, 0)
    lab.app.restart(FAILURE_ALERT_MINIMUM="21")
    trouble(lab, failed=0, done=1)
    cron(lab)
    alerts(lab, 0)
    lab.app.restart()
    cron(lab)
    alerts(lab, 1)


def test_only_the_window_counts(lab):
    seed(lab, 300, ago=61, status="failed", error="TimeoutError")
    trouble(lab, failed=0, done=30)
    cron(lab)
    alerts(lab, 0, None)
    seed(lab, 900, ago=61)
    seed(lab, 3, ago=10, status="failed", error="TimeoutError")
    lab.app.restart(FAILURE_ALERT_WINDOW_MINUTES="5")
    cron(lab)
    alerts(lab, 0, None)
    lab.app.restart()
    cron(lab)
    alerts(lab, 1, None)


def test_an_alert_is_repeated_after_the_cooldown_only(lab):
    for minutes, count in ((0, 1), (1, 1), (29, 1), (29, 1), (2, 2), (30, 2)):
        lab.clock.advance(minutes=minutes)
        trouble(lab)
        if minutes == 29:
            lab.app.restart()
        cron(lab)
        alerts(lab, count)
    lab.app.restart(FAILURE_ALERT_COOLDOWN_MINUTES="20")
    cron(lab)
    alerts(lab, 3)
    # What ends and begins again within the cooldown is told once.
    trouble(lab, failed=0, done=1000)
    cron(lab)
    for minutes, count in ((10, 3), (11, 4)):
        lab.clock.advance(minutes=minutes)
        trouble(lab, failed=100)
        cron(lab)
        alerts(lab, count, recoveries=None)


def test_the_recovery_is_told_once(lab):
    trouble(lab, failed=0)
    cron(lab)
    alerts(lab, 0)
    trouble(lab)
    cron(lab)
    alerts(lab, 1)
    lab.clock.advance(minutes=61)
    trouble(lab, failed=0, done=10)
    cron(lab)
    alerts(lab, 1)
    trouble(lab, failed=0, done=11)
    for _ in range(2):
        cron(lab)
        alerts(lab, 1, recoveries=1)
        lab.clock.advance(minutes=1)
    trouble(lab)
    cron(lab)
    alerts(lab, 2, recoveries=1)


def test_what_slack_refuses_is_told_later(lab):
    faults = ({"status": 500}, {"drop": True}, {"refuse": True})
    for number, fault in enumerate(lab.draw.order(faults)):
        trouble(lab)
        told_late(lab, fault)
        alerts(lab, number + 1, recoveries=number)
        trouble(lab, failed=0, done=200)
        told_late(lab, fault)
        alerts(lab, number + 1, recoveries=number + 1)
        lab.clock.advance(minutes=120)


def told_late(lab, fault):
    """Let Slack fail when the cron comes, and work when it comes again."""
    lab.slack.fail(**fault)
    cron(lab)
    lab.slack.recover()
    lab.clock.advance(minutes=1)
    cron(lab)
    cron(lab)


def test_two_crons_at_once_tell_it_once(lab):
    for writes, count in ((0, 1), (1, 2)):
        trouble(lab)
        for answer in lab.cron.together(after=writes):
            answer.expect("2xx")
        lab.app.settle()
        alerts(lab, count)
        lab.clock.advance(minutes=61)
