"""How much room is left on the disks that the atlas writes to."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings

LEAST = 1_000_000_000  # bytes that shall be free: a full disk keeps contributors from sending
FOLDERS = ("DATA_DIR", "ATLAS_BACKUPS_DIR", "ATLAS_RELEASES_DIR")


def free() -> dict[str, int]:
    """Bytes that are free where each folder is, by the name of its setting."""
    return {name: shutil.disk_usage(_existing(Path(getattr(settings, name)))).free for name in FOLDERS}


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())
