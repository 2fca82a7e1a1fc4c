"""Gunicorn's configuration for scripts/run: one process, eight threads, this machine only; it sees to mails that are owed."""

import http.client
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from gunicorn.workers.base import Worker

worker_class = "gthread"
workers = 1  # one process holds the search index once, and SQLite has one writer anyway
threads = 8
timeout = 60
graceful_timeout = 5
keepalive = 5
backlog = 512
limit_request_line = 0  # a very long query gets a page that says what was ignored, not a bare error
limit_request_field_size = 64 * 1024  # a browser sends the cookies of all programs that were tried on this machine
loglevel = "warning"
control_socket_disable = True
proc_name = "atlas"

MAILS_EVERY = 60  # seconds; a server has a timer for it


def answer() -> int:
    """Status of the start page, or 0 while nobody answers."""
    connection = http.client.HTTPConnection(urlsplit(os.environ["ATLAS_URL"]).netloc, timeout=30)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def announce() -> None:
    """Say that the atlas is ready once it has really answered."""
    while not (status := answer()):
        time.sleep(0.05)
    if status < 500:
        print(f"Atlas ready at {os.environ['ATLAS_URL']}/", flush=True)
    else:
        print(f"The atlas answers with an error ({status}); its cause stands above.", file=sys.stderr, flush=True)


def send_owed_mails() -> None:
    """Look every minute, until this process ends, whether a mail is due. A database that is away is asked again."""
    from django.db import Error, connection
    from django.utils import timezone

    from contributions import outbox

    while True:
        try:
            if outbox.is_due(timezone.now()):
                send_beside()
        except (Error, OSError):
            logging.getLogger("contributions.outbox").warning("Mails that are owed could not be read.")
        finally:
            connection.close()
        time.sleep(MAILS_EVERY)


def send_beside() -> None:
    """Send what is due in a process of its own, and wait for it. That one ends when this end of its standard input closes.

    In a thread of this process nothing would end the talk with a mail server that speaks without end.
    """
    words = [sys.executable, str(Path(__file__).with_name("mails.py"))]
    with subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True) as sending:  # Ctrl-C is not for it
        sending.wait()


def post_worker_init(worker: "Worker") -> None:
    from django.apps import apps
    from django.conf import settings

    if apps.ready and settings.LOCAL:  # beside the atlas, benchmarks serve applications that are not of Django
        threading.Thread(target=send_owed_mails, daemon=True).start()
    if worker.age == 1:  # a process that replaces the first one has nothing to announce
        threading.Thread(target=announce, daemon=True).start()
