"""Gunicorn's configuration for scripts/run: one process, eight threads, this machine only; mails that are owed leave from it."""

import http.client
import logging
import os
import sys
import threading
import time
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
    """What `manage.py send_notices` does, every minute until this process ends. A database that is away is asked again."""
    from django.db import Error, connection
    from django.utils import timezone

    from contributions import outbox

    while True:
        try:
            outbox.send_due(at=timezone.now())
        except Error:
            logging.getLogger("contributions.outbox").warning("Mails that are owed could not be read.")
        finally:
            connection.close()
        time.sleep(MAILS_EVERY)


def post_worker_init(worker: "Worker") -> None:
    from django.apps import apps
    from django.conf import settings

    if apps.ready and settings.LOCAL:  # beside the atlas, benchmarks serve applications that are not of Django
        threading.Thread(target=send_owed_mails, daemon=True).start()
    if worker.age == 1:  # a process that replaces the first one has nothing to announce
        threading.Thread(target=announce, daemon=True).start()
