"""Recorded answers of outside sources."""

import lzma
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "data" / "sources"


def recording(name: str) -> bytes:
    return lzma.decompress((FOLDER / f"{name}.xz").read_bytes())


def recordings(source: str) -> list[str]:
    """Names of all recordings of one source."""
    return sorted(f"{source}/{path.stem}" for path in (FOLDER / source).glob("*.xz"))
