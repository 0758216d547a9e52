"""One judge for each kind of user, and a fresh arena for each test."""

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hooklab.authoring.proof import one_in

from .arena import ORDINARY, Arena, Judge, Outside, make_course
from .users import as_user, base_folder, give

# A grader for the copied course, not tests of ours.
collect_ignore = ["window"]

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]
    warnings.warn("the hostile answers are not tried here: they look into /proc", stacklevel=1)


ROOT = Path(__file__).parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--part",
        metavar="N",
        type=int,
        default=1,
        help="try one attack in N, others after each commit",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    is_chosen = one_in(config.getoption("part"), ROOT)
    left = [item for item in items if not is_chosen(item.nodeid)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if is_chosen(item.nodeid)]


@dataclass(frozen=True)
class Court:
    """What the tests of one user share."""

    uid: int | None
    base: Path
    template: Path
    judge: Judge


@pytest.fixture(scope="session")
def outside() -> Outside:
    return Outside()


@pytest.fixture(scope="session", params=["root", "ordinary"] if os.geteuid() == 0 else ["ordinary"])
def court(request) -> Iterator[Court]:
    """A judge who runs as root, where root runs the tests, and one who is an ordinary user."""
    uid = ORDINARY if os.geteuid() == 0 and request.param == "ordinary" else None
    if uid is not None:
        _require_ordinary_user(uid)
    base = base_folder(uid)
    template = base / "template"
    make_course(template)
    give(template, uid)
    judge = Judge(uid, base)
    # One check compiles the tests of its whole exercise.
    checks = {
        "knock": "it_answers",
        "ledger": "a_signup_is_stored",
        "window": "it_opens",
        "clerk_endpoint": "a_signed_delivery_is_accepted",
    }
    for slug, check in checks.items():
        judge.ask(
            course=str(template),
            slug=slug,
            submission=str(template / "solutions" / slug),
            only=(check,),
            scratch=str(judge.scratch),
            response_seconds=6,
            start_seconds=10,
            database=None,
            forms=None,
        )
    yield Court(uid, base, template, judge)
    judge.end()
    shutil.rmtree(base)


def _require_ordinary_user(uid: int) -> None:
    if not shutil.which("setpriv"):
        pytest.skip("NOT PROVED HERE: there is no setpriv, which makes root an ordinary user")
    twice = "import hooklab, subprocess, sys; subprocess.check_call([sys.executable, '-c', ''])"
    tried = subprocess.run(
        [*as_user(uid), sys.executable, "-c", twice], capture_output=True, text=True
    )
    if tried.returncode:
        pytest.skip(
            f"NOT PROVED HERE: an ordinary user cannot run {sys.executable}: {tried.stderr}"
        )


@pytest.fixture
def arena(court, outside) -> Iterator[Arena]:
    arena = Arena(court.judge, court.template, outside, court.base, court.uid)
    yield arena
    shutil.rmtree(arena.folder, ignore_errors=True)
