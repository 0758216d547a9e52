"""The page of `hooklab lab`: for the app of an exercise, or for one that runs elsewhere."""

import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from types import FrameType
from urllib.parse import SplitResult

import uvicorn

from hooklab import rubric
from hooklab.browser.door import Door
from hooklab.browser.listening import listening
from hooklab.catalogue import Course
from hooklab.cli.app_folder import app_folder
from hooklab.cli.hint import find_check
from hooklab.cli.plain_server import PlainServer
from hooklab.cli.speaking import talk
from hooklab.errors import HooklabError
from hooklab.grading.deeds import Done
from hooklab.grading.options import Options
from hooklab.sender import Clerk
from hooklab.texts import _, language
from hooklab.workbench.elsewhere import Elsewhere
from hooklab.workbench.from_check import CheckStory, choose, story_of
from hooklab.workbench.lab_app import lab_app
from hooklab.workbench.stage import Stage, Subject
from hooklab.workbench.workbench import Workbench
from hooklab.worker.launch import Launcher, start_launcher
from hooklab.world import World

Heard = Callable[[str, object], None]


def serve_exercise(
    course: Course, slug: str, port: int, *, solutions: bool, check: str = "", seed: int = 0
) -> None:
    """Serve the page for the app of an exercise, until Ctrl-C.

    Args:
        check: the id of a check: what it does is done there, to be done again; "" for nothing.
        seed: of the run in which that was lost.
    """
    folder = app_folder(course, slug, solutions=solutions)
    only = {find_check(rubric.load(course.grader(slug)), check).id} if check else set[str]()
    options = Options(solutions=solutions, seed=seed, only=frozenset(only))
    with ExitStack() as resources:
        launcher = start_launcher()
        resources.callback(launcher.close)
        story = _story(course, slug, options, launcher) if check else None
        subject = Subject(course, slug, folder, seed)
        bench = Workbench(partial(Stage, subject, launcher))
        resources.callback(bench.close)
        # The port first: a story may take a while, and is told for nothing without a page.
        with served(bench, port) as server:
            if story:
                bench.begin_again(story.acts, story.world_name)
                for told in story.left_out:
                    bench.note("left_out", why=told)
                talk().print(
                    _(
                        "What the check does has been done there. Change your answer, save, "
                        "then press “Replay from the start” on the page “Story”."
                    )
                )
            server.serve_on_it()


def _story(course: Course, slug: str, options: Options, launcher: Launcher) -> CheckStory:
    """What the check does that `options` choose; HooklabError when it does nothing."""
    # Only now: importing pytest takes longer than all the rest.
    from hooklab.grading.run import grade

    cases: list[Done] = []
    card = grade(course, [slug], options, launcher=launcher, told=cases.append)
    [check] = options.only
    if done := choose(cases, check):
        return story_of(done)
    [result] = [each for each in card.exercises[0].checks if each.id == check]
    raise HooklabError(
        _("“{title}” has not asked your app for anything").format(title=result.title),
        _("see why, with: hooklab grade {slug}").format(slug=slug),
    )


def serve_beside(
    world: World,
    clerk: Clerk,
    url: SplitResult,
    secret: str,
    port: int,
    hear: Callable[[Heard], object],
) -> None:
    """Serve the page for an app that runs elsewhere, until Ctrl-C.

    Args:
        world: the services around it.
        clerk: the sender.
        url: where it takes webhooks.
        secret: of its endpoint.
        port: of the page; 0 for a free one.
        hear: lets somebody hear what arrives in `world` from now on.
    """

    def stage(arrived: Heard, _world_name: str) -> Elsewhere:
        hear(arrived)
        return Elsewhere(url, secret, clerk, world)

    with ExitStack() as resources:
        bench = Workbench(stage)
        resources.callback(bench.close)
        with served(bench, port) as server:
            server.serve_on_it()


class LabServer(PlainServer):
    """Serves the page of a lab; whoever still follows it does not keep it from ending."""

    bench: Workbench
    listener: socket.socket

    def serve_on_it(self) -> None:
        """Serve, until it is to end."""
        self.run([self.listener])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End, at Ctrl-C."""
        self.bench.hush()
        super().handle_exit(sig, frame)


@contextmanager
def served(bench: Workbench, port: int, token: str = "") -> Iterator[LabServer]:
    """A server for the page of `bench` that listens already, and is still to run.

    Args:
        bench: what is shown.
        port: of the page; 0 for a free one.
        token: what opens it; one that nobody can guess by default.
    """
    with listening(port) as listener:
        number = listener.getsockname()[1]
        door = Door(number, token or secrets.token_urlsafe(32), language(), "hooklab lab")
        # At another level, it would print addresses, and with them the token.
        config = uvicorn.Config(lab_app(bench, door), log_level="warning", lifespan="off")
        server = LabServer(config)
        server.bench, server.listener = bench, listener
        server.ready = _("The lab is at {address}; Ctrl-C ends.").format(address=door.address)
        yield server
