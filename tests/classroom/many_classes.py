"""Forks a process for each line on standard input: `hooklab` with these words and `QuickGraders`.

What importing takes is taken once, so that a test can kill a hundred of them. A line is a JSON
list: how many seconds an answer takes, then the words. The answers, on standard error, are its
process id at once, and its status when it has ended.
"""

import json
import os
import sys

from quick_graders import QuickGraders

from hooklab.classroom import batch, gradebook, graders, moves  # noqa: F401 - all that it imports
from hooklab.cli.main import main

graders.Graders = QuickGraders
# One that was never used costs a tenth of a second.
main(["list", "--help"])
while line := sys.stdin.readline():
    seconds, *words = json.loads(line)
    pid = os.fork()
    if pid == 0:
        QuickGraders.seconds = seconds
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(null, descriptor)
        os._exit(main(words))
    sys.stderr.write(f"{pid}\n")
    sys.stderr.flush()
    sys.stderr.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
    sys.stderr.flush()
