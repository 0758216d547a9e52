"""The one fixture: everything that a check can do to the app, and see of it."""

import random
from collections.abc import Sequence
from typing import Any

from hooklab.grading.advice.clues import Clues, Signs, find_clues
from hooklab.grading.app import App
from hooklab.grading.cron import Cron
from hooklab.grading.database_faults import DatabaseFaults
from hooklab.grading.delivery import Deliver
from hooklab.grading.draws import Draws
from hooklab.grading.failure import require
from hooklab.grading.files import Files
from hooklab.grading.inbox import Inbox
from hooklab.grading.journal import Journal
from hooklab.grading.logs import Logs
from hooklab.grading.response import AppResponse
from hooklab.grading.rivals import Later, overtake, race
from hooklab.grading.rows import Rows
from hooklab.grading.services import (
    Remote,
    RemoteApp,
    RemoteClerkApi,
    RemoteRedis,
    RemoteSlack,
)
from hooklab.grading.slot import Slot
from hooklab.grading.source import Source
from hooklab.grading.start_failures import not_running
from hooklab.sender import Clerk
from hooklab.story import Story
from hooklab.texts import _


class Lab:
    """A fresh world around a fresh app, for one check.

    Args:
        slot: the place that was prepared for the check.
        check: the check's name; with the run's seed it decides who signs up and how.

    Attributes:
        clerk: makes events and keeps the directory of users.
        deliver: signs and sends them.
        app: the app's HTTP client, and its kill switch.
        cron: asks the app to do the work that is due.
        db: the app's tables.
        database: the database's faults.
        clock: virtual time.
        journal: what has happened so far, for the message of a lost check.
        inbox: the mail that arrived, and the mail server's faults.
        slack: what was posted to Slack, and Slack's faults.
        stripe: the account at Stripe, and its faults; so are the next ones.
        newsletter: the mailing list at Mailchimp.
        support: the contacts at Intercom.
        analytics: what Segment was told.
        push: Expo's push service.
        mobile, admin, billing: the company's own applications, what they took, and their faults.
        clerk_api: Clerk's Backend API, which answers from the directory of `clerk`, and its faults.
        redis: a client that reads the app's Redis, and its faults.
        files: what it wrote into its home.
        logs: what the app printed.
        source: the submission's text.
        settings: the app's environment: the secrets and addresses of this check.
        notes: what `note` was given.
        wait: `concurrent.futures.wait`, for requests to the app: a busy machine does not use up its
            time.
        random: a source of chance that the seed repeats.
        draw: makes up names, addresses and the like from it.
    """

    def __init__(self, slot: Slot, check: str) -> None:
        self._slot = slot
        self._check = check
        self.clock = slot.clock
        self.journal = Journal(slot.clock.now)
        self.clock.journal = self.journal
        self.clock.before_a_move = slot.rest.wait_before_a_change
        slot.rest.journal = self.journal
        slot.on_record = self.journal.recording.arrived
        self.settings = slot.settings
        self.notes: list[str] = []
        self.random = random.Random(f"{slot.ground.seed}/{check}")  # noqa: S311
        # A stream of its own: one more word does not change who signs up.
        self.draw = Draws(random.Random(f"{slot.ground.seed}/{check}/draw"))  # noqa: S311
        self.clerk = Clerk(seed=self.random.randrange(2**32), now=self.clock.now)
        slot.clerk = self.clerk
        self.wait = slot.wait
        self.app = App(slot, self.journal)
        self.deliver = Deliver(slot, self.app, self.clock)
        self.cron = Cron(slot, self.app, self.draw)
        self.db = Rows(slot.database.engine, self.app.settle)
        self.database = DatabaseFaults(slot, self.journal)
        self.inbox = Inbox(slot.world.mail, self.app.settle, self.journal)
        world, look = slot.world, (self.app.settle, self.journal)
        self.slack = RemoteSlack(world.slack, lambda: "Slack", *look)
        self.stripe = Remote(world.stripe, lambda: "Stripe", *look)
        self.newsletter = Remote(world.newsletter, lambda: "Mailchimp", *look)
        self.support = Remote(world.support, lambda: "Intercom", *look)
        self.analytics = Remote(world.analytics, lambda: "Segment", *look)
        self.push = Remote(world.push, lambda: "Expo", *look)
        self.clerk_api = RemoteClerkApi(world.clerk_api, lambda: _("Clerk's API"), *look)
        self.redis = RemoteRedis(world.redis, lambda: "Redis", *look)
        self.mobile = RemoteApp(world.mobile, lambda: _("the mobile app"), *look)
        self.admin = RemoteApp(world.admin, lambda: _("the admin app"), *look)
        self.billing = RemoteApp(world.billing, lambda: _("the billing app"), *look)
        self.files = Files(slot.home, self.app.settle)
        self.logs = Logs(slot.printed, self.app.settle)
        self.source = Source(slot.ground.submission, slot.ground.called)

    def together(
        self, requests: Sequence[Later], *, processes: int = 2, after: int = 0
    ) -> list[AppResponse]:
        """Send requests of any kind at once to several processes, see `rivals.race`.

        Args:
            requests: such as `partial(lab.app.later, "POST", "/posts", data={…})` or
                `partial(lab.deliver.later, event)`.
            processes: of the app, on the same database.
            after: so many writes of each process pass before everybody is held.
        """
        return race(self._slot, self.app, requests, processes, after=after)

    def overtaken(self, slow: Later, *, by: Later, after: int = 0) -> list[AppResponse]:
        """Send `slow`, and `by` to another process while `slow` is about to write.

        The first `after` writes of `slow` pass.

        For requests of any kind, see `together`; for two deliveries there is `deliver.overtaken`.
        The responses to `slow` and to `by`.
        """
        return overtake(self._slot, self.app, slow, by, after=after)

    def require(self, claim: object, *, en: str, fr: str, got: Any = None) -> None:
        """Fail the check unless `claim` is true, see `failure.require`."""
        require(claim, en=en, fr=fr, got=got)

    def note(self, text: str) -> None:
        """Let the report show `text` with this check, whether it is earned or not.

        For what a learner should see of a success too, such as the figures of a long run.
        """
        self.notes.append(text)

    def require_running(self) -> None:
        """Fail the check when the app did not start."""
        if self._slot.failure:
            raise not_running(self._slot.failure)

    def require_moderate(self) -> None:
        """Fail the check when the app took more than it may, see `Slot.require_moderate`."""
        self._slot.require_moderate()

    def obituary(self) -> str:
        """How the app ended, when it ended by itself; otherwise nothing."""
        return self.app.obituary()

    def story(self) -> Story:
        """What happened so far, step by step."""
        if self._slot.failure:
            self.journal.recording.died(_("the app does not start"))
        return self.journal.recording.story()

    def again(self) -> str:
        """The command that does the same in `hooklab lab`, for an answer that lies in a course."""
        ground = self._slot.ground
        folder = ground.called
        if ground.solution and folder == ground.solution.resolve():
            option = " --solutions"
        elif (folder.name, folder.parent.name) == (ground.slug, "exercises"):
            option = ""
        else:
            return ""
        check = self._check.partition("/")[2].removeprefix("test_").partition("[")[0]
        seed = f" --seed {ground.seed}" if ground.seed else ""
        return f"hooklab lab {ground.slug} --check {check}{option}{seed}"

    def clues(self, told: str, place: str = "", *, refusal: bool = False) -> Clues:
        """What points to the fault, when the check is lost.

        Args:
            told: what the message says already.
            place: the line that keeps the app from starting, if there is one.
            refusal: whether a refusal was wanted.
        """
        ground = self._slot.ground
        signs = Signs(
            told=f"{told}\n{self.logs.printed()}",
            place=place,
            stands=self.app.stands,
            redirected=self.deliver.redirected,
            missed=self.deliver.missed,
            debug=ground.debug,
            refused=self.deliver.refused,
            let_in=self.deliver.let_in,
            refusal=refusal,
        )
        return find_clues(ground.submission, ground.called, ground.solution, signs, ground.slug)

    def abandon(self) -> None:
        """End the app at once, whatever the check still waits for."""
        self._slot.stop()

    def close(self) -> None:
        """Forget what is still under way; the slot is ended by whoever made it."""
        self.app.close()
        self.deliver.close()
        self.cron.close()
