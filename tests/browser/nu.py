"""The Nu HTML checker, running as a server on this machine."""

import http.client
import json
import subprocess
import time

HEADERS = {"Content-Type": "text/html; charset=utf-8", "User-Agent": "atlas-tests"}  # it refuses a nameless reader


class NotStarted(Exception):
    """The server ended, or did not answer in time and was ended."""


class Nu:
    """Calling it with a page's HTML asserts that the checker finds no error in it."""

    def __init__(self, port: int, process: subprocess.Popen, patience: float = 300) -> None:
        self.port = port
        end = time.monotonic() + patience
        while process.poll() is None and time.monotonic() < end:
            try:
                self.messages("<!DOCTYPE html><html lang=en><title>Ready</title>")
                return
            except (OSError, http.client.HTTPException, json.JSONDecodeError):  # it listens before it can answer
                time.sleep(0.2)
        process.kill()
        raise NotStarted

    def messages(self, html: str) -> list[dict]:
        """Everything it has to say, as its JSON messages (`type`, `message`, `lastLine`, `extract`)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            connection.request("POST", "/?out=json", html.encode(), HEADERS)
            return json.loads(connection.getresponse().read())["messages"]
        finally:
            connection.close()

    def __call__(self, html: str) -> None:
        errors = [message for message in self.messages(html) if message["type"] != "info"]
        assert [f"line {error.get('lastLine')}: {error['message']}" for error in errors] == []
