"""A port that a test was given is given to no other, neither here nor in another process of the run."""

import os
import socket
import subprocess
import sys

import pytest

from tests.ports import _ask_for, quiet_port
from tests.running import ROOT, bare_environment

# As a process with the same number would begin to look.
ASKED = "import os; os.getpid = lambda: {}; from tests.ports import quiet_port; print(quiet_port())"


def test_port_is_given_to_nobody_twice():
    ours = [quiet_port() for _ in range(3)]
    words = [sys.executable, "-c", ASKED.format(os.getpid())]
    done = subprocess.run(words, cwd=ROOT, env=bare_environment(), capture_output=True, text=True, check=True)
    assert len({*ours, int(done.stdout)}) == 4


def test_port_at_which_somebody_listens_is_seen_to_be_taken():
    port = quiet_port()
    _ask_for(port)
    with socket.create_server(("127.0.0.1", port)), pytest.raises(OSError, match="in use"):
        _ask_for(port)


def test_server_can_listen_at_it_again_at_once():
    port = quiet_port()
    for _ in range(2):
        with (
            socket.create_server(("127.0.0.1", port)) as server,
            socket.create_connection(("127.0.0.1", port)) as asking,
        ):
            server.accept()[0].close()  # the side that ends a connection first keeps its port for a minute
            assert asking.recv(1) == b""
