"""The built site, served from a subfolder, and a real browser to look at it."""

import fcntl
import gc
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
import websocket
from sqlmodel import SQLModel

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@pytest.fixture(scope="module")
def listing() -> Iterator[Callable[[str], ModuleType]]:
    """Import a file of `course/code`, and forget it and its tables after the module's tests.

    All SQLModel tables share one registry of names, and two listings may name theirs alike.
    """
    known, names = set(SQLModel.metadata.tables), []

    def load(name: str) -> ModuleType:
        # A process may come to the same tests twice, since it takes over what another has left, and
        # the registry knows the classes of the first time until they are collected.
        gc.collect()
        spec = importlib.util.spec_from_file_location(name, ROOT / "course" / "code" / f"{name}.py")
        # A dataclass looks its own module up.
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        names.append(name)
        spec.loader.exec_module(module)
        return module

    yield load
    for name in names:
        del sys.modules[name]
    for table in SQLModel.metadata.tables.keys() - known:
        SQLModel.metadata.remove(SQLModel.metadata.tables[table])


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id) -> Path:
    """The folder that `mkdocs build --strict` fills, once for all processes of a run."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    folder, said = shared / "served" / "course", shared / "mkdocs.txt"
    with (shared / "mkdocs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
            built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            said.write_text(built.stderr if built.returncode else "")
    assert not said.read_text(), said.read_text()
    return folder


@pytest.fixture(scope="session")
def address(site) -> Iterator[str]:
    """Where the site is served: below a path, as a project's pages often are."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site.parent)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/course/"
        server.shutdown()


class Browser:
    """One page of Chromium, driven through its DevTools protocol.

    Attributes:
        devtools: where another page is asked for.
        hosts: every host and port that the page asked since it was last opened.
        errors: what its console complained about since then.
    """

    def __init__(self, devtools: str) -> None:
        self.devtools = devtools
        # Chromium lists its pages at an http address beside that of the protocol.
        host = re.match(r"ws://([^/]+)", devtools)[1]
        ask = urllib.request.Request(f"http://{host}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(ask, timeout=20) as answer:
            target = json.load(answer)["webSocketDebuggerUrl"]
        self.socket = websocket.create_connection(target, timeout=20, suppress_origin=True)
        self.calls = 0
        self.loaded = False
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict:
        """Call the protocol's `method` and return its result."""
        self.calls += 1
        self.socket.send(json.dumps({"id": self.calls, "method": method, "params": params}))
        while (message := self.receive()).get("id") != self.calls:
            pass
        assert "error" not in message, message
        return message["result"]

    def receive(self) -> dict:
        message = json.loads(self.socket.recv())
        params = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                asked = urlsplit(params["request"]["url"])
                if asked.scheme not in ("data", "blob"):
                    self.hosts.add(asked.netloc)
            case "Runtime.exceptionThrown":
                self.errors.append(params["exceptionDetails"]["text"])
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.errors.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
            case "Page.loadEventFired":
                self.loaded = True
        return message

    def open(self, url: str, width: int = 1280, *, remembers: bool = False) -> None:
        """Open `url` in a window of `width` pixels, with nothing remembered of other pages."""
        if not remembers:
            self.call("Storage.clearDataForOrigin", origin=url, storageTypes="all")
        # The page before may ask for something until it is gone, such as one that renews itself.
        self.visit("about:blank")
        self.resize(width)
        self.hosts, self.errors, self.loaded = set(), [], False
        self.call("Page.navigate", url=url)
        while not self.loaded:
            self.receive()

    def follow(self, selector: str) -> None:
        """Click on the link that `selector` chooses, and wait for its page."""
        self.loaded = False
        self.run(f"document.querySelector('{selector}').click()")
        while not self.loaded:
            self.receive()

    def resize(self, width: int) -> None:
        """Make the window `width` pixels wide; a narrow one is a phone's."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def visit(self, url: str) -> None:
        """Open `url`, and keep what is remembered: all ports share their cookies."""
        self.loaded = False
        self.call("Page.navigate", url=url)
        while not self.loaded:
            self.receive()

    def run(self, script: str) -> Any:
        """The value of the JavaScript expression `script`; a promise is waited for."""
        call = {"expression": script, "awaitPromise": True, "returnByValue": True}
        answer = self.call("Runtime.evaluate", **call)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until the JavaScript expression `condition` is true, frame by frame."""
        self.run(
            "new Promise(done => { const look = () =>"
            f" ({condition}) ? done() : requestAnimationFrame(look); look(); }})"
        )


@pytest.fixture(scope="session")
def browser(tmp_path_factory) -> Iterator[Browser]:
    """A Chromium that can reach nothing but this machine."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install Debian's package `chromium`")
    profile = f"--user-data-dir={tmp_path_factory.mktemp('profile')}"
    command = [CHROMIUM, *FLAGS, profile]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        said = next(line for line in process.stderr if "DevTools listening" in line)
        threading.Thread(target=process.stderr.read, daemon=True).start()
        page = Browser(said.split()[-1])
        yield page
        page.socket.close()
        process.terminate()


@pytest.fixture
def scheme(browser) -> Iterator[Callable[[str], None]]:
    """Lets pages be light or dark, as a person's system does."""

    def choose(name: str) -> None:
        feature = {"name": "prefers-color-scheme", "value": name}
        browser.call("Emulation.setEmulatedMedia", features=[feature])

    yield choose
    browser.call("Emulation.setEmulatedMedia", media="", features=[])
