"""`benchmarks/mutation.py`: a mutant is killed by a check that runs its line, or is listed."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks/mutation.py"

UNUSED = "\n\ndef unused() -> bool:\n    return True\n"


def test_a_mutant_is_killed_or_listed(own_toy):
    greeting = own_toy.root / "solutions/knock/greeting.py"
    greeting.write_text(greeting.read_text(encoding="utf-8") + UNUSED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, SCRIPT, "knock"],
        cwd=own_toy.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    # Without its decorator, nothing answers; what no check runs survives.
    assert "survived: greeting.py:11: return True  →  return False" in done.stdout
    assert "knock: 50.0% of 2 mutants" in done.stdout
    assert "1 killed, 1 no reason" in done.stdout
