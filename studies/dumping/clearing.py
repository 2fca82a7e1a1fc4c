"""Emptying the releases that hold a value which was removed from the history since."""

from __future__ import annotations

from pathlib import Path

from studies.dumping.releases import DESCRIPTION, NAME, Release, read


def empty_held_back(folder: Path) -> list[str]:
    """The names of the releases in `folder` that were emptied now.

    Deletes every file but the description, which holds no value of a study: so the release's address goes on saying why
    it is gone. What an interrupted run left is deleted by the next one. Raises OSError where the disk refuses.
    """
    names = sorted(path.name for path in folder.iterdir() if NAME.fullmatch(path.name))
    return [name for name in names if _emptied(read(folder / name))]


def _emptied(release: Release) -> bool:
    paths = [release.folder / file.name for file in release.files if file.name != DESCRIPTION]
    if not paths or not release.held_back:
        return False
    for path in paths:
        path.unlink()
    for folder in [path for path in release.folder.iterdir() if path.is_dir()]:
        folder.rmdir()
    return True
