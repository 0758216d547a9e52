"""The parts, and what each of them promises, one claim a test. The titles are in rubric.toml."""

from concurrent.futures import ThreadPoolExecutor

from hooklab.texts import pick

from .helpers.story import (
    LEASE,
    as_admin,
    called,
    catch_up,
    command,
    cron,
    dead,
    entry,
    gone,
    is_tombstone,
    keys,
    killed_while,
    later,
    one_account,
    people,
    renamed,
    told,
    up_to_date,
)

# How long an answer may take that waits for nobody but the database.
PROMPTLY = 3


# The inbox


def test_a_delivery_is_kept_before_it_is_answered(lab):
    ada, bob = (lab.clerk.user_created() for _ in range(2))
    with lab.database.hold_writes() as held:
        answer = lab.deliver.later(ada)
        held(answer)
        # Whoever answers first and writes later has answered by now.
        lab.wait([answer], timeout=0.4)
        lab.app.kill()
        is_answered = answer.result().ok
    lab.app.restart()
    lab.require(
        not is_answered,
        en="2xx only when the delivery has been written down",
        fr="2xx seulement une fois la livraison écrite",
        got=pick(
            {
                "en": "2xx before anything was written; then the app died, and nobody knows of it",
                "fr": "2xx avant toute écriture ; l’application est morte, et nul n’en sait rien",
            }
        ),
    )
    other = lab.clerk.session_created(ada)
    for event in (ada, other):
        lab.deliver(event).expect("2xx")
    for answer in lab.deliver.together([bob, bob, bob, bob]):
        answer.expect("2xx")
    lab.app.kill()
    lab.app.restart()
    for event in (ada, bob):
        lab.db.expect("inbox", 1, svix_id=event.message_id)
    lab.db.expect("inbox", 0, svix_id=other.message_id)
    # A message whose work is over stays known.
    cron(lab, 2)
    told(lab, ada, bob)
    for event in (ada, bob):
        entry(lab, event, "done")
    up_to_date(lab)


def test_the_answer_waits_for_no_service(lab):
    ada, *others = (lab.clerk.user_created() for _ in range(5))
    lab.deliver(ada).expect("2xx")
    while_held(lab, lab.billing, others[:2])
    later(lab, seconds=LEASE + 60, runs=2)
    command(lab)
    while_held(lab, lab.clerk_api, others[2:])
    later(lab, hours=2, runs=3)
    up_to_date(lab)
    one_account(lab, ada, *others)


def while_held(lab, service, events):
    """Let a run of the scheduler hang in a service, and deliver meanwhile."""
    lab.app.settle()
    with service.hold("request") as hold:
        run = lab.cron.later()
        lab.require(
            hold.wait(1, timeout=2),
            en="the run of the scheduler calls the service",
            fr="le passage du planificateur appelle le service",
            got=pick({"en": "it does not", "fr": "il ne le fait pas"}),
        )
        answers = [lab.deliver.later(event) for event in events]
        waiting = lab.wait(answers, timeout=PROMPTLY).not_done
        lab.require(
            not waiting,
            en="deliveries are answered while the scheduler's run waits for a service that hangs",
            fr="les livraisons ont leur réponse pendant que le planificateur attend un service"
            " qui ne répond pas",
            got=pick(
                {
                    "en": f"no answer for {PROMPTLY} s; Svix gives up after 15 s",
                    "fr": f"aucune réponse en {PROMPTLY} s ; Svix renonce au bout de 15 s",
                }
            ),
        )
    for answer in answers:
        answer.result().expect("2xx")
    run.result()


# The lease

OWN_LEASE = LEASE + 600


def test_two_workers_do_an_entry_once(lab):
    for writes in (0, 1):
        crowd = [lab.clerk.user_created() for _ in range(4)]
        for who in crowd:
            lab.deliver(who).expect("2xx")
        lab.app.settle()
        before = called(lab)
        with ThreadPoolExecutor(1) as threads, lab.billing.hold("request") as hold:
            runs = threads.submit(lab.cron.together, after=writes)
            # Whoever has taken somebody else's entry is at billing before the other is back.
            hold.wait(2, timeout=3)
            hold.release()
            runs.result()
        cron(lab, 2)
        one_account(lab, *crowd)
        lab.require(
            called(lab) - before == len(crowd),
            en=f"{len(crowd)} calls at billing for {len(crowd)} new users, by two workers at once",
            fr=f"{len(crowd)} appels à la facturation pour {len(crowd)} nouveaux, par deux"
            " processus à la fois",
            got=pick(
                {"en": f"{called(lab) - before} calls", "fr": f"{called(lab) - before} appels"}
            ),
        )


def test_the_entry_of_a_dead_worker_is_taken_over(lab):
    settings = {"INBOX_LEASE_SECONDS": str(OWN_LEASE)}
    lab.app.restart(**settings)
    ada, bob = (lab.clerk.user_created() for _ in range(2))
    lab.deliver(ada).expect("2xx")
    lab.app.settle()
    with killed_while(lab, lab.billing.hold("request"), lab.cron.later, **settings):
        pass
    before = called(lab)
    # For all that anybody knows, the other worker is still at it.
    told(lab, bob)
    later(lab, seconds=OWN_LEASE - 30)
    one_account(lab, bob)
    lab.require(
        called(lab) == before + 1,
        en=f"nobody touches a claimed entry for {OWN_LEASE} s",
        fr=f"nul ne touche pendant {OWN_LEASE} s à une entrée prise par un autre",
        got=pick(
            {
                "en": f"{called(lab) - before} calls at billing, and one of them was due",
                "fr": f"{called(lab) - before} appels à la facturation, et un seul était dû",
            }
        ),
    )
    later(lab, seconds=60)
    one_account(lab, ada)
    entry(lab, ada, "done")


# Attempts


BASE, CAP = 600, 2400
DAY = 24 * 3600


def test_attempts_wait_longer_and_longer_and_apart(lab):
    lab.app.restart(INBOX_RETRY_BASE_SECONDS=str(BASE), INBOX_RETRY_CAP_SECONDS=str(CAP))
    crowd = [lab.clerk.user_created() for _ in range(12)]
    lab.billing.fail(status=503)
    told(lab, *crowd)
    # Some answers knock once for each, others once a run.
    cron(lab, len(crowd))
    up_to_date(lab)
    lab.billing.recover()
    later(lab, seconds=BASE // 2 - 10)
    in_time = opened(lab)
    lab.require(
        in_time == 0,
        en=f"after a first failure, no attempt for half of {BASE} s",
        fr=f"après un premier échec, aucune tentative pendant la moitié de {BASE} s",
        got=pick({"en": f"{in_time} of 12 came sooner", "fr": f"{in_time} sur 12 avant"}),
    )
    together = []
    for _half_minute in range(11):
        later(lab, seconds=30)
        together.append(opened(lab) - sum(together))
    lab.require(
        sum(together) == len(crowd),
        en=f"after a first failure, another attempt within {BASE} s",
        fr=f"après un premier échec, une autre tentative en moins de {BASE} s",
        got=f"{sum(together)} / {len(crowd)}",
    )
    lab.require(
        sum(count > 0 for count in together) > 2,
        en="12 entries that failed together come back apart, each when chance will have it",
        fr="12 entrées qui ont échoué ensemble reviennent séparément, au gré du hasard",
        got=pick({"en": "attempts in each half minute: ", "fr": "tentatives par demi-minute : "})
        + ", ".join(map(str, together)),
    )
    one_account(lab, *crowd)
    a_longer_wait_each_time(lab)


def opened(lab):
    return len(keys(lab))


def a_longer_wait_each_time(lab):
    """One entry alone, which fails again and again; in the end billing itself asks for patience."""
    lab.billing.fail(status=500)
    told(lab, lab.clerk.user_created())
    spans = ((BASE, 408), (2 * BASE, 429), (CAP, 502), (CAP, 504), (CAP, 500))
    for failures, (longest, status) in enumerate(spans, 1):
        # Every second time it asks for less patience than is shown anyway.
        shorter = {"retry_after": 1} if failures % 2 else {}
        lab.billing.fail(status=status, **shorter)
        waits(lab, failures, int(longest * 0.45), longest + 5)
    lab.billing.fail(status=503, retry_after=3 * CAP)
    later(lab, seconds=CAP + 5)
    lab.billing.fail(status=503, retry_after=10 * DAY)
    waits(lab, 7, 3 * CAP - 10, 4 * CAP + 10)
    waits(lab, 8, DAY - 10, DAY + 10)


def waits(lab, failures, shortest, longest):
    """Fail unless the next call comes after `shortest` and before `longest` seconds."""
    before = called(lab)
    later(lab, seconds=shortest)
    early = called(lab) - before
    later(lab, seconds=longest - shortest)
    lab.require(
        early == 0 and called(lab) == before + 1,
        en=f"after {failures} failed attempts, the next one {shortest} to {longest} s later",
        fr=f"après {failures} échecs, la tentative suivante entre {shortest} et {longest} s",
        got=pick(
            {
                "en": f"{early} calls in {shortest} s, {called(lab) - before} in {longest} s",
                "fr": f"{early} appels en {shortest} s, {called(lab) - before} en {longest} s",
            }
        ),
    )


# Dead letters


def test_a_dead_letter_waits_for_somebody_and_is_tried_again(lab):
    ada, bob = (lab.clerk.user_created() for _ in range(2))
    lab.billing.fail(status=422, times=1)
    for who in (ada, bob):
        told(lab, who)
    dead(lab, ada)
    entry(lab, bob, "done")
    before = called(lab)
    later(lab, hours=10)
    later(lab, hours=30)
    dead(lab, ada)
    lab.billing.expect(before)
    # A service that is away is no reason to give up; a run asks it for some of them only.
    lab.billing.fail(refuse=True)
    crowd = [lab.clerk.user_created() for _ in range(6)]
    told(lab, *crowd)
    for _half_day in range(8):
        later(lab, hours=12)
    for who in crowd:
        entry(lab, who, "waiting")
    shows(lab, waiting=len(crowd), dead=1, letter=ada)
    for guessed in lab.draw.strangers(lab.settings["ADMIN_TOKEN"]):
        lab.app.get("/admin/status", headers=guessed).expect("401", "403")
        lab.app.post("/admin/catch-up", data={"brake": True}, headers=guessed).expect("401", "403")
    dead(lab, ada)
    lab.billing.recover()
    catch_up(lab)
    # The others wait for their time; what is revived is due now.
    entry(lab, ada, "done")
    later(lab, hours=2)
    for who in (ada, bob, *crowd):
        entry(lab, who, "done")
    one_account(lab, ada, bob, *crowd)
    shows(lab, waiting=0, dead=0)
    its_counters_begin_again(lab)


def its_counters_begin_again(lab):
    """The first pause of what is revived is as short as that of anything new."""
    lab.app.restart(INBOX_RETRY_BASE_SECONDS=str(BASE), INBOX_RETRY_CAP_SECONDS=str(CAP))
    who = lab.clerk.user_created()
    lab.billing.fail(status=503)
    told(lab, who)
    later(lab, seconds=CAP)
    lab.billing.fail(status=422)
    later(lab, seconds=CAP)
    dead(lab, who)
    lab.billing.fail(status=503)
    catch_up(lab)
    lab.billing.recover()
    # How short it may be is the claim of another check.
    later(lab, seconds=BASE + 10)
    entry(lab, who, "done")


def shows(lab, *, waiting, dead, letter=None):
    """Fail unless the status has these numbers, and names the message that is dead."""
    answer = lab.app.get("/admin/status", headers=as_admin(lab)).expect("2xx")
    found = answer.json if isinstance(answer.json, dict) else {}
    numbers = {name: found.get(name) for name in ("waiting", "dead")}
    told = [letter.message_id, str(entry(lab, letter, "dead")["reason"])] if letter else []
    lab.require(
        numbers == {"waiting": waiting, "dead": dead}
        and all(each in texts_of(found) for each in told),
        en=f"GET /admin/status says waiting = {waiting}, dead = {dead}"
        + (f", and {' and '.join(told)}" if letter else ""),
        fr=f"GET /admin/status indique waiting = {waiting}, dead = {dead}"
        + (f", ainsi que {' et '.join(told)}" if letter else ""),
        got=str(answer.json),
    )


def texts_of(value):
    """All texts of a JSON value, one a line."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    return "\n".join(map(texts_of, value)) if isinstance(value, list) else str(value)


# The brake


def test_the_brake_refuses_mass_deletion_and_says_so(lab):
    lab.app.restart(RECONCILE_BRAKE_PERCENT="20")
    crowd = people(lab, 10)
    lab.clock.advance(minutes=1)
    few, many, rest = crowd[:2], crowd[2:5], crowd[5:]
    for who in few:
        lab.clerk.user_deleted(who)
    catch_up(lab)
    gone(lab, *few)
    lab.slack.expect_messages(0, containing="BRAKE")
    for who in many:
        lab.clerk.user_deleted(who)
    missed = lab.clerk.user_created()
    catch_up(lab)
    up_to_date(lab, missed, *rest)
    one_account(lab, missed)
    alive = [row for row in lab.db.rows("user") if not is_tombstone(row)]
    lab.require(
        len(alive) == 9,
        en="9 users in the table: of 11, two were deleted before, and nobody more",
        fr="9 personnes dans la table : sur 11, deux supprimées auparavant, et personne d’autre",
        got=str(len(alive)),
    )
    message = lab.slack.expect_messages(1, containing="BRAKE")[0]
    said = message.said
    lab.require(
        "3" in said,
        en="an alarm that says that 3 users are not in the list",
        fr="une alarme qui dit que 3 utilisateurs ne sont pas dans la liste",
        got=said,
    )
    # Somebody has looked, and says that it is right.
    catch_up(lab, brake=False)
    gone(lab, *few, *many)
    up_to_date(lab, missed, *rest)


# Silence


def test_silence_raises_one_alarm(lab):
    # Before the first delivery of all, nobody misses any.
    cron(lab)
    later(lab, hours=7)
    alarms(lab, 0)
    ada, _bob = people(lab, 2)
    later(lab, hours=5, minutes=55)
    alarms(lab, 0)
    for fault in ({"refuse": True}, {"status": 500}):
        lab.slack.fail(**fault)
        later(lab, minutes=10)
        alarms(lab, 0)
    lab.slack.recover()
    later(lab, minutes=10)
    alarms(lab, 1)
    lab.app.restart()
    cron(lab)
    # What the list brings is no delivery: the silence goes on.
    lab.clerk.user_created()
    catch_up(lab)
    up_to_date(lab)
    later(lab, hours=11, minutes=30)
    alarms(lab, 1)
    later(lab, hours=1)
    alarms(lab, 2)
    told(lab, renamed(lab, ada))
    for _again in range(2):
        later(lab, hours=1)
        alarms(lab, 2, recoveries=1)
    later(lab, hours=5)
    alarms(lab, 3, recoveries=1)
    lab.app.restart(SILENCE_HOURS="2", SILENCE_COOLDOWN_HOURS="3")
    told(lab, renamed(lab, ada))
    for minutes, count in ((115, 3), (10, 4), (170, 4), (20, 5)):
        later(lab, minutes=minutes)
        alarms(lab, count, recoveries=2)


def alarms(lab, count, recoveries=0):
    lab.slack.expect_messages(count, containing="SILENCE")
    lab.slack.expect_messages(recoveries, containing="RECOVERED")
