"""When the team must hear of failures, and of their end."""

from .admin import seed


def cron(lab):
    """Let a minute's cron run, and finish what it does after its answer."""
    lab.cron()
    lab.app.settle()


def alerts(lab, count, recoveries=0):
    """Fail unless so many alerts and recoveries have been posted; the alerts."""
    found = lab.slack.expect_messages(count, containing="ALERT")
    lab.slack.expect_messages(recoveries, containing="RECOVERED")
    return found


def trouble(lab, failed=5, done=20):
    """Let so many webhooks arrive within the last minutes."""
    seed(lab, failed, ago=2, status="failed", error="TimeoutError")
    seed(lab, done, ago=2)


def test_more_than_the_limit_raises_an_alert(lab):
    trouble(lab, failed=1, done=19)
    cron(lab)
    alerts(lab, 0)
    lab.app.restart(FAILURE_ALERT_PERCENT="20")
    trouble(lab, failed=2, done=1)
    cron(lab)
    alerts(lab, 0)
    lab.app.restart()
    cron(lab)
    message = alerts(lab, 1)[0]
    said = message.text + repr(message.blocks)
    lab.require(
        "3" in said and "23" in said,
        en="an alert that says that 3 of 23 webhooks have failed",
        fr="une alerte qui dit que 3 webhooks sur 23 ont échoué",
        got=said,
    )


def test_too_few_webhooks_raise_no_alert(lab):
    trouble(lab, failed=19, done=0)
    cron(lab)
    alerts(lab, 0)
    trouble(lab, failed=0, done=1)
    cron(lab)
    alerts(lab, 1)


def test_only_the_window_counts(lab):
    seed(lab, 300, ago=61, status="failed", error="TimeoutError")
    trouble(lab, failed=0, done=30)
    cron(lab)
    alerts(lab, 0)
    seed(lab, 900, ago=61)
    trouble(lab, failed=3, done=0)
    cron(lab)
    alerts(lab, 1)


def test_an_alert_is_repeated_after_the_cooldown_only(lab):
    for minutes, count in ((0, 1), (1, 1), (29, 1), (29, 1), (2, 2), (30, 2)):
        lab.clock.advance(minutes=minutes)
        trouble(lab)
        if minutes == 29:
            lab.app.restart()
        cron(lab)
        alerts(lab, count)


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
    trouble(lab, failed=0, done=10)
    for _ in range(2):
        cron(lab)
        alerts(lab, 1, recoveries=1)
        lab.clock.advance(minutes=1)
    trouble(lab)
    cron(lab)
    alerts(lab, 2, recoveries=1)


def test_what_slack_refuses_is_told_later(lab):
    for fault in ({"status": 500}, {"drop": True}, {"refuse": True}):
        told = len(lab.slack.messages)
        trouble(lab)
        lab.slack.fail(**fault)
        cron(lab)
        lab.slack.recover()
        lab.clock.advance(minutes=1)
        cron(lab)
        cron(lab)
        lab.slack.expect_messages(told + 1)
        lab.clock.advance(minutes=120)


def test_two_crons_at_once_tell_it_once(lab):
    for writes, count in ((0, 1), (1, 2)):
        trouble(lab)
        for answer in lab.cron.together(after=writes):
            answer.expect("2xx")
        lab.app.settle()
        alerts(lab, count)
        lab.clock.advance(minutes=61)
