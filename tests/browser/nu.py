"""The Nu HTML checker, running as a server on this machine."""

import http.client
import json
import time

HEADERS = {"Content-Type": "text/html; charset=utf-8", "User-Agent": "atlas-tests"}  # it refuses a nameless reader


class Nu:
    """Calling it with a page's HTML asserts that the checker finds no error in it."""

    def __init__(self, port: int, patience: float = 60) -> None:
        self.port = port
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                self.messages("<!DOCTYPE html><html lang=en><title>Ready</title>")
                return
            except (OSError, http.client.HTTPException, json.JSONDecodeError):  # it listens before it can answer
                time.sleep(0.2)
        raise AssertionError("The Nu HTML checker did not start.")

    def messages(self, html: str) -> list[dict]:
        """Everything it has to say, as its JSON messages (`type`, `message`, `lastLine`, `extract`)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", "/?out=json", html.encode(), HEADERS)
            return json.loads(connection.getresponse().read())["messages"]
        finally:
            connection.close()

    def __call__(self, html: str) -> None:
        errors = [message for message in self.messages(html) if message["type"] != "info"]
        assert [f"line {error.get('lastLine')}: {error['message']}" for error in errors] == []
