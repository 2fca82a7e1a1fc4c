"""What `manage.py send_notices` does on a server: sends the mails that are owed, once. scripts/serving.py starts it.

It notes no run of a timer, since no timer runs in a trial, and ends with the server that started it.
"""

import os
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")


def end_with_the_server() -> None:
    """The server writes nothing; its end of the pipe closes with it, however it ends. A mail on its way stays owed."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(0)


def main() -> None:
    import django

    django.setup()

    from django.db import Error
    from django.utils import timezone

    from contributions import outbox

    threading.Thread(target=end_with_the_server, daemon=True).start()
    try:
        outbox.send_due(at=timezone.now())
    except Error:
        sys.exit("Mails that are owed could not be read.")


if __name__ == "__main__":
    main()
