"""`hooklab run`: an exercise's app on a port, to play with."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from hooklab.catalogue import own_settings
from hooklab.cli.env_file import DEFAULT, EnvironmentFile, read_settings
from hooklab.cli.parameters import Lang, Slug, course
from hooklab.cli.ports import check_free
from hooklab.cli.speaking import talk
from hooklab.errors import HooklabError
from hooklab.grading.options import Options, check_folder
from hooklab.grading.start_failures import explain
from hooklab.services import Settings
from hooklab.texts import _
from hooklab.worker.course_settings import load_settings
from hooklab.worker.loading import describe, load_app_module
from hooklab.worker.process import StartFailure


def command(
    slug: Slug,
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, help=_("Where to listen."))
    ] = 8000,
    env: EnvironmentFile = DEFAULT,
    solutions: Annotated[
        bool, typer.Option("--solutions", help=_("Run the reference in solutions/ instead."))
    ] = False,
    lang: Lang = None,
) -> None:
    """Serve the app of an exercise until Ctrl-C, with the settings of the environment."""
    here = course()
    here.exercise(slug)
    folder = Options(solutions=solutions).folder(here, slug)
    check_folder(folder)
    settings = read_settings(env, load_settings(own_settings(here.grader(slug))))
    check_free(port)
    app = _app(folder.resolve(), settings)
    talk().print(
        _("{slug} takes webhooks at {address}; Ctrl-C ends.").format(
            slug=slug, address=f"http://localhost:{port}/webhooks/clerk"
        ),
        soft_wrap=True,
    )
    _Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning")).run()


class _Server(uvicorn.Server):
    """uvicorn that ends at Ctrl-C and leaves it at that.

    Its own way raises the signal once more inside asyncio, which tells of it in a long traceback.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = signal.signal(signal.SIGINT, self.handle_exit)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


def _app(folder: Path, settings: Settings) -> FastAPI:
    """The app in `folder`; HooklabError when it cannot be made, with the place of the fault."""
    stage = "import"
    try:
        module = load_app_module(folder)
        stage = "create_app"
        app: FastAPI = module.create_app(settings)
    except Exception as error:
        told = explain(StartFailure(stage, describe(error, folder)))
        raise HooklabError(told, _("correct it and start again")) from error
    return app
