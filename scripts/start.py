"""The second half of scripts/run, inside the project's environment: bring the data up to date, then serve.

Called with the number of the listening socket; ATLAS_DATA_DIR and ATLAS_URL are set. What is already there is left as it
is, which keeps a second start short.
"""

import hashlib
import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")

STAFF = {
    "lead": "lead",
    "moderator": "moderator",
}  # user name to role; two people, because some changes need a second one


def say(line: str) -> None:
    print(line, flush=True)


def prepare() -> None:
    """Everything between an empty folder and a site that can be served."""
    migrate()
    load_sample()
    collect_static()
    print_logins()


def migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)


def load_sample() -> None:
    """Load the sample atlas where studies or guides are missing, never beside real studies; finish a load that was cut off."""
    from django.conf import settings
    from django.core.management import call_command

    from studies.models import Guide, Study

    unfinished = settings.DATA_DIR / "sample-unfinished"
    is_complete = Study.objects.exists() and Guide.objects.exists()
    if (is_complete or Study.objects.filter(is_sample=False).exists()) and not unfinished.exists():
        return
    say("Loading the sample atlas …")
    unfinished.touch()
    call_command("load_sample", verbosity=0)  # its list of possible duplicates is for those who call it by hand
    unfinished.unlink()


def collect_static() -> None:
    """Collect and compress style sheets, scripts and images when any of them changed."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = settings.DATA_DIR / "static.stamp"
    fingerprint = static_fingerprint([ROOT / "static", ROOT / "requirements"])
    if stamp.exists() and stamp.read_text() == fingerprint and settings.STATIC_ROOT.exists():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(fingerprint)


def static_fingerprint(folders: list[Path]) -> str:
    """One hash of names, sizes and times: packages' own static files change only with the requirement files."""
    found = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    lines = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in found]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def print_logins() -> None:
    from django.conf import settings
    from django.core.management import call_command

    if not settings.LOCAL:
        say("ATLAS_LOCAL is off, so no one-time logins are made.")
        return
    say("Staff logins. Each link works once and for 24 hours; the next start makes new ones:")
    for name, role in STAFF.items():
        call_command("one_time_login", name, "--role", role)


def serve(descriptor: str) -> None:
    """Serve from this same process, which has loaded everything already; the worker is a fork of it."""
    from django.db import connections
    from gunicorn.app.wsgiapp import WSGIApplication

    connections.close_all()  # neither a connection nor half-written output may be shared with the fork
    sys.stdout.flush()
    configuration = f"file:{ROOT / 'scripts' / 'serving.py'}"
    sys.argv = ["gunicorn", "--config", configuration, "--bind", f"fd://{descriptor}", "atlas_site.wsgi"]
    WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]", prog="gunicorn").run()


def main(descriptor: str) -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError
    from django.db import OperationalError

    try:
        django.setup()
        prepare()
    except ImproperlyConfigured as error:
        sys.exit(f"The atlas cannot start: {error}")
    except (CommandError, OperationalError) as error:
        sys.exit(f"The atlas cannot start: {error}".strip())
    serve(descriptor)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(0)
