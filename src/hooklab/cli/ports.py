"""Fixed ports: whether they can be had, before anything is started."""

import os
import socket

from hooklab.errors import HooklabError, reason_of
from hooklab.texts import _


def is_free(port: int) -> bool:
    """Whether a loopback port can be listened on."""
    try:
        check_free(port)
    except HooklabError:
        return False
    return True


def check_free(port: int) -> None:
    """Refuse a loopback port that cannot be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        if os.name == "posix":  # elsewhere this option would share a port that is in use
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except OSError as error:
            raise HooklabError(
                _("port {port} cannot be had: {reason}").format(port=port, reason=reason_of(error)),
                _("stop the program that uses port {port}, or choose another port").format(
                    port=port
                ),
            ) from error
