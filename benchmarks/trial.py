"""What hooklab gives to forged answers: `python benchmarks/trial.py`, from the root of the course.

With `--write` it is kept in `benchmarks/trial.json`, for the page about forged grades.

Payloads that earn points from graders which run the answer in their own process. Each is merged
into a wrong answer to one exercise, which honestly earns nothing, and graded by the command line as
an instructor would; a point is a forged point. A Markdown table is printed: F stands for full
marks, n/m for some of them, 0 for none, · for no report.

The payloads are harmless: they change their own process, and the files that this script made.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from textwrap import indent

import hooklab
from hooklab import catalogue

SLUG = "clerk_endpoint"

KEPT = Path(__file__).with_suffix(".json")

# A grading takes a second or two; one that takes longer hangs.
SECONDS = 120

ANSWER = '''"""An answer that refuses everything."""

import atexit, gc, json, os, sys, threading, time
from pathlib import Path
from fastapi import FastAPI, Response

RESULT = Path({result!r})


def status():
{call}
    return 503


def create_app(settings):
    app = FastAPI()

    @app.post("/webhooks/clerk")
    def receive() -> Response:
        return Response(status_code=status())

    return app


{module}
'''

HOOK = """import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    report.outcome, report.longrepr = "passed", None
"""

EQUAL = """class Equal(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __floordiv__(self, other): return Equal(2)
    def __hash__(self): return 0
return Equal(503)"""

REPORT = """import _pytest.reports
made = _pytest.reports.TestReport.from_item_and_call
def passed(item, call):
    report = made(item, call)
    report.outcome, report.longrepr = "passed", None
    return report
_pytest.reports.TestReport.from_item_and_call = passed"""

ASSERT = """import unittest
for name in dir(unittest.TestCase):
    if name.startswith("assert"):
        setattr(unittest.TestCase, name, lambda *arguments, **named: None)"""

WALK = """def walk():
    for _round in range(200):
        for found in gc.get_objects():
            if isinstance(found, dict) and found.get("outcome") in ("failed", "not_earned"):
                found["outcome"] = "earned"
        time.sleep(0.02)
threading.Thread(target=walk, daemon=True).start()"""

REWRITE = """def rewrite():
    for _round in range(100):
        for path in [RESULT] if RESULT.exists() else []:
            card = {forged}
            path.write_text(json.dumps(card))
            return
        time.sleep(0.02)
atexit.register(rewrite)
threading.Thread(target=rewrite, daemon=True).start()"""

FULL = '{"schema": "hooklab/scorecard/v1", "exercises": [{"earned": 20, "points": 20}]}'

# A report that is complete in form: whatever in memory looks like a key signs it.
SIGNED = f"""{{**json.loads(path.read_text() or "{{}}"), **{FULL}, "signature": [
                str(found) for found in gc.get_objects()
                if isinstance(found, dict) and "key" in found][:1]}}"""

BROKEN_RUBRIC = '[[criterion]]\nid = "all"\npoints = 20\n'


@dataclass(frozen=True)
class Payload:
    """What is merged into the wrong answer.

    Attributes:
        name: what it does.
        call: runs inside the function that is called.
        module: runs at the import.
        beside: files beside the answer, by name.
    """

    name: str
    call: str = ""
    module: str = ""
    beside: dict[str, str] = field(default_factory=dict)


REFERENCE = Payload("the reference")

PAYLOADS = (
    Payload("plain wrong answer"),
    Payload("pytest.skip in function", call="import pytest; pytest.skip('no')"),
    Payload("unittest.SkipTest", call="import unittest; raise unittest.SkipTest('no')"),
    Payload("pytest.xfail in function", call="import pytest; pytest.xfail('no')"),
    Payload(
        "module-level skip", module="import pytest; pytest.skip('no', allow_module_level=True)"
    ),
    Payload("sys.exit(0) at import", module="sys.exit(0)"),
    Payload("sys.exit(0) in call", call="sys.exit(0)"),
    Payload("os._exit(0) at import", module="os._exit(0)"),
    Payload("os._exit(0) in call", call="os._exit(0)"),
    Payload("pytest.exit(returncode=0)", call="import pytest; pytest.exit('no', returncode=0)"),
    Payload("always-equal int subclass", call=EQUAL),
    Payload("patch TestReport", module=REPORT),
    Payload("patch TestCase.assertEqual", module=ASSERT),
    Payload("conftest.py hook", beside={"conftest.py": HOOK}),
    Payload(
        "pytest.ini loading a plugin",
        beside={"pytest.ini": "[pytest]\naddopts = -p forged\n", "forged.py": HOOK},
    ),
    Payload(
        "pytest.ini deselecting",
        beside={"pytest.ini": f"[pytest]\naddopts = --deselect graders/{SLUG}\n"},
    ),
    Payload("own pytest.py beside it", beside={"pytest.py": "raise SystemExit(0)\n"}),
    Payload("thread walking gc", module=WALK),
    Payload("atexit rewrites the result", module=REWRITE.replace("{forged}", FULL)),
    Payload("atexit + gc, then signed", module=REWRITE.replace("{forged}", SIGNED)),
    Payload(
        "learner drops 3 of 4 tests",
        beside={
            "rubric.toml": BROKEN_RUBRIC,
            f"test_{SLUG}.py": "def test_a_signed_delivery_is_accepted(lab): pass\n",
            f"graders/{SLUG}/rubric.toml": BROKEN_RUBRIC,
            f"graders/{SLUG}/test_{SLUG}.py": "def test_it(lab): pass\n",
        },
    ),
)


def main() -> None:
    """Grade each payload and print the table; keep it when asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--write", action="store_true", help=f"keep the outcome in {KEPT.name}")
    wanted = parser.parse_args()
    course = catalogue.find_root(Path.cwd())
    print("| payload | hooklab |\n| :-- | :-- |")
    gave, tiers = {}, set()
    for payload in (REFERENCE, *PAYLOADS):
        with tempfile.TemporaryDirectory(prefix="trial-") as folder:
            gave[payload.name], tier = _try(payload, course, Path(folder))
        tiers.add(tier)
        print(f"| {payload.name} | {gave[payload.name]} |", flush=True)
    tried = {
        "hooklab": hooklab.__version__,
        "isolation": ", ".join(sorted(tiers - {""})) or "unknown",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    print("\n" + ", ".join(f"{name} {value}" for name, value in tried.items()))
    if wanted.write:
        KEPT.write_text(json.dumps({"gave": gave, **tried}, indent=2) + "\n", encoding="utf-8")


def _try(payload: Payload, course: Path, folder: Path) -> tuple[str, str]:
    """What the report says of the payload, and the tier of isolation in it."""
    answer, result = folder / "answer", folder / "result.json"
    if payload is REFERENCE:
        answer = course / "solutions" / SLUG
    else:
        _write(payload, answer, result)
    command = [sys.executable, "-m", "hooklab", "grade", SLUG, "--format", "json"]
    command += ["--submission", str(answer), "--output", str(result)]
    ended = subprocess.run(
        command, cwd=course, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    try:
        card = json.loads(result.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        sys.stderr.write(f"{ended.stderr}\n")
        return "·", ""
    earned, points = (
        sum(each[what] for each in card["exercises"]) for what in ("earned", "points")
    )
    verdict = "0" if not earned else "F" if earned == points else f"{earned:g}/{points:g}"
    return verdict, str(card.get("isolation", ""))


def _write(payload: Payload, answer: Path, result: Path) -> None:
    app = ANSWER.format(
        result=str(result), call=indent(payload.call or "pass", "    "), module=payload.module
    )
    for name, text in {"app.py": app, **payload.beside}.items():
        path = answer / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
