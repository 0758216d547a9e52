"""Weeks of an app's life, played in virtual time, and every user compared with the truth.

Svix delivers on its own schedule, late and out of order; people sign up, sign in, change and
leave. The journal tells it all, so that whoever loses a user can see how.
"""

import heapq
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from hooklab.sender import Carrier, new_secret
from hooklab.texts import pick

from .move import ask, cron, expect_status, finish_backfill, go, is_tombstone, login, truth
from .move import compare as compare_with_clerk

DAY = timedelta(days=1)
AT_FIRST = 10


@dataclass
class Life:
    """What became of one user: every state in order, and how far the app must have followed.

    Attributes:
        states: what Clerk said, oldest first.
        told: the number of the newest state of which a delivery was taken; -1 before any.
        at_least: the number of the oldest state that the row may still show; -1 while it may miss.
        gone: whether a deletion has been made.
        gone_told: whether a delivery of the deletion was taken.
        was_gone: whether the row has been seen to be gone.
    """

    who: object
    states: list = field(default_factory=list)
    told: int = -1
    at_least: int = -1
    gone: bool = False
    gone_told: bool = False
    was_gone: bool = False


class Production:
    """An app in use.

    Args:
        lab: the check's.
        rollback: after so many deliveries from the first partial phase on, somebody rolls back
            for a day or two; None for nobody.
    """

    def __init__(self, lab, rollback=None):
        self.lab = lab
        self.lives = {}
        self.subscribed = False
        self.phase, self.percent, self.paused = "off", 0, False
        self._carrier = Carrier(lab.random.randrange(2**16))
        self._due = []
        self._order = count()
        self._rollback = rollback
        self._days = self._days_paused = 0

    # The story

    def before_the_move(self):
        self._tell("week 1: the old login alone", "semaine 1 : l’ancienne connexion, seule")
        for _ in range(AT_FIRST):
            self._sign_up()
        for _ in range(2):
            self._day()

    def in_shadow(self):
        self._tell("week 2: shadow, then backfill", "semaine 2 : shadow, puis reprise")
        self.subscribed = True
        self._go("shadow")
        self._day()
        self._backfill()
        # Whoever is not switched soon has waiting deliveries for days.
        for _ in range(3):
            self._change()
        self._day()
        compare_with_clerk(self.lab)
        expect_status(self.lab, missing=0, stale=0, mismatched=0)

    def in_parts(self):
        for percent in (20, 60):
            self._tell(f"week 3: partial, {percent} %", f"semaine 3 : partial, {percent} %")
            self._go("partial", percent)
            self._day()

    def in_full(self, *, outage=False, bad_deploy=False):
        self._tell("week 4: full", "semaine 4 : full")
        self._go("full")
        self._day()
        if outage:
            self._outage()
        if bad_deploy:
            self._bad_deploy()

    def without_the_upsert(self):
        if self.paused:
            self._go(self.phase, self.percent)
        self._quiet()
        compare_with_clerk(self.lab)
        expect_status(self.lab, missing=0, stale=0, mismatched=0)
        self._tell("week 5: removed", "semaine 5 : removed")
        self._go("removed")
        self._day()
        self._quiet()

    def back_at_the_end(self):
        """Also where the login asks nobody any more, it takes over again."""
        self._roll_back()
        newcomer = self._sign_up(timedelta(hours=5))
        self._login(newcomer)
        self._check()
        self._pass(DAY)
        self._go(self.phase)
        self._quiet()

    def _outage(self):
        """Clerk's API is away, and what happens meanwhile arrives in a burst, in any order."""
        self._tell("an outage of Clerk", "une panne de Clerk")
        self.lab.clerk_api.fail(refuse=True)
        late = timedelta(hours=9)
        for _ in range(5):
            self._change(late)
        self._sign_up(late)
        self._leave(late)
        for life in self._some(3):
            # Whoever is in the table is let in, whatever Clerk does.
            if life.at_least >= 0:
                login(self.lab, life.who).expect("200")
        self._check()
        self.lab.clerk_api.recover()
        self._pass(DAY)

    def _bad_deploy(self):
        """A version with the secret of another endpoint: everything is refused until the next."""
        self._tell("a deploy with a wrong secret", "un déploiement avec un mauvais secret")
        self.lab.app.restart(CLERK_WEBHOOK_SIGNING_SECRET=new_secret(self.lab.random))
        for _ in range(3):
            self._change()
        self._sign_up()
        self._leave()
        self._pass(timedelta(hours=1))
        self.lab.app.restart()
        self._pass(DAY)

    def _quiet(self):
        """Nothing happens until Svix has delivered everything: the table is the truth."""
        self._tell("everything has arrived", "tout est arrivé")
        self._rollback = None
        self._pass(2 * DAY)
        for life in self.lives.values():
            life.at_least = max(life.at_least, len(life.states) - 1)
        self._check()

    def _day(self):
        """A day of people, and Svix in between."""
        self._days += 1
        if self.paused:
            self._go_on_after_a_day()
        hours = timedelta(hours=self.lab.random.choice((0, 0, 1, 7)))
        self._sign_up(hours)
        for _ in range(2):
            self._change(self.lab.random.choice((timedelta(0), hours)))
        if self.subscribed and self._days % 2:
            self._leave(hours)
        self._pass(timedelta(hours=2))
        for life in self._some(2):
            self._login(life)
        self._pass(DAY)

    def _roll_back(self):
        self._tell("rollback", "retour en arrière")
        self._rollback = None
        ask(self.lab, "rollback").expect("2xx")
        self.paused, self._days_paused = True, 0

    def _go_on_after_a_day(self):
        self._days_paused += 1
        if self._days_paused > 1:
            self._tell(f"{self.phase} again", f"de nouveau {self.phase}")
            self._go(self.phase, self.percent)

    # What people do

    def _sign_up(self, late=timedelta(0)):
        event = self.lab.clerk.user_created()
        life = self.lives[event.user_id] = Life(event, [truth(event.user)])
        self._note(f"+ {event.name}")
        self._send(event, late)
        return life

    def _change(self, late=timedelta(0)):
        [life] = self._some(1)
        self.lab.clock.advance(seconds=1)
        # No two states are alike: a row tells which one it shows.
        event = self.lab.clerk.user_updated(life.who, first_name=self.lab.draw.word())
        life.states.append(truth(event.user))
        self._note(f"{life.who.name} → {event.name}")
        self._send(event, late)

    def _leave(self, late=timedelta(0)):
        [life] = self._some(1)
        life.gone = True
        self._note(f"- {life.who.name}")
        self._send(self.lab.clerk.user_deleted(life.who), late)

    def _login(self, life):
        answer = login(self.lab, life.who)
        if self._is_preparing(life, answer):
            return
        answer.expect("200")
        # Clerk has been asked by whoever is not switched: the row follows.
        if self.paused or self.phase in ("off", "shadow"):
            life.at_least = len(life.states) - 1
        else:
            life.at_least = max(life.at_least, 0)

    def _is_preparing(self, life, answer):
        if self.phase != "removed" or self.paused or life.told >= 0 or life.at_least >= 0:
            return False
        answer.expect("200", "202")
        return answer.status == 202

    def _some(self, number):
        present = [life for life in self.lives.values() if not life.gone]
        return self.lab.random.sample(present, number)

    # What the app is told

    def _go(self, phase, percent=0):
        if self.paused and phase != self.phase:
            self._go(self.phase, self.percent)
        self.phase, self.percent, self.paused = phase, percent, False
        go(self.lab, phase, percent)
        self._check()

    def _backfill(self):
        states = {user_id: len(life.states) - 1 for user_id, life in self.lives.items()}
        ask(self.lab, "backfill").expect("2xx")
        finish_backfill(self.lab)
        for user_id, state in states.items():
            life = self.lives[user_id]
            if not life.gone:
                life.at_least = max(life.at_least, state)
        self._check()

    def _send(self, event, late):
        """Give an event to Svix; a third of them it delivers twice."""
        if not self.subscribed:
            return
        state = len(self.lives[event.user_id].states) - 1
        times = self.lab.random.choice((1, 1, 2))
        for again in range(times):
            at = self.lab.clock.now() + late + timedelta(hours=again)
            heapq.heappush(self._due, (at, next(self._order), event, state))
        self._carrier.accept(event.message_id, self.lab.clock.now())

    def _pass(self, span):
        """Let time pass: Svix delivers what is due, the scheduler runs, the truth is looked at."""
        until = self.lab.clock.now() + span
        while self._due and self._due[0][0] <= until:
            batch = self._due_together()
            # What comes at once comes in any order.
            self.lab.random.shuffle(batch)
            for each in batch:
                self._deliver(*each)
            self._run_the_scheduler()
        self._move_to(until)
        self._run_the_scheduler()

    def _due_together(self):
        """What is due within ten minutes, which are then over."""
        end = self._due[0][0] + timedelta(minutes=10)
        batch = []
        while self._due and self._due[0][0] <= end:
            at, _order, event, state = heapq.heappop(self._due)
            batch.append((event, state))
        self._move_to(at)
        return batch

    def _run_the_scheduler(self):
        cron(self.lab)
        if self.phase in ("full", "removed") and not self.paused:
            for life in self.lives.values():
                life.at_least = max(life.at_least, life.told)
        self._check()

    def _move_to(self, moment):
        self.lab.clock.advance(seconds=max(0, (moment - self.lab.clock.now()).total_seconds()))

    def _deliver(self, event, state):
        answer = self.lab.deliver(event)
        message = self._carrier.record(event.message_id, answer, self.lab.clock.now())
        if not answer.ok:
            if message.state == "delivered":
                return
            self.lab.require(
                message.due_at is not None,
                en="a delivery that is taken before Svix gives it up",
                fr="une livraison acceptée avant que Svix y renonce",
                got=str(answer),
            )
            heapq.heappush(self._due, (message.due_at, next(self._order), event, state))
            return
        life = self.lives[event.user_id]
        if event.type == "user.deleted":
            life.gone_told = True
        else:
            life.told = max(life.told, state)
        if self._rollback is not None and self.phase not in ("off", "shadow"):
            self._rollback -= 1
            if self._rollback == 0:
                self._roll_back()

    # The truth

    def _check(self):
        """Compare every row with the life of its user."""
        rows = {}
        for row in self.lab.db.rows("user"):
            user_id = row.get("clerk_id")
            self._require(user_id not in rows, "one row", "une seule ligne", user_id, "2")
            rows[user_id] = None if is_tombstone(row) else row
        for user_id, life in self.lives.items():
            self._compare(life, user_id, rows.get(user_id))

    def _compare(self, life, user_id, row):
        must_be_gone = life.was_gone or (
            life.gone_told and self.phase in ("full", "removed") and not self.paused
        )
        if row is None:
            life.was_gone = life.was_gone or life.gone_told
            self._require(
                life.gone_told or life.at_least < 0,
                "a row that is not lost",
                "une ligne qui n’est pas perdue",
                user_id,
                "-",
            )
            return
        found = {column: row.get(column) for column in ("email", "first_name", "last_name")}
        self._require(
            not must_be_gone,
            "no row: this user was deleted",
            "aucune ligne : cet utilisateur a été supprimé",
            user_id,
            found,
        )
        self._require(
            found in life.states,
            "a row that says what Clerk has said at some time",
            "une ligne qui dit ce que Clerk a dit un jour",
            user_id,
            found,
        )
        shown = life.states.index(found)
        self._require(
            shown >= life.at_least,
            f"a row that says what the app knows by now: {life.states[life.at_least]}",
            f"une ligne qui dit ce que l’application sait déjà : {life.states[life.at_least]}",
            user_id,
            found,
        )
        life.at_least = max(life.at_least, shown)

    def _require(self, claim, en, fr, user_id, found):
        who = self.lives[user_id].who.name if user_id in self.lives else "?"
        self.lab.require(
            claim,
            en=f"in “user”, for {who} ({user_id}), in the phase {self._named()}: {en}",
            fr=f"dans « user », pour {who} ({user_id}), en phase {self._named()} : {fr}",
            got=str(found),
        )

    def _named(self):
        share = f" {self.percent} %" if self.phase == "partial" else ""
        paused = pick({"en": ", rolled back", "fr": ", retour en arrière"}) if self.paused else ""
        return f"{self.phase}{share}{paused}"

    def _tell(self, en, fr):
        """Begin a chapter of the journal."""
        self.lab.journal.add(f"=== {pick({'en': en, 'fr': fr})} ===")

    def _note(self, change):
        """Write down what has happened at Clerk, whoever will be told of it."""
        self.lab.journal.add(f"Clerk: {change}")
