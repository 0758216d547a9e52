"""The honest answers that payloads are merged into."""

from pathlib import Path
from textwrap import dedent, indent

TESTS = Path(__file__).parents[1]
SOLUTIONS = TESTS.parent / "solutions"

Files = dict[str, str | bytes]

WRONG, RIGHT = '"Hello"', 'f"Hello {name}"'

# What the wrong answer to `knock` earns: it answers, and refuses who has no name.
WRONG_POINTS = 1.5


def knock(payload: str = "pass", *, when: str = "call", value: str = WRONG) -> Files:
    """An answer to `knock` that greets with `value`.

    Args:
        payload: the body of a function `payload(name)`.
        when: it runs at the "import", at the "call" of `greet()`, in a "thread" from the import
            on, or as the "value", which it then returns.
        value: the greeting, an expression.
    """
    starts = {
        "import": 'payload("")',
        "thread": 'threading.Thread(target=payload, args=("",), daemon=True).start()',
    }
    greeting = (
        "import ctypes, gc, os, signal, socket, sys, threading, time\n"
        "from .tools import *\n\n\n"
        f"def payload(name):\n{indent(dedent(payload).strip(), '    ')}\n\n\n"
        "def greet(name):\n"
        + ("    payload(name)\n" if when == "call" else "")
        + f"    return {'payload(name)' if when == 'value' else value}\n\n\n"
        + f"{starts.get(when, '')}\n"
    )
    app = (TESTS / "toy" / "solutions" / "knock" / "app.py").read_text(encoding="utf-8")
    return {"app.py": app, "greeting.py": greeting}


# An answer to `window` that opens and does nothing else: it earns one point.
WINDOW = """
import ctypes, gc, json, os, signal, socket, sys, threading, time
from pathlib import Path
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from sqlalchemy import text
from hooklab.services import Settings, make_engine
from .tools import *


def create_app(settings: Settings) -> FastAPI:
    engine = make_engine(settings.database_url)
    database = settings.database_url.removeprefix("sqlite:///")
    app = FastAPI()

    @app.get("/")
    def home() -> str:
        return "open"

{routes}
    return app
"""

WINDOW_POINTS = 1


def window(routes: str) -> Files:
    """An answer to `window` with more `routes`."""
    return {"app.py": WINDOW.replace("{routes}", indent(dedent(routes), "    "))}


# An answer to `clerk_endpoint` that says yes to everything and does nothing.
YES = """
from fastapi import FastAPI
from hooklab.services import Settings
from .tools import *


def create_app(settings: Settings) -> FastAPI:
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive() -> str:
        return "yes"

    return app
"""


def clerk(payload: str, *, right: bool) -> Files:
    """An answer to `clerk_endpoint` with `payload` at its import."""
    folder = SOLUTIONS / "clerk_endpoint"
    files: Files = {path.name: path.read_text("utf-8") for path in folder.glob("*.py")}
    app = str(files["app.py"]) if right else YES
    return {**files, "app.py": f"{app}\n\nfrom .tools import *\n\n{dedent(payload)}\n"}
