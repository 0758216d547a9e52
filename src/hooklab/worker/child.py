"""The life of a worker: import the submission, freeze its clock, serve it, obey commands."""

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.logging import DefaultFormatter

from hooklab.worker import inside, sleepers, wall
from hooklab.worker.clock import FrozenClock, settle_zone
from hooklab.worker.course_settings import load_settings
from hooklab.worker.frames import Frames
from hooklab.worker.job import Job, Message, messages, send
from hooklab.worker.lines import note_lines
from hooklab.worker.loading import describe, load_app_module


def run(
    job: Job, listener: socket.socket, control: socket.socket, instruments: inside.Instruments
) -> None:
    """Serve the app of `job` on `listener` until the trusted side ends it.

    Says on `control` how the start went: {"event": "ready"}, or {"event": "failed", "stage": …,
    "error": …} with stage "wall", "import", "create_app", "result" or "startup".
    """
    lock = threading.Lock()

    def report(message: Message) -> None:
        with lock, suppress(OSError):
            send(control, message)

    instruments.gate.report = report
    _settle_in(job)
    frames = Frames(job.frames)
    clock = FrozenClock()
    # Importing makes much that stays; looking through it for garbage is wasted until it serves.
    gc.disable()
    stage = "import"
    try:
        settings = load_settings(job.settings)
        if job.lines:
            note_lines(Path(job.folder), Path(job.lines))
        stage = "wall"
        if not job.debug:
            wall.put_up(job)
        stage = "import"
        module = load_app_module(Path(job.folder))
        stage = "create_app"
        # Unfrozen: pydantic refuses freezegun's datetime in the annotations of a route.
        made = module.create_app(settings())
        stage = "result"
        app = inside.InFlight(accept(made))
    except BaseException as error:
        report({"event": "failed", "stage": stage, "error": describe(error, Path(job.folder))})
        _leave(3)
    hands = clock.start(datetime.fromisoformat(job.now))
    steering = threading.Thread(
        target=_obey, args=(control, report, hands, instruments, app, frames), daemon=True
    )
    steering.start()
    try:
        asyncio.run(_serve(app, listener, report))
    except BaseException as error:
        report({"event": "failed", "stage": "startup", "error": describe(error, Path(job.folder))})
    _leave(3)


def accept(made: Any) -> Any:
    """What create_app() returned, when it can be served; anything else raises TypeError."""
    if callable(made) and not isinstance(made, type):
        return made
    raise TypeError(f"create_app() returned {type(made).__name__}")


async def _serve(app: inside.InFlight, listener: socket.socket, report: Any) -> None:
    app.is_served()
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="on" if _has_lifespan(app) else "off",
        log_config=None,
        access_log=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )
    _log_errors()
    server = _Server(config, report)
    await server.serve(sockets=[listener])
    if not server.started:
        raise RuntimeError("the app's start-up failed")


def _log_errors() -> None:
    """Do uvicorn's own set-up as far as it is for errors: all of it takes a millisecond."""
    handler = logging.StreamHandler()
    handler.setFormatter(DefaultFormatter("%(levelprefix)s %(message)s", use_colors=False))
    logger = logging.getLogger("uvicorn")
    logger.setLevel(logging.ERROR)
    logger.handlers = [handler]
    logger.propagate = False
    # The app may have disabled whatever was there before its own logging.
    logger.disabled = logging.getLogger("uvicorn.error").disabled = False


def _has_lifespan(app: inside.InFlight) -> bool:
    # Anything that is not FastAPI decides for itself; uvicorn then asks it.
    return hasattr(app.app, "router")


class _Server(uvicorn.Server):
    """uvicorn that tells the trusted side when it listens."""

    def __init__(self, config: uvicorn.Config, report: Any) -> None:
        super().__init__(config)
        self._report = report

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        # What the import has made stays; the first request need not look through it either.
        gc.freeze()
        gc.enable()
        if not self.should_exit:
            self._report({"event": "ready"})


def _obey(
    control: socket.socket,
    report: Any,
    hands: Any,
    instruments: inside.Instruments,
    app: inside.InFlight,
    frames: Frames,
) -> None:
    """Carry out commands; each is answered with {"event": "done", "of": its number}."""
    with suppress(OSError, ValueError):
        for message in messages(control):
            result: object = None
            match message.get("do"):
                case "set_time":
                    hands.move_to(datetime.fromisoformat(message["now"]))
                case "settle":
                    idle = app.wait_until_idle(message["seconds"])
                    result = idle and sleepers.tell(app.loop, app.server)
                case "note_tasks":
                    frames.note_tasks(app.loop)
                case "hold_writes":
                    instruments.gate.close(after=message["after"])
                case "release_writes":
                    instruments.gate.open()
                case "database":
                    instruments.fault.away = message["away"]
                case "note_statements":
                    instruments.log.start()
                case "statements":
                    result = instruments.log.stop()
            report({"event": "done", "of": message.get("number"), "result": result})
    # The trusted side is gone, or no longer makes sense: there is nobody to work for.
    _leave(0)


def _settle_in(job: Job) -> None:
    os.environ.clear()
    os.environ.update(job.environment)
    settle_zone()
    os.chdir(job.home)
    # Compiled files beside the submission are not what its author wrote, and are not read: the
    # first worker of a run compiles, the others find its work here.
    sys.pycache_prefix = job.compiled
    _redirect_output(job)
    if not job.debug:
        # Ctrl-C is for the trusted side.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _redirect_output(job: Job) -> None:
    log = Path(job.log).open("a", buffering=1, encoding="utf-8", errors="replace")  # noqa: SIM115
    if job.debug:
        sys.stdout = _Tee(sys.stdout, log)
        return
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)


class _Tee:
    """Standard output for debugging: the terminal sees it, and the trusted side's log file too."""

    def __init__(self, terminal: Any, log: Any) -> None:
        self._terminal = terminal
        self._log = log

    def write(self, text: str) -> int:
        self._log.write(text)
        return int(self._terminal.write(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._terminal, name)


def _leave(status: int) -> None:
    """End at once: the submission's exit handlers and threads have no say."""
    with suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)
