"""What gunicorn itself says of requests that fail past Django or that it cannot read, with the configuration of deploy/."""

import contextlib
import http.client
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.clock import PATIENCE
from tests.deploy.test_server import SETTINGS
from tests.ports import quiet_port
from tests.running import ROOT, bare_environment
from tests.servers import until

FAILING = """
def application(environ, start_response):
    if environ["PATH_INFO"] == "/":
        start_response("200 OK", [("Content-Length", "0")])
        return []
    if environ["PATH_INFO"] == "/at-once":
        raise ValueError("cannot read " + environ["QUERY_STRING"])
    start_response("200 OK", [])
    return in_pieces(environ)


def in_pieces(environ):
    if environ["PATH_INFO"] == "/later":
        yield b"first"
    raise ValueError("cannot read " + environ["QUERY_STRING"])
"""


def ask(port: int, path: str) -> None:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(link), contextlib.suppress(http.client.HTTPException, ConnectionError):
        link.request("GET", path)
        link.getresponse().read()


def answers(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as link:
        link.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return b" 200 OK" in link.recv(100)


def test_log_of_the_server_names_no_query_and_no_sender(tmp_path):
    (tmp_path / "failing.py").write_text(FAILING)
    port, environment = quiet_port(), bare_environment() | SETTINGS
    environment |= {"ATLAS_DATA_DIR": str(tmp_path), "WEB_CONCURRENCY": "1"}
    words = ["--config", "deploy/gunicorn.py", "--bind", f"127.0.0.1:{port}", "--pythonpath", str(tmp_path)]
    gunicorn = Path(sys.executable).with_name("gunicorn")
    process = subprocess.Popen(
        [gunicorn, *words, "failing:application"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        until(lambda: answers(port), "the server to answer")
        for path in ("/at-once", "/first-piece", "/later"):
            ask(port, f"{path}?q=secret-words")
        with socket.create_connection(("127.0.0.1", port), timeout=60) as link:
            link.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nsecret words: x\r\n\r\n")
            assert b" 400 Bad Request" in link.recv(100)
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)
    assert re.findall(r"secret|127\.0\.0\.1", said) == []
    assert (said.count("Error handling request."), said.count("Invalid request.")) == (3, 1)
    assert said.count("builtins.ValueError") == 3
