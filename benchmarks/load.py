"""What load does to a grade: `python benchmarks/load.py [SLUG…] --busy 6 12 24`, at the root.

The reference is graded beside so many processes that do nothing but keep a processor busy, of the
same priority. A right answer may be slower there, or "could not grade"; a lost point is a fault.
With `--patience 0.05` an app has a twentieth of the usual time to start and to answer: a small load
then shows what one of twenty times as many processes would do.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hooklab import catalogue
from hooklab.grading import app
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.worker import process
from hooklab.worker.launch import start_launcher

SLUGS = ("clerk_endpoint", "welcome_email", "onboarding")
# They end by themselves when this program does.
BURN = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(100_000))"


def main() -> None:
    """Grade the references of the exercises that are named, or of three, under each load."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("slugs", nargs="*", metavar="SLUG", default=SLUGS)
    parser.add_argument("--busy", nargs="*", type=int, default=[0, 6, 12], help="busy processes")
    parser.add_argument("--patience", type=float, default=1.0, help="times the usual deadlines")
    parser.add_argument("--database", help="the URL of a PostgreSQL server")
    arguments = parser.parse_args()
    course = catalogue.load(catalogue.find_root(Path.cwd()))
    app.RESPONSE_SECONDS *= arguments.patience
    process.START_SECONDS *= arguments.patience
    print(f"{'exercise':26}{'busy':>6}{'seconds':>9}{'points':>8}  not earned")
    lost = False
    with ExitStack() as resources:
        launcher = start_launcher()
        resources.callback(launcher.close)
        for slug in arguments.slugs:
            for count in arguments.busy:
                options = Options(solutions=True, database=arguments.database)
                with busy(count):
                    started = time.monotonic()
                    card = grade(course, [slug], options, launcher=launcher)
                    took = time.monotonic() - started
                found = [each for each in card.exercises[0].checks if each.outcome != "earned"]
                told = ", ".join(f"{each.id}: {each.outcome}" for each in found)
                print(f"{slug:26}{count:6}{took:9.1f}{card.exercises[0].earned:8g}  {told}")
                lost = lost or any(each.outcome != "could_not_grade" for each in found)
    sys.exit(lost)


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Beside `count` processes that keep a processor busy, each in a session of its own.

    Linux may share the processor out among sessions, and each app has its own.
    """
    command = [sys.executable, "-c", BURN]
    processes = [subprocess.Popen(command, start_new_session=True) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
