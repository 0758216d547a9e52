"""JSON log lines on standard output, one object a line, as log collectors read them."""

import logging
import sys
from typing import Any

import structlog


def get_logger() -> Any:
    """A structlog logger: `log.info("delivery", svix_id=…, outcome=…)` prints one JSON line.

    Each line carries `event`, `level`, `timestamp` (ISO 8601, UTC) and the given fields.
    """
    # httpx logs whole addresses at INFO, and some addresses are secrets.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return structlog.wrap_logger(
        structlog.PrintLogger(sys.stdout),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
    )
