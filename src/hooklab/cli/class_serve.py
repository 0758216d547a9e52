"""`hooklab class serve`: the class in a browser on this machine."""

import getpass
import secrets
from typing import Annotated

import typer

from hooklab.cli.parameters import Lang, PagePort, course
from hooklab.errors import HooklabError
from hooklab.texts import _, language

_COMMAND = "hooklab class serve"


def serve(
    gradebook: Annotated[
        str,
        typer.Option(
            "--gradebook",
            metavar="FILE",
            help=_("The gradebook: a file, or the address of a PostgreSQL database."),
        ),
    ],
    port: PagePort = None,
    name: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help=_("Who decides; you by default.")),
    ] = None,
    lang: Lang = None,
) -> None:
    """Serve pages to read answers and to give points, until Ctrl-C. Only this machine is let in."""
    # They take a second, and other commands of the group do without them.
    import uvicorn

    from hooklab.browser.door import Door
    from hooklab.browser.listening import listening
    from hooklab.classroom.desk.desk_app import desk_app
    from hooklab.classroom.desk.routes import Desk
    from hooklab.classroom.gradebook import Gradebook
    from hooklab.cli.plain_server import PlainServer

    by = (getpass.getuser() if name is None else name).strip()
    if not by:
        raise HooklabError(_("the name is empty"), _("say who decides: --as NAME"))
    here = course()
    with Gradebook(gradebook) as book, listening(port or 0) as listener:
        door = Door(listener.getsockname()[1], secrets.token_urlsafe(32), language(), _COMMAND)
        app = desk_app(Desk(here, book, by, language()), door)
        # At another level, it would print addresses, and with them the token.
        server = PlainServer(uvicorn.Config(app, log_level="warning", lifespan="off"))
        server.ready = _("The class is at {address}; Ctrl-C ends.").format(address=door.address)
        server.run([listener])
