"""`hooklab run`: an exercise's app on a port, to play with."""

import logging
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from watchfiles import PythonFilter, run_process
from watchfiles.main import FileChange

from hooklab.catalogue import own_settings
from hooklab.cli.app_folder import app_folder
from hooklab.cli.app_log import shorten
from hooklab.cli.env_file import DEFAULT, EnvironmentFile, read_settings
from hooklab.cli.parameters import Lang, RunSolutions, Slug, course
from hooklab.cli.paths import shown
from hooklab.cli.plain_server import PlainServer
from hooklab.cli.ports import check_free
from hooklab.cli.speaking import complain, talk
from hooklab.errors import HooklabError
from hooklab.grading.places import place
from hooklab.grading.start_failures import explain
from hooklab.services import Settings
from hooklab.skeleton_errors import open_todo
from hooklab.texts import _, language, use
from hooklab.worker.course_settings import load_settings
from hooklab.worker.loading import describe, load_app_module
from hooklab.worker.process import StartFailure


def command(
    slug: Slug,
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=1, max=65535, help=_("Where to listen."))
    ] = 8000,
    env: EnvironmentFile = DEFAULT,
    solutions: RunSolutions = False,
    reload: Annotated[
        bool, typer.Option("--reload", help=_("Start the app again at every save."))
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help=_("Show the whole traceback of what the app raises.")),
    ] = False,
    lang: Lang = None,
) -> None:
    """Serve the app of an exercise until Ctrl-C, with the settings of the environment."""
    here = course()
    folder = app_folder(here, slug, solutions=solutions)
    settings = own_settings(here.grader(slug))
    serving = _Serving(folder.resolve(), settings, env, slug, port, reload, verbose)
    check_free(port)
    if reload:
        _serve_at_every_save(serving)
    else:
        serving.serve()


@dataclass(frozen=True)
class _Serving:
    """Everything that a process needs to know in order to serve an app.

    Attributes:
        folder: where the app is.
        settings: the file of its settings' class.
        env: the file of their values.
        is_watched: whether another process starts it again at every save, and ends it.
        is_verbose: whether the app's exceptions are told with their whole traceback.
    """

    folder: Path
    settings: Path
    env: Path
    slug: str
    port: int
    is_watched: bool
    is_verbose: bool

    def serve(self) -> None:
        """Serve the app until Ctrl-C; HooklabError when it cannot be made."""
        settings = read_settings(self.env, load_settings(self.settings))
        if "database_url" not in settings.model_fields_set:
            # The tables of two exercises may have the same names, and other columns.
            settings = settings.model_copy(update={"database_url": f"sqlite:///{self.slug}.db"})
        app = _app(self.folder, settings)
        config = uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="warning")
        shorten(self.folder, whole=self.is_verbose)
        server = (_PatientServer if self.is_watched else PlainServer)(config)
        server.ready = _("{slug} takes webhooks at {address}; Ctrl-C ends.").format(
            slug=self.slug, address=f"http://localhost:{self.port}/webhooks/clerk"
        )
        try:
            server.run()
        except SystemExit:
            raise HooklabError(
                _("the app's start-up failed"), _("correct it and start again")
            ) from None


def _serve_at_every_save(serving: _Serving) -> None:
    """Serve in a process of its own, and in a new one after each save, until Ctrl-C."""
    # An app that has ended by itself would be a warning in a log's form.
    logging.getLogger("watchfiles").setLevel(logging.ERROR)
    run_process(
        serving.folder,
        target=_serve_in_a_child,
        args=(serving, language()),
        callback=_tell_saves,
        watch_filter=PythonFilter(extra_extensions=(".toml",)),
    )


def _serve_in_a_child(serving: _Serving, language: str) -> None:
    use(language)
    try:
        serving.serve()
    except HooklabError as error:
        complain(error)
        # The parent waits for the save that mends it.
        talk().print(_("Waiting for a save; Ctrl-C ends."))
    except KeyboardInterrupt:
        return


def _tell_saves(changes: set[FileChange]) -> None:
    files = sorted({shown(Path(path)) for _kind, path in changes})
    talk().print(
        _("Saved: {files}. The app starts again.").format(files=", ".join(files)), soft_wrap=True
    )


class _PatientServer(PlainServer):
    """One that no second Ctrl-C hurries: the terminal sends one, and the watching process too."""

    def handle_exit(self, _signal: int, _frame: FrameType | None) -> None:
        self.should_exit = True


def _app(folder: Path, settings: Settings) -> FastAPI:
    """The app in `folder`; HooklabError when it cannot be made, with the place of the fault."""
    stage = "import"
    try:
        module = load_app_module(folder)
        stage = "create_app"
        app: FastAPI = module.create_app(settings)
    except (Exception, SystemExit) as error:
        described = describe(error, folder)
        if number := open_todo(f"{described['type']}: {described['message']}"):
            where = place(described["file"], described["line"])
            raise HooklabError(
                _("TODO {number} is still open: {place}").format(number=number, place=where),
                _("do it, save, and start again"),
            ) from error
        told = explain(StartFailure(stage, described))
        hint = _("correct it and start again")
        if not settings.clerk_webhook_signing_secret.get_secret_value():
            hint = _(
                "there are no secrets yet: hooklab lab, in another terminal, writes them to .env"
            )
        raise HooklabError(told, hint) from error
    return app
