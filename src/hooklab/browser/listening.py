"""A socket for pages on this machine."""

import os
import socket

from hooklab.errors import HooklabError, reason_of
from hooklab.texts import _

_HOST = "127.0.0.1"


def listening(port: int) -> socket.socket:
    """A socket that listens on loopback; HooklabError when the port cannot be had."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere this option would share a port that is in use
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise HooklabError(
            _("port {port} cannot be had: {reason}").format(port=port, reason=reason_of(error)),
            _("stop the program that uses port {port}, or choose another port").format(port=port),
        ) from error
    return listener
