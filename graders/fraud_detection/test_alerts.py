"""What an anomaly sets going: an e-mail to the user, a message to the security team."""

from datetime import timedelta

from hooklab.grading.defaults import defaults
from hooklab.grading.inbox import content
from hooklab.texts import pick

from .helpers import cron, note, only

DEFAULTS = defaults(__file__)
COOLDOWN = timedelta(hours=DEFAULTS["fraud_cooldown_hours"])
MINUTE = timedelta(minutes=1)

# A message that has failed is due again within this time, see the statement.
AGAIN = 1.0


def later(lab):
    """Let an hour pass, and the cron run."""
    # A lease must not run out under somebody who is still sending.
    lab.app.settle()
    lab.clock.advance(hours=AGAIN)
    cron(lab)


def abroad(lab, user, **session):
    """Deliver a session from home; the event of one from another country, not delivered yet."""
    # Whether one user's alert silences another's is the claim of one check.
    lab.clock.advance(seconds=COOLDOWN.total_seconds())
    home = lab.clerk.session_created(user, country="FR")
    lab.deliver(home, note=note(home)).expect("2xx")
    lab.app.settle()
    lab.clock.advance(minutes=1)
    return lab.clerk.session_created(user, country="DE", **session)


def alarm(lab, *users):
    """Sign each of `users` in from a new country, and let the cron run."""
    for user in users:
        session = abroad(lab, user)
        lab.deliver(session, note=note(session)).expect("2xx")
    cron(lab)


def told(lab, user, *, mails, messages):
    """Fail unless the user got so many e-mails, and the team so many messages about them."""
    lab.inbox.expect(mails, to=user.email)
    return lab.slack.expect_messages(messages, containing=user.user_id)


def noted(lab, channel):
    """Fail unless the log has a line about a failed attempt through `channel`."""
    lab.require(
        any(
            line.get("channel") == channel and line.get("outcome") == "failed"
            for line in lab.logs.lines
        ),
        en=f'a JSON log line with "channel": "{channel}" and "outcome": "failed"',
        fr=f'une ligne de journal JSON avec « "channel": "{channel}" » et « "outcome": "failed" »',
        got=lab.logs.text,
    )


def begin(lab, hold, event):
    """Deliver `event` until its message has come to `hold`; the requests that are under way."""
    requests = [lab.deliver.later(event)]
    if not hold.wait(during=requests):
        requests[0].result().expect("2xx")
        # Either the app is at rest, or a background task is still on its way there.
        lab.app.settle(1)
    if not hold.wait(timeout=0):
        requests.append(lab.cron.later())
    lab.require(
        hold.wait(during=requests) or hold.wait(timeout=2),
        en="an alert on its way, after the session or in the next cron run",
        fr="une alerte en route, après la session ou au cron suivant",
        got=pick({"en": "there was none", "fr": "il n’y en a pas eu"}),
    )
    return requests


def has_link(lab, text):
    """Whether there is an address to open in `text`, with its scheme or without."""
    app = lab.settings["APP_URL"].partition("://")[2]
    return any(sign in text.lower() for sign in ("://", "www.", "href=", app.lower()))


def test_an_anomaly_alerts_the_user_and_the_team(lab):
    sender = lab.draw.address()
    lab.app.restart(MAIL_FROM=sender)
    first, last = f"{lab.draw.word()}ë", lab.draw.word()
    user = lab.clerk.user_created(
        first_name=first, last_name=last, emails=(lab.draw.address(), lab.draw.address())
    )
    by_phone = lab.clerk.user_created(via="phone")
    alarm(lab, user, by_phone)
    (mail,) = lab.inbox.expect(1)
    lab.require(
        mail.to == (user.email,) and sender in mail.header("from"),
        en=f"an e-mail from {sender} to the primary address, {user.email}",
        fr=f"un e-mail de {sender} à l’adresse principale, {user.email}",
        got=f"{mail.header('from')} → {', '.join(mail.to)}",
    )
    lab.require(
        mail.subject.strip() and mail.text.strip() and not has_link(lab, mail.text + mail.html),
        en="an e-mail with a subject and a text part, and without any link",
        fr="un e-mail avec un objet et une partie texte, et sans aucun lien",
        got=content(mail),
    )
    for each, words in ((user, ("new_country", first, last)), (by_phone, ("new_country",))):
        (message,) = lab.slack.expect_messages(1, containing=each.user_id)
        said = "\n".join(text for _kind, text in message.parts)
        for word in words:
            lab.require(
                word in said,
                en=f"a Slack message that contains {word}",
                fr=f"un message Slack qui contient {word}",
                got=said,
            )
        lab.require(
            str(user.email) not in said,
            en="a Slack message without the e-mail address",
            fr="un message Slack sans l’adresse e-mail",
            got=said,
        )


def test_an_alert_is_not_repeated_within_the_cooldown(lab):
    lab.app.restart(**only("new_country"))
    user, other = lab.clerk.user_created(), lab.clerk.user_created()
    first = lab.clock.now() - COOLDOWN - 30 * MINUTE

    def sign_in(whose, country, at):
        """One session; the cron runs, so that the next one finds it examined."""
        session = lab.clerk.session_created(whose, country=country, at=at)
        lab.deliver(session, note=note(session)).expect("2xx")
        cron(lab)
        return session

    for each in (user, other):
        sign_in(each, "FR", first - 90 * MINUTE)
    raised = sign_in(user, "DE", first)
    for repeat in (raised, raised.again()):
        lab.deliver(repeat, note="Svix")
    # What only the process remembers is forgotten now.
    lab.app.restart(**only("new_country"))
    sign_in(user, "BE", first + COOLDOWN - timedelta(seconds=1))
    # What comes late is as near as what comes after.
    sign_in(user, "ES", first - 60 * MINUTE)
    sign_in(other, "DE", first + MINUTE)
    for each in (user, other):
        lab.db.expect("security_alert", 1, clerk_id=each.user_id)
        told(lab, each, mails=1, messages=1)
    sign_in(user, "CH", first + COOLDOWN)
    told(lab, user, mails=2, messages=2)


def test_sessions_at_once_raise_one_alert(lab):
    lab.app.restart(**only("many_sessions"))
    user = lab.clerk.user_created()
    for _ in range(5):
        lab.deliver(lab.clerk.session_created(user)).expect("2xx")
    sixth, seventh = (lab.clerk.session_created(user) for _ in range(2))
    lab.deliver.together([sixth, seventh] * 4)
    cron(lab)
    lab.db.expect("security_alert", 1, clerk_id=user.user_id, rule="many_sessions")
    told(lab, user, mails=1, messages=1)


def test_two_crons_at_once_send_each_message_once(lab):
    # Some tidy up before they look for work: the race for the message is then a later write.
    for writes in (0, 1):
        user = lab.clerk.user_created()
        lab.slack.fail(refuse=True)
        lab.inbox.fail(refuse=True)
        alarm(lab, user)
        lab.slack.recover()
        lab.inbox.recover()
        lab.clock.advance(hours=AGAIN)
        # Long enough for a rival to take what is being sent.
        lab.slack.slow(0.2)
        for answer in lab.cron.together(after=writes):
            answer.expect("2xx")
        lab.slack.recover()
        cron(lab)
        told(lab, user, mails=1, messages=1)


def test_slack_that_is_down_delays_its_message_alone(lab):
    user = lab.clerk.user_created()
    lab.slack.fail(refuse=True)
    alarm(lab, user)
    told(lab, user, mails=1, messages=0)
    noted(lab, "slack")
    lab.slack.recover()
    for _ in range(2):
        later(lab)
        told(lab, user, mails=1, messages=1)
    # It is tried so many times and no more.
    for attempts, messages in lab.draw.order(((2, 0), (4, 1))):
        lab.app.restart(ALERT_MAX_ATTEMPTS=str(attempts))
        user = lab.clerk.user_created()
        lab.slack.fail(refuse=True)
        alarm(lab, user)
        for _ in range(attempts - 1 - messages):
            later(lab)
        lab.slack.recover()
        for _ in range(2):
            later(lab)
        told(lab, user, mails=1, messages=messages)


def test_a_refusal_by_slack_is_a_failure(lab):
    faults = ({"status": 429, "retry_after": 30}, {"status": 500}, {"status": 403})
    for fault in lab.draw.order(faults):
        user = lab.clerk.user_created()
        lab.slack.fail(**fault, times=1)
        alarm(lab, user)
        later(lab)
        told(lab, user, mails=1, messages=1)
    user = lab.clerk.user_created()
    lab.slack.fail(lost_answer=True, times=1)
    alarm(lab, user)
    later(lab)
    sent_again(lab, lab.slack.posted(user.user_id))


def sent_again(lab, arrived):
    """Fail unless what has arrived while its answer was lost came a second time."""
    lab.require(
        len(arrived) >= 2,
        en="the message again: its answer was lost, so nobody can know whether it has arrived",
        fr="le message une deuxième fois : sa réponse s’est perdue, personne ne peut savoir s’il "
        "est arrivé",
        got=pick({"en": "it came once", "fr": "il n’est arrivé qu’une fois"}),
    )


def test_a_mail_server_that_is_down_delays_its_mail_alone(lab):
    for fault in lab.draw.order(({"refuse": True}, {"status": 451})):
        lab.inbox.fail(**fault)
        user = lab.clerk.user_created()
        alarm(lab, user)
        told(lab, user, mails=0, messages=1)
        noted(lab, "email")
        lab.inbox.recover()
        for _ in range(2):
            later(lab)
            told(lab, user, mails=1, messages=1)
    user = lab.clerk.user_created()
    lab.inbox.fail(lost_answer=True, times=1)
    alarm(lab, user)
    later(lab)
    sent_again(lab, lab.inbox.mails(user.email))


def test_a_channel_that_hangs_holds_nobody_up(lab):
    channels = (("Slack", lab.slack, "request"), ("SMTP", lab.inbox, "connect"))
    for channel in lab.draw.order(channels):
        holds_nobody_up(lab, *channel)


def holds_nobody_up(lab, channel, service, point):
    user, other = lab.clerk.user_created(), lab.clerk.user_created()
    suspicious = abroad(lab, user)
    with service.hold(point) as hold:
        requests = begin(lab, hold, suspicious)
        deliveries = [requests[0], lab.deliver.later(lab.clerk.session_created(other))]
        lab.require(
            # An app that waits does so for the five seconds that its clients wait.
            not lab.wait(deliveries, timeout=2.5).not_done,
            en=f"an answer to both deliveries while the first one's alert waits for {channel}",
            fr="une réponse aux deux livraisons pendant que l’alerte de la première attend "
            f"{channel}",
            got=pick({"en": "no answer within 2.5 s", "fr": "aucune réponse en 2,5 s"}),
        )
        for delivery in deliveries:
            delivery.result().expect("2xx")
    for request in requests:
        request.result().expect("2xx")
    later(lab)
    told(lab, user, mails=1, messages=1)


def test_a_crash_loses_no_alert(lab):
    for writes in (1, 2, 3):
        user = lab.clerk.user_created()
        suspicious = abroad(lab, user)
        with lab.database.hold_writes(after=writes) as held:
            held(lab.deliver.later(suspicious))
            lab.app.kill()
        recovered(lab, user, suspicious)
    user = lab.clerk.user_created()
    suspicious = abroad(lab, user)
    with lab.slack.hold("request") as hold:
        begin(lab, hold, suspicious)
        lab.app.kill()
    recovered(lab, user, suspicious)


def recovered(lab, user, session):
    """Start the app again, deliver again, and fail unless everybody gets to know in the end."""
    lab.app.restart()
    # Its answer is another claim's: the first attempt may have stored it.
    lab.deliver(session, note="Svix")
    for _ in range(2):
        later(lab)
    # Whoever was killed while sending cannot know whether it has arrived, and sends again.
    mails, messages = lab.inbox.mails(user.email), lab.slack.posted(user.user_id)
    lab.require(
        len(mails) in (1, 2) and len(messages) in (1, 2),
        en="an e-mail and a Slack message about the alert, two at most of each",
        fr="un e-mail et un message Slack au sujet de l’alerte, deux de chaque au plus",
        got=pick(
            {
                "en": f"e-mails: {len(mails)}, Slack messages: {len(messages)}",
                "fr": f"e-mails : {len(mails)}, messages Slack : {len(messages)}",
            }
        ),
    )


def test_a_strangers_text_does_no_harm_in_slack(lab):
    name = lab.draw.word()
    names = (
        ("<!channel>", "&lt;!channel&gt;"),
        (f"<https://evil.example|{name}>", f"&lt;https://evil.example|{name}&gt;"),
        (f"{name} & O'Brien", f"{name} &amp; O'Brien"),
    )
    for name, escaped in lab.draw.order(names):
        user = lab.clerk.user_created(first_name=name, last_name=f"{name}!")
        alarm(lab, user)
        (message,) = told(lab, user, mails=1, messages=1)
        lab.require(
            any((escaped if kind == "mrkdwn" else name) in text for kind, text in message.parts)
            and not any(kind == "mrkdwn" and name in text for kind, text in message.parts),
            en=f"each name {name!r} as {escaped!r}, or as it is in a plain_text object",
            fr=f"chaque nom {name!r} écrit {escaped!r}, ou tel quel dans un objet plain_text",
            got="\n".join(f"{kind}: {text!r}" for kind, text in message.parts),
        )
    for end in lab.draw.order(("\n", "\r", "\u2028")):
        first, last = lab.draw.word(), lab.draw.word()
        user = lab.clerk.user_created(
            first_name=f"{first}{end}new_country: solved", last_name=f"{last}{end}Bye"
        )
        alarm(lab, user)
        (message,) = told(lab, user, mails=1, messages=1)
        said = [text for _kind, text in message.parts]
        lab.require(
            not any(f"{line}{end}" in text for text in said for line in (first, last)),
            en="names that stay on one line",
            fr="des noms qui restent sur une ligne",
            got="\n".join(f"{kind}: {text!r}" for kind, text in message.parts),
        )


def test_nothing_personal_is_printed(lab):
    first, last, ip = lab.draw.word(), lab.draw.word(), lab.draw.ip()
    user = lab.clerk.user_created(first_name=first, last_name=last, email=lab.draw.address())
    suspicious = abroad(lab, user, ip=ip)
    with lab.database.unavailable():
        lab.deliver(suspicious)
    lab.slack.fail(refuse=True)
    lab.inbox.fail(status=550)
    lab.deliver(suspicious).expect("2xx")
    cron(lab)
    lab.slack.fail(status=403)
    later(lab)
    lab.slack.recover()
    lab.inbox.recover()
    later(lab)
    for channel in ("slack", "email"):
        noted(lab, channel)
    secret = lab.settings["SLACK_WEBHOOK_URL"].rpartition("/")[2]
    for text, what in (
        (user.email, {"en": "The e-mail address", "fr": "L’adresse e-mail"}),
        (first, {"en": "The first name", "fr": "Le prénom"}),
        (last, {"en": "The last name", "fr": "Le nom"}),
        (ip, {"en": "The IP address", "fr": "L’adresse IP"}),
        (secret, {"en": "Slack’s secret address", "fr": "L’adresse secrète de Slack"}),
    ):
        lab.logs.expect_absent(text, what)
