"""Ports for servers that tests start, stop and start again."""

import os
import socket

FIRST, LAST = 20_000, 32_000  # below those that Linux gives away by itself, to whoever asks for any
APART = 97  # processes of a parallel run have numbers that follow each other


def quiet_port() -> int:
    """A TCP port of this machine at which nobody listens, and which is ours until this process ends.

    A port that the system chose may be somebody else's before a server has begun to listen there. To other processes of our
    tests a UDP socket with the same number, which nothing else needs, says that it is taken.
    """
    for step in range(LAST - FIRST):
        port = FIRST + (os.getpid() * APART + step) % (LAST - FIRST)
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind(("127.0.0.1", port))
            _ask_for(port)
        except OSError:
            claim.close()
            continue
        claim.detach()  # it stays open as long as the process lives
        return port
    raise OSError(f"No port from {FIRST} to {LAST} is free.")


def _ask_for(port: int) -> None:
    """Raises OSError where somebody listens; connections that ended a moment ago are in nobody's way."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
