"""hooklab from the command line."""

import sys
import time
from pathlib import Path


def main() -> None:
    """Run the command line."""
    from hooklab import catalogue
    from hooklab.grading.run import grade
    from hooklab.grading.session import Options
    from hooklab.reports.text import print_scorecard
    from hooklab.worker.launch import launcher

    c = catalogue.load(Path.cwd())
    la = launcher()
    for k in range(int(sys.argv[3]) if len(sys.argv) > 3 else 1):
        t = time.perf_counter()
        card = grade(
            c,
            [sys.argv[2]],
            Options(
                solutions=sys.argv[1] == "sol",
                submission=None if sys.argv[1] in ("sol", "ex") else Path(sys.argv[1]),
            ),
            launch=lambda: la,
        )
        if k == 0:
            print_scorecard(card)
        print(card.earned, time.perf_counter() - t)
    la.close()


if __name__ == "__main__":
    main()
