"""Two weeks in which everything goes wrong, in virtual time, and the books of what became of it.

Svix delivers on its own schedule and gives up in the end; people sign up, change and leave. The
journal tells it all, so that whoever loses an event can see how.
"""

import heapq
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from hooklab.sender import Carrier
from hooklab.texts import pick

from .story import (
    catch_up,
    command,
    cron,
    finish_walk,
    is_tombstone,
    keys,
    renamed,
    truth,
)

AT_FIRST = 24
HOURS = 3
SETTINGS = {"RECONCILE_PAGE_SIZE": "100", "RECONCILE_BRAKE_PERCENT": "25"}

APPLIED, PARKED, FOUND, LOST = "applied", "parked", "found", "lost"
SHOWN = 6


@dataclass
class Fact:
    """Something that has happened at Clerk.

    Attributes:
        event: what Svix was given, or would have been.
        is_poison: whether it is no user.
        is_taken: whether the app has answered 2xx.
    """

    event: object
    is_poison: bool = False
    is_taken: bool = False

    @property
    def user_id(self):
        return None if self.is_poison else self.event.user_id


class Production:
    """An app in use, and everything around it.

    Args:
        lab: the check's.
    """

    def __init__(self, lab):
        self.lab = lab
        self.facts = []
        self.people = {}
        self.answers = Counter()
        self._carrier = Carrier(lab.random.randrange(2**16))
        self._due = []
        self._order = count()

    # The story

    def live(self):
        """Two weeks: every trouble comes once, in the order of the seed."""
        self.lab.app.restart(**SETTINGS)
        self._tell("a good day", "une bonne journée")
        for _ in range(AT_FIRST):
            self._sign_up()
        self._pass(days=1)
        # What happens to these two twice is part of every seed.
        self._unlucky, self._doubted = self._some(2)
        troubles = [
            self._poison,
            self._kills,
            self._billing_is_away,
            self._the_database_is_away,
            self._clerk_is_away,
            self._the_list_is_short,
        ]
        for trouble in self.lab.random.sample(troubles, len(troubles)):
            trouble()
            self._day()
        self._nothing_arrives()
        self._everything_works()

    def _poison(self):
        self._tell("poison", "du poison")
        [life] = self._some(1)
        user = {"object": "user", "id": life.user_id}
        for data in (
            user,
            {"object": "user", "deleted": True},
            {"object": "user", "email_addresses": 7},
        ):
            kind = self.lab.random.choice(("user.created", "user.updated"))
            self._send(self.lab.clerk.other(kind, data), is_poison=True)
        # Billing does not want one of the next: somebody will have to see to it.
        self.lab.billing.fail(status=422, times=2)
        for _ in range(3):
            self._sign_up()
        self._pass(hours=12)
        self.lab.billing.recover()

    def _kills(self):
        self._tell("the app dies, again and again", "l’application meurt, encore et encore")
        chance = self.lab.random
        for point in chance.sample(["request", "answer", "writes", "writes", "delivery"], 5):
            self._sign_up()
            self._change()
            if point == "delivery":
                self._killed_at_the_door()
            elif point == "writes":
                self._pass(minutes=0, runs=0)
                with self.lab.database.hold_writes(after=chance.randrange(6)) as held:
                    run = self.lab.cron.later()
                    held(run)
                    self._kill(run)
            else:
                self._pass(minutes=0, runs=0)
                with self.lab.billing.hold(point) as hold:
                    run = self.lab.cron.later()
                    hold.wait(1, timeout=1)
                    self._kill(run)
            self.lab.app.restart(**SETTINGS)
            self._pass(hours=HOURS)

    def _killed_at_the_door(self):
        while self._due and self._due[0][0] <= self.lab.clock.now():
            *_when, fact = heapq.heappop(self._due)
            with self.lab.database.hold_writes() as held:
                answer = self.lab.deliver.later(fact.event)
                held(answer)
                self._kill(answer)
            self._note_answer(fact, answer.result())
            self.lab.app.restart(**SETTINGS)

    def _kill(self, request):
        self.lab.app.kill()
        request.result()

    def _billing_is_away(self):
        self._tell("billing is away for three days", "la facturation est absente trois jours")
        ways = [{"refuse": True}, {"status": 503}, {"lost_answer": True}]
        for way in self.lab.random.sample(ways, len(ways)):
            self.lab.billing.fail(**way)
            self._day()
        self.lab.billing.recover()

    def _the_database_is_away(self):
        """So long that Svix disables the endpoint, and what happens then is never sent."""
        self._tell("no database for six days", "pas de base de données pendant six jours")
        with self.lab.database.unavailable():
            for _ in range(6):
                self._sign_up()
                self._change()
                self._pass(days=1, runs=1)
        self._tell("the endpoint is disabled", "le point d’entrée est désactivé")
        self._change(self._unlucky)
        self._day()
        self._tell("somebody enables the endpoint", "quelqu’un réactive le point d’entrée")
        self._carrier.enable()

    def _clerk_is_away(self):
        self._tell("Clerk's API is away", "l’API de Clerk est absente")
        ways = [{"refuse": True}, {"status": 500}, {"status": 429, "retry_after": 1800}]
        for way in self.lab.random.sample(ways, len(ways)):
            self.lab.clerk_api.fail(**way)
            self._pass(hours=12)
        self.lab.clerk_api.recover()

    def _the_list_is_short(self):
        self._tell("Clerk's list leaves people out", "la liste de Clerk omet des gens")
        living = [user["id"] for user in self.lab.clerk.users]
        some = self.lab.random.sample(living, len(living) // 2)
        for left_out in (some, [self._doubted.user_id]):
            self.lab.clerk_api.leave_out(left_out)
            self._reconcile()
        self.lab.clerk_api.recover()

    def _nothing_arrives(self):
        self._tell("nothing arrives any more", "plus rien n’arrive")
        for _ in range(2):
            self._sign_up(arrives=False)
            self._change(arrives=False)
        self._change(self._unlucky, arrives=False)
        self._leave(self._doubted, arrives=False)
        self._leave(arrives=False)
        self._pass(days=2)

    def _everything_works(self):
        self._tell("everything works, and somebody catches up", "tout marche, et l’on rattrape")
        self._pass(days=2, runs=2)
        catch_up(self.lab)
        self._pass(hours=HOURS, runs=4)

    def _day(self):
        """A day of people."""
        for _ in range(2):
            self._sign_up()
            self._change()
        self._leave()
        self._pass(days=1)

    def _reconcile(self):
        self.lab.clock.advance(minutes=1)
        command(self.lab)
        finish_walk(self.lab)
        cron(self.lab, 2)

    # What people do

    def _sign_up(self, *, arrives=True):
        event = self.lab.clerk.user_created()
        self.people[event.user_id] = event
        self._send(event, arrives=arrives)

    def _change(self, who=None, *, arrives=True):
        who = who or self._some(1)[0]
        self._send(renamed(self.lab, who), arrives=arrives)

    def _leave(self, who=None, *, arrives=True):
        who = who or self._some(1, besides=(self._unlucky, self._doubted))[0]
        self._send(self.lab.clerk.user_deleted(who), arrives=arrives)

    def _some(self, number, besides=()):
        there = {user["id"] for user in self.lab.clerk.users} - {who.user_id for who in besides}
        return self.lab.random.sample([self.people[each] for each in sorted(there)], number)

    # What Svix does

    def _send(self, event, *, arrives=True, is_poison=False):
        """Give an event to Svix, which delivers some of them twice; some never get there."""
        fact = Fact(event, is_poison)
        self.facts.append(fact)
        if not arrives or self._carrier.disabled:
            self.lab.journal.add(f"Clerk: {event.type} · {event.name or ''} …")
            return
        now = self.lab.clock.now()
        self._carrier.accept(event.message_id, now)
        for again in range(self.lab.random.choice((1, 1, 2))):
            heapq.heappush(self._due, (now + timedelta(hours=again), next(self._order), fact))

    def _pass(self, *, runs=1, **span):
        """Let time pass: Svix delivers what is due, and the scheduler runs."""
        until = self.lab.clock.now() + timedelta(**span)
        while True:
            step = min(until, self.lab.clock.now() + timedelta(hours=HOURS))
            self._deliver_until(step)
            self._move_to(step)
            cron(self.lab, runs)
            if step >= until:
                return

    def _deliver_until(self, moment):
        while self._due and self._due[0][0] <= moment:
            # What is due within a quarter of an hour comes in any order.
            end = min(moment, self._due[0][0] + timedelta(minutes=15))
            batch = []
            while self._due and self._due[0][0] <= end:
                at, _order, fact = heapq.heappop(self._due)
                batch.append(fact)
            self._move_to(at)
            self.lab.random.shuffle(batch)
            for each in batch:
                if not self._carrier.disabled or each.is_taken:
                    self._note_answer(each, self.lab.deliver(each.event))

    def _note_answer(self, fact, answer):
        self.answers[answer.problem or "in time"] += 1
        before = self._carrier.message(fact.event.message_id)
        message = self._carrier.record(fact.event.message_id, answer, self.lab.clock.now())
        fact.is_taken = fact.is_taken or answer.ok
        if not answer.ok and before.state == "pending" and message.due_at is not None:
            heapq.heappush(self._due, (message.due_at, next(self._order), fact))

    def _move_to(self, moment):
        self.lab.clock.advance(seconds=max(0, (moment - self.lab.clock.now()).total_seconds()))

    # The books

    def balance(self):
        """Fail unless the books balance; either way, show them."""
        sheet = Sheet(self)
        self.lab.require(
            sheet.balances,
            en="books that balance: nothing lost, nothing doubled, every answer in time",
            fr="des comptes qui tombent juste : ni perte, ni double, et chaque réponse à temps",
            got=str(sheet),
        )
        self.lab.note(str(sheet))

    def _tell(self, en, fr):
        """Begin a chapter of the journal."""
        self.lab.journal.add(f"=== {pick({'en': en, 'fr': fr})} ===")


class Sheet:
    """What became of every event, user and answer."""

    def __init__(self, production):
        lab = production.lab
        self._rows = Counter(row.get("svix_id") for row in lab.db.rows("inbox"))
        self._entries = {row.get("svix_id"): row for row in lab.db.rows("inbox")}
        self._notes = []
        self._wrong = {user_id for user_id in production.people if not self._is_right(lab, user_id)}
        newest = {fact.user_id: fact for fact in production.facts}
        self.events = Counter(
            self._fate(fact, newest[fact.user_id] is fact) for fact in production.facts
        )
        self._poison = sum(fact.is_poison for fact in production.facts)
        self._users = len(production.people)
        found = keys(lab)
        self._opened = sum(map(len, found.values()))
        self._twice = sum(len(accounts) > 1 for accounts in found.values())
        living = {user["id"] for user in lab.clerk.users}
        self._without = len(living - found.keys())
        self._answers = production.answers

    @property
    def balances(self):
        faults = (self.events[LOST], len(self._wrong), self._twice, self._without, self._late)
        return not any(faults) and self.events[PARKED] == self._poison

    @property
    def _late(self):
        return self._answers["timeout"]

    def _is_right(self, lab, user_id):
        rows = lab.db.rows("user", clerk_id=user_id)
        living = lab.clerk.directory.find(user_id)
        if living is None:
            return all(map(is_tombstone, rows))
        wanted = truth(living)
        return len(rows) == 1 and {name: rows[0].get(name) for name in wanted} == wanted

    def _fate(self, fact, is_newest):
        """What became of an event; a user who is wrong in the end has lost the newest one."""
        event = fact.event
        entry = self._entries.get(event.message_id)
        status = entry.get("status") if entry else None
        if is_newest and fact.user_id in self._wrong:
            return self._lose(fact, status)
        if not fact.is_taken and not fact.is_poison:
            return FOUND
        if self._rows[event.message_id] != 1:
            return self._lose(fact, f"x{self._rows[event.message_id]}")
        if status == "dead" and str(entry.get("reason") or "").strip():
            return PARKED
        return APPLIED if status == "done" and not fact.is_poison else self._lose(fact, status)

    def _lose(self, fact, status):
        came = pick(
            {"en": "taken", "fr": "acceptée"}
            if fact.is_taken
            else {"en": "never arrived", "fr": "jamais arrivée"}
        )
        event = fact.event
        self._notes.append(
            f"{event.type} · svix-id …{event.message_id[-6:]} · {event.name or '-'} · {came}"
            f" · inbox: {status or '-'}"
        )
        return LOST

    def __str__(self):
        lines = [
            (pick({"en": "Events at Clerk", "fr": "Événements chez Clerk"}), self.events.total()),
            (pick({"en": "  applied once", "fr": "  appliqués une fois"}), self.events[APPLIED]),
            (
                pick({"en": "  parked with a reason", "fr": "  mis de côté, avec la raison"}),
                self.events[PARKED],
            ),
            (
                pick({"en": "  never arrived, made good", "fr": "  jamais arrivés, rattrapés"}),
                self.events[FOUND],
            ),
            (pick({"en": "  lost", "fr": "  perdus"}), self.events[LOST]),
            (pick({"en": "Users", "fr": "Utilisateurs"}), self._users),
            (
                pick({"en": "  not as Clerk says", "fr": "  pas comme le dit Clerk"}),
                len(self._wrong),
            ),
            (pick({"en": "Accounts at billing", "fr": "Comptes à la facturation"}), self._opened),
            (pick({"en": "  users with two", "fr": "  utilisateurs avec deux"}), self._twice),
            (pick({"en": "  users without", "fr": "  utilisateurs sans"}), self._without),
            (pick({"en": "Deliveries", "fr": "Livraisons"}), self._answers.total()),
            (
                pick({"en": "  no answer in 15 s", "fr": "  sans réponse en 15 s"}),
                self._late,
            ),
        ]
        width = max(len(name) for name, _number in lines) + 2
        shown = [f"{name:<{width}}{number:>5}" for name, number in lines]
        lost = self._notes[:SHOWN]
        if len(self._notes) > SHOWN:
            lost.append(f"… +{len(self._notes) - SHOWN}")
        return "\n".join(
            [*shown, *([pick({"en": "Lost:", "fr": "Perdus :"})] if lost else []), *lost]
        )
