"""The lab's pages as an application."""

from pathlib import Path

from starlette.types import ASGIApp

from hooklab.browser.door import Door, Gate
from hooklab.browser.web_app import web_app
from hooklab.texts import _
from hooklab.workbench.addresses import Addresses
from hooklab.workbench.workbench import Workbench

_STATIC = Path(__file__).with_name("static")


def lab_app(bench: Workbench, door: Door) -> ASGIApp:
    """The pages of `bench` behind the gate of `door`."""
    pages = Addresses(bench, door.language)
    app = web_app(
        pages.router,
        _STATIC,
        door.language,
        pages.show_error,
        lambda: _("go back to the timeline"),
    )
    return Gate(app, door)
