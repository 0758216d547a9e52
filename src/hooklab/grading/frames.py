"""Asking an app where it stands: what its own process says, for advice alone."""

import time

from hooklab.grading.log_file import LogFile
from hooklab.worker.job import END_OF_FRAMES
from hooklab.worker.process import Worker

# A process that runs, or waits, writes its frames down at once, on a machine of its own.
SECONDS = 2.0
_LOOK_SECONDS = 0.025


def ask_for_frames(worker: Worker, file: LogFile) -> str:
    """The frames that a worker writes into `file`, see `worker.frames`; "" when it does not."""
    before = told = file.text()
    worker.ask_for_frames()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        told = file.text()
        if told != before and told.endswith(END_OF_FRAMES):
            break
    return told.removeprefix(before)
