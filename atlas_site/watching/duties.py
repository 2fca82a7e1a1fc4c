"""What each command of a timer is for, in words for whoever looks after the atlas. Pure."""

from __future__ import annotations

DOES = {
    "publish_due": "Publishing what was ordered for a set hour",
    "send_notices": "Sending the mails that are owed",
    "alarm": "Calling somebody where it is needed",
    "sync": "Asking the sources for new papers",
    "check_integrity": "Comparing studies with their sources",
    "purge": "Erasing what is over its time",
    "remind": "Reminding staff of messages that wait",
    "backup": "Writing a backup",
    "verify_history": "Checking the public history",
    "export_atlas": "Writing a release of the data",
}
NONE_YET = "Nothing has run by itself yet: the server's timers seem to be off."
TRIAL = (
    "This is a trial on one machine, where no timers run. Mails leave all the same while scripts/run serves the atlas. "
    "Everything else waits until somebody starts its command."
)


def named(command: str) -> str:
    """What it does, with its name in brackets; the name alone where it is no duty of a timer."""
    return f"{DOES[command]} ({command})" if command in DOES else command
