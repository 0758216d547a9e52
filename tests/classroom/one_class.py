"""`hooklab class grade` with `QuickGraders`, as a process that a test can kill.

Arguments: how many bytes a file may have (0 for any number), how many seconds an answer takes, and
what stands behind `hooklab`.
"""

import resource
import sys

from quick_graders import QuickGraders

from hooklab.classroom import graders
from hooklab.cli.main import main

size, seconds, *arguments = sys.argv[1:]
if int(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
QuickGraders.seconds = float(seconds)
graders.Graders = QuickGraders
sys.exit(main(arguments))
