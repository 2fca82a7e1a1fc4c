"""Answers kept on disk with the mark (ETag, Last-Modified) under which the service knows them. Pure.

A file holds one line of JSON and the body; its name is a hash, so that no address and no key is stored. What was not
written to its end, or was changed, is not used.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Kept:
    """One answer. `etag` and `modified` are the service's own words, empty where it gave none."""

    kind: str
    etag: str
    modified: str
    body: bytes

    @property
    def conditions(self) -> dict[str, str]:
        """Headers that ask for the answer only if it changed."""
        words = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in words.items() if value}


@dataclass(frozen=True)
class Shelf:
    """A folder of kept answers, at most `most_bytes` in all; the one that was not used for longest goes first."""

    folder: Path
    most_bytes: int = 64 * 1024 * 1024

    def find(self, key: str) -> Kept | None:
        """The kept answer. Effect: it counts as used now; one that is damaged is deleted."""
        path = self.folder / key
        try:
            head, _, body = path.read_bytes().partition(b"\n")
            facts = json.loads(head)
            if facts.pop("sha256") != hashlib.sha256(body).hexdigest():
                raise ValueError
            kept = Kept(body=body, **facts)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, AttributeError):
            path.unlink(missing_ok=True)
            return None
        with suppress(OSError):
            os.utime(path)
        return kept

    def keep(self, key: str, kept: Kept) -> None:
        """Effect: the answer is written in one piece, and old ones go where there is no room."""
        if len(kept.body) > self.most_bytes // 4:
            return
        facts = {"kind": kept.kind, "etag": kept.etag, "modified": kept.modified}
        head = json.dumps(facts | {"sha256": hashlib.sha256(kept.body).hexdigest()}).encode()
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / key, head + b"\n" + kept.body)
        self._make_room()

    def _make_room(self) -> None:
        files = []
        for path in self.folder.iterdir():
            with suppress(FileNotFoundError):  # another process may have made room at the same time
                files.append((path.stat().st_mtime_ns, path.stat().st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self.most_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size


def key_of(service: str, path: str, parameters: Mapping[str, str]) -> str:
    """Name of the file that keeps the answer to this question, from what is public in it."""
    return hashlib.sha256(json.dumps([service, path, sorted(parameters.items())]).encode()).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Effect: the file appears with all of its content, or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
