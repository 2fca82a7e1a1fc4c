"""Gunicorn's configuration on a server (deploy/systemd/atlas-web.service, deploy/compose/compose.yaml)."""

import contextlib
import ctypes
import gc
import logging
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))  # with SQLite 1 or 2: it has one writer anyway
threads = 8
timeout = 60
graceful_timeout = 30
keepalive = 5
backlog = 512
limit_request_line = 0  # the proxy before it holds requests short; what passes gets a page that says what was ignored
limit_request_field_size = 16 * 1024  # as large_client_header_buffers of the proxy
loglevel = "warning"
accesslog = None  # the proxy writes one without addresses and queries
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat of workers must not wait for a disk
control_socket_disable = True
proc_name = "atlas"

# M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD of malloc.h
ARENAS, MOST_ARENAS = -8, 2
APART, APART_FROM = -3, 16 * 1024  # bytes: pages and answers are larger, what they are made of is smaller
GIVEN_BACK, GIVEN_BACK_FROM = -1, 128 * 1024


def keep_memory_together() -> None:
    """Let the threads of a process share two arenas of memory, and give what is large a place of its own.

    Each thread would keep some 14 MB in an arena of its own. Kept pages between short-lived ones would leave gaps as large
    as pages: a third of all that the arenas held. What has a place of its own goes back to the system when it is freed. Left
    alone, the C library raises both bounds up to 32 MB once something large was freed, such as the 16 MB that checking a
    password takes.
    """
    with contextlib.suppress(OSError, AttributeError):  # another C library, which has none of this
        adjust = ctypes.CDLL(None).mallopt
        for what, value in ((ARENAS, MOST_ARENAS), (APART, APART_FROM), (GIVEN_BACK, GIVEN_BACK_FROM)):
            adjust(what, value)


keep_memory_together()  # before the workers and their threads begin


def on_starting(server: "Arbiter") -> None:
    """Counts of requests begin anew with the server, not with each worker. Its own log names no request."""
    from django.conf import settings

    from atlas_site.logs import ServerFilter
    from atlas_site.watching import sharing

    logging.getLogger("gunicorn.error").addFilter(ServerFilter())
    sharing.forget(settings.ATLAS_METRICS_DIR)


def post_worker_init(worker: "Worker") -> None:
    """Load everything first, since an upgrade may change the files before it is restarted. What was loaded stays for good:
    looking through it again and again would only put off finding what can go."""
    from django.apps import apps

    if apps.ready:  # another application than the atlas, as in a trial of the server's log, has nothing of it to load
        from atlas_site.loading import load_whole

        load_whole()
    gc.collect()
    gc.freeze()
