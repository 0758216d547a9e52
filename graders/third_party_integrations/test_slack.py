"""How new users are announced in Slack, one claim a test. The titles are in rubric.toml."""

import re
from datetime import timedelta
from itertools import pairwise

from .helpers import arrive, expect_announced, retry, run, shown

SECOND = timedelta(seconds=1)


def test_a_signup_is_announced_once(lab):
    names = (f"{lab.draw.word()}ë", lab.draw.word())
    zoe = lab.clerk.user_created(first_name=names[0], last_name=names[1])
    older = lab.clerk.user_created()
    arrive(lab, zoe)
    for event in (
        zoe,
        zoe.again(),
        lab.clerk.user_updated(zoe, last_name=lab.draw.word()),
        lab.clerk.user_updated(older, last_name=lab.draw.word()),
    ):
        lab.deliver(event).expect("2xx")
    for _ in range(2):
        lab.clock.advance(minutes=1)
        run(lab)
    (message,) = expect_announced(lab, zoe)
    lab.require(
        message.text.strip(),
        en="a message with a `text`, which notifications show",
        fr="un message avec un `text`, que les notifications affichent",
        got=shown(message),
    )
    for name in names:
        lab.require(
            any(name in text for _kind, text in message.parts),
            en=f"a message that contains the name {name}",
            fr=f"un message qui contient le nom {name}",
            got=shown(message),
        )
    lab.slack.expect_messages(1)
    # Somebody else leaves while this one waits for Slack.
    leaves, waits = lab.clerk.user_created(), lab.clerk.user_created()
    arrive(lab, leaves)
    lab.slack.fail(refuse=True)
    arrive(lab, waits)
    arrive(lab, lab.clerk.user_deleted(leaves))
    lab.slack.recover()
    for _ in range(2):
        retry(lab)
    expect_announced(lab, waits)


def test_the_link_opens_the_user_in_the_dashboard(lab):
    app_id = f"app_{lab.random.randrange(16**12):012x}"
    lab.app.restart(CLERK_APP_ID=app_id)
    user = lab.clerk.user_created()
    arrive(lab, user)
    (message,) = expect_announced(lab, user)
    wanted = (
        f"https://dashboard.clerk.com/apps/{app_id}/instances/{lab.clerk.instance_id}"
        f"/users/{user.user_id}"
    )
    # Whatever stands around it in Slack's own form, in brackets or at the end of a sentence.
    found = re.findall(r"https://dashboard\.[^\s<>|()\[\]{}\"'`*]*", message.said)
    links = [link.rstrip(".,;:!?…_~") for link in found]
    lab.require(
        links and set(links) == {wanted},
        en=f"a link to {wanted}",
        fr=f"un lien vers {wanted}",
        got="\n".join(links) or shown(message),
    )


def test_a_user_without_a_name_is_announced_without_one(lab):
    for first_name in lab.draw.order((None, lab.draw.word())):
        user = lab.clerk.user_created(first_name=first_name, last_name=None)
        arrive(lab, user)
        (message,) = expect_announced(lab, user)
        said = "\n".join(text for _kind, text in message.parts).replace(user.user_id, "")
        for word in ("None", "null", "undefined"):
            lab.require(
                word not in said.replace(lab.clerk.instance_id, ""),
                en=f"a message without the word {word}: this user has no last name",
                fr=f"un message sans le mot {word} : cet utilisateur n’a pas de nom",
                got=shown(message),
            )


def test_a_hostile_name_does_no_harm(lab):
    name = lab.draw.word()
    names = (
        ("<!channel>", "&lt;!channel&gt;"),
        (f"<https://evil.example|{name}>", f"&lt;https://evil.example|{name}&gt;"),
        (f"{name} & O'Brien", f"{name} &amp; O'Brien"),
    )
    for name, escaped in lab.draw.order(names):
        user = lab.clerk.user_created(first_name=name, last_name=f"{name}!")
        arrive(lab, user)
        (message,) = expect_announced(lab, user)
        said = message.parts
        lab.require(
            any(escaped in text or (kind != "mrkdwn" and name in text) for kind, text in said)
            and not any(kind == "mrkdwn" and name in text for kind, text in said),
            en=f"the name {name!r} as {escaped!r}, or as it is in a plain_text object",
            fr=f"le nom {name!r} écrit {escaped!r}, ou tel quel dans un objet plain_text",
            got=shown(message),
        )
    for end in lab.draw.order(("\n", "\r", "\u2028")):
        name = lab.draw.word()
        user = lab.clerk.user_created(first_name=f"{name}{end}Verified")
        arrive(lab, user)
        (message,) = expect_announced(lab, user)
        lines = [line for _kind, text in message.parts for line in text.splitlines()]
        lab.require(
            all(name in line for line in lines if "Verified" in line),
            en="a name that stays on one line",
            fr="un nom qui reste sur une ligne",
            got=shown(message),
        )


def test_no_address_stands_in_slack(lab):
    domain = f"{lab.draw.word()}.example".lower()
    user = lab.clerk.user_created(emails=(f"first@{domain}", f"second@{domain}"))
    arrive(lab, user)
    (message,) = expect_announced(lab, user)
    lab.require(
        domain not in message.said,
        en="a message without an e-mail address",
        fr="un message sans adresse e-mail",
        got=shown(message),
    )


def test_a_burst_does_not_flood_slack(lab):
    imported = [lab.clerk.user_created(via="import") for _ in range(8)]
    for number, user in enumerate(imported):
        lab.deliver(user).expect("2xx")
        if number % 3 == 2:
            run(lab)
    for _ in range(2 * len(imported)):
        lab.clock.advance(minutes=1)
        run(lab)
        said = "\n".join(message.said for message in lab.slack.messages)
        if all(user.user_id in said for user in imported):
            break
    for user in imported:
        expect_announced(lab, user)
    moments = [call.received_at for call in lab.slack.calls()]
    lab.require(
        all(later - earlier >= SECOND for earlier, later in pairwise(moments)),
        en="no two messages to Slack within one second",
        fr="jamais deux messages à Slack dans la même seconde",
        got="\n".join(f"{moment:%H:%M:%S}" for moment in moments),
    )


def test_two_crons_at_once_announce_once(lab):
    # Some tidy up before they look for work: the race for the message is then about a later write.
    for writes in (0, 1):
        users = [lab.clerk.user_created() for _ in range(2)]
        lab.slack.fail(refuse=True)
        for user in users:
            arrive(lab, user)
        lab.slack.recover()
        lab.clock.advance(hours=1)
        for answer in lab.cron.together(after=writes):
            answer.expect("2xx")
        for _ in range(2):
            retry(lab)
        for user in users:
            expect_announced(lab, user)
    # Whoever has claimed a message keeps it while Slack is slow, and the next minute's cron waits.
    user = lab.clerk.user_created()
    lab.clock.advance(minutes=1)
    with lab.slack.hold("request") as hold:
        lab.deliver.later(user).result().expect("2xx")
        if not hold.wait(1, timeout=0.1):
            lab.cron.later()
        hold.wait(1, timeout=4.0)
        lab.clock.advance(minutes=1)
        lab.wait([lab.cron.later()], timeout=2.5)
    for _ in range(2):
        retry(lab)
    expect_announced(lab, user)
