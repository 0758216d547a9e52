"""`hooklab class serve` as a person starts it."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from http.cookiejar import CookieJar

import pytest


@pytest.fixture
def started(course, filled):
    """Start the command; its process, and what it says first."""
    processes = []

    def start(*arguments):
        command = [sys.executable, "-m", "hooklab", "class", "serve", "--gradebook", str(filled)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        process = subprocess.Popen(
            [*command, *arguments], cwd=course.root, env=environment, **pipes
        )
        processes.append(process)
        return process, process.stderr.readline()

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_it_prints_an_address_and_ends_with_ctrl_c(started):
    process, said = started("--as", "Grace")
    address = re.search(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", said)[0]
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with opener.open(address, timeout=20) as answer:
        page = answer.read().decode()
    assert "You decide as Grace" in page
    assert "Carol" in page
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(address.partition("?")[0], timeout=20)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as", " "], "the name is empty"),
        (["--port", "70000"], "--port"),
        (["--gradebook", "/nowhere/book.db"], "does not exist"),
    ],
)
def test_a_mistake_in_the_command_is_a_usage_error(hooklab, filled, arguments, said):
    code, out, err = hooklab("class", "serve", "--gradebook", filled, *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_a_port_that_is_taken_is_told(hooklab, filled):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _out, err = hooklab("class", "serve", "--gradebook", filled, "--port", port)
    assert code == 2
    assert "another program uses it" in err
