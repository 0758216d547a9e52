"""Doing what a person asks for, one act after the other, and noting what comes of it."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from hooklab.errors import HooklabError
from hooklab.scratch import remove_folder, scratch_folder
from hooklab.texts import _
from hooklab.workbench.acts import (
    LONGEST_MOVE,
    Act,
    Ask,
    Break,
    Know,
    MoveClock,
    Resend,
    RunCron,
    Send,
    SetFault,
)
from hooklab.workbench.arrivals import entry_of
from hooklab.workbench.delivering import Deliverer, Sent
from hooklab.workbench.elsewhere import Elsewhere
from hooklab.workbench.happenings import happen, know, user_id_of
from hooklab.workbench.row_changes import next_moment
from hooklab.workbench.stage import Stage
from hooklab.workbench.timeline import Timeline

Arrived = Callable[[str, object], None]
MakeStage = Callable[[Arrived, str], Stage | Elsewhere]

OWN_WORLD = "lab"
"""What the world is called in which one plays; a check has another one."""

# So often the log is looked at, and what is due by the machine's clock is sent.
LOOK_SECONDS = 0.4


class Workbench:
    """An app, everything around it, and what was done to it.

    Args:
        make_stage: gives the app a fresh world; what arrives there is to be told to its first
            argument, and the second one is what the world is called.

    Attributes:
        stage: where the app is now.
        timeline: what happened.
        story: what was done since the beginning.
        world_name: what the world is called in which that was done.
        deliverer: sends, and knows the messages.
    """

    stage: Stage | Elsewhere
    timeline: Timeline
    deliverer: Deliverer

    def __init__(self, make_stage: MakeStage) -> None:
        self._make_stage = make_stage
        self._folder = scratch_folder()
        self._acting = threading.RLock()
        self._closed = threading.Event()
        self._beginnings = 0
        self.story: list[Act] = []
        self.world_name = OWN_WORLD
        try:
            self._begin()
        except BaseException:
            remove_folder(self._folder)
            raise
        threading.Thread(target=self._look, name="lab", daemon=True).start()

    @property
    def version(self) -> str:
        """Another one after each change."""
        return f"{self._beginnings}.{self.timeline.version}"

    @property
    def is_closed(self) -> bool:
        """Whether nothing more will happen."""
        return self._closed.is_set()

    def begin_again(self, story: Sequence[Act] = (), world_name: str = OWN_WORLD) -> None:
        """Give the app a fresh world, and do there what `story` tells.

        Args:
            story: what is done.
            world_name: what the world is called: in that of a check, everybody has the same names
                and secrets as there.

        Raises:
            HooklabError: something in it cannot be done; what came before it is.
        """
        with self._acting:
            self.stage.close()
            ended, self.story, self.world_name = self.timeline, [], world_name
            self._begin()
            # Not before: somebody may look at any time.
            ended.close()
            for act in story:
                self.perform(act)

    def perform(self, act: Act) -> None:
        """Do it, wait until the app has done what it does, and keep it in the story.

        Raises:
            HooklabError: it cannot be done.
        """
        # Somebody waits for a slow service, perhaps: that may be mended at any time.
        if isinstance(act, SetFault):
            self._fail(act)
            self.story.append(act)
            return
        with self._acting:
            self._go_on()
            match act:
                case Send():
                    self._send(act)
                case Resend():
                    self._again(act)
                case MoveClock():
                    self._move(act)
                case Break():
                    self._break(act)
                case RunCron():
                    self._require_own()
                    self.deliverer.cron()
                case Ask():
                    self._ask(act)
                case Know():
                    know(self._require_own().clerk, act.users)
                    self.note("known", count=len(act.users))
            self.story.append(act)
            self._note_prints()

    def waiting(self) -> list[tuple[Sent, datetime]]:
        """The messages that Svix will try again, and when; the next one first."""
        return self.deliverer.waiting()

    def hush(self) -> None:
        """Let nobody wait for news any longer: it is about to end."""
        self._closed.set()

    def close(self) -> None:
        """End everything."""
        self.hush()
        with self._acting:
            self.stage.close()
            self.timeline.close()
        remove_folder(self._folder)

    def note(self, what: str, **data: Any) -> None:
        """Write down what was done to the world."""
        self.timeline.add("note", self.stage.now(), what=what, **data)

    def _begin(self) -> None:
        self._beginnings += 1
        timeline = Timeline(self._folder / f"{self._beginnings}.db")
        self.timeline = timeline

        def arrived(service: str, record: object) -> None:
            if found := entry_of(service, record):
                kind, data = found
                timeline.add(kind, getattr(record, "received_at"), **data)  # noqa: B009

        self.stage = self._make_stage(arrived, self.world_name)
        self.deliverer = Deliverer(self.stage, timeline)
        self._note_start()
        self._note_prints()

    def _note_start(self) -> None:
        if self.stage.failure:
            self.note("start_failed", why=self.stage.failure)
        elif self.stage.has_processes:
            self.note("started")

    def _send(self, act: Send) -> None:
        remarks: list[str] = []
        for event in happen(self.stage.clerk, act, remarks.append):
            sent = self.deliverer.take(event, remarks)
            if act.delay:
                seconds = timedelta(minutes=act.delay).total_seconds()
                self.deliverer.wait(sent, act, self.stage.now() + timedelta(seconds=seconds))
                self.note("scheduled", type=event.type, seconds=seconds)
                continue
            for _number in range(act.repeat):
                self._go_on()
                self.deliverer.send(sent, act)

    def _again(self, act: Resend) -> None:
        sent = self.deliverer.message(act.message)
        if not act.same_id:
            sent = self.deliverer.take(sent.event.again(), ())
        self.deliverer.send(sent, Send())

    def _ask(self, act: Ask) -> None:
        stage = self._require_own()
        asks = user_id_of(stage.clerk, act.person) if act.bearer == "person" else ""
        self.deliverer.ask(act, asks)

    def _move(self, act: MoveClock) -> None:
        stage = self._require_own()
        now, end = stage.now(), self._destination(stage, act)
        self.note("moved", seconds=(end - now).total_seconds())
        if act.svix:
            for sent, due in self._due(end):
                stage.move(due - stage.now())
                self.deliverer.send_when_due(sent)
        stage.move(end - stage.now())
        if act.cron and stage.has_cron:
            self.deliverer.cron()

    def _due(self, end: datetime) -> Iterator[tuple[Sent, datetime]]:
        while (waiting := self.waiting()) and waiting[0][1] <= end:
            self._go_on()
            yield waiting[0]

    def _go_on(self) -> None:
        """Do nothing more when it is about to end: a story may go on for hours."""
        if self.is_closed:
            raise HooklabError(_("the lab is closed"), _("start it again: hooklab lab"))

    def _destination(self, stage: Stage, act: MoveClock) -> datetime:
        now = stage.now()
        match act.to:
            case "retry":
                if waiting := self.waiting():
                    return max(waiting[0][1], now)
                raise HooklabError(
                    _("no message waits for another attempt"),
                    _("send one that the app does not accept, or lose an answer"),
                )
            case "work":
                found = next_moment(stage.tables(), now)
                # Many write the end of time for “never”.
                if found and found - now <= timedelta(minutes=LONGEST_MOVE):
                    # What is due at a moment is due when that has begun.
                    return found + timedelta(seconds=1)
                raise HooklabError(
                    _("no row of the app's tables has a time within the next year"),
                    _("move the clock by minutes or hours"),
                )
        return now + timedelta(minutes=act.minutes)

    def _break(self, act: Break) -> None:
        stage = self._require_own()
        match act.what:
            case "kill":
                stage.kill()
                self.note("killed")
            case "start":
                stage.start()
                self._note_start()
            case "another":
                stage.another()
                self.note("another")
            case _:
                stage.database(away=act.what == "database_away")
                self.note(act.what)

    def _fail(self, act: SetFault) -> None:
        services = self.stage.world.listeners()
        if act.service not in services:
            raise HooklabError(
                _("there is no service “{name}”").format(name=act.service),
                _("choose one of: {names}").format(names=", ".join(services)),
            )
        service = getattr(self.stage.world, act.service)
        try:
            match act.way:
                case "works":
                    service.recover()
                case "slow":
                    service.slow(act.seconds)
                case "status":
                    service.fail(status=act.status, retry_after=act.retry_after, times=act.times)
                case _:
                    service.fail(times=act.times, **{act.way: True})
        except ValueError as error:
            # It says what to do instead, for the authors of checks too.
            raise HooklabError(str(error), _("choose another fault")) from None
        self.note("fault", **act.model_dump(exclude={"do"}))

    def _require_own(self) -> Stage:
        if isinstance(self.stage, Stage):
            return self.stage
        raise HooklabError(
            _("this app runs elsewhere: only messages can be sent to it"),
            _("to stop an app and to move its clock, start: hooklab lab SLUG"),
        )

    def _look(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            # A run of acts may hold it for long, and then looks by itself.
            if self._acting.acquire(blocking=False):
                try:
                    with suppress(HooklabError):
                        self._look_once()
                finally:
                    self._acting.release()

    def _look_once(self) -> None:
        if self._closed.is_set():
            return
        self._note_prints()
        if not self.stage.has_clock:
            for sent, _at in self._due(self.stage.now()):
                self.deliverer.send_when_due(sent)

    def _note_prints(self) -> None:
        self.deliverer.note_log()
        for status in self.stage.deaths():
            self.note("died", why=status)
