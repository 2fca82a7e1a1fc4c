"""What pages depend on beside the public state and the question: code, templates, style sheets, words, settings."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings

from atlas_site.release import release_id

# A page shows these, or is guarded by them. Whoever changes one starts the atlas anew.
SHOWN = (
    "ADMIN_PATH",
    "ATLAS_API_PER_HOUR",
    "ATLAS_API_PER_MINUTE",
    "ATLAS_CDN_SECONDS",
    "ATLAS_CONTACT",
    "ATLAS_ONE_PERSON",
    "ATLAS_OPERATOR",
    "ATLAS_URL",
    "DEBUG",
    "HTTPS",
    "LANGUAGES",
    "LOCAL",
    "SECURE_CSP",
    "SECURE_HSTS_SECONDS",
    "STATIC_URL",
)
MANIFEST = "staticfiles.json"  # which hashed names the style sheets have


@cache
def edition() -> str:
    """Twelve characters that are others whenever a page of the same public state may be another one. Read once."""
    digest = hashlib.sha256(release_id().encode())
    for name in SHOWN:
        digest.update(repr(getattr(settings, name)).encode())
    for path in (Path(settings.STATIC_ROOT) / MANIFEST, *sorted((settings.BASE_DIR / "locale").glob("**/*.mo"))):
        if path.is_file():
            digest.update(path.read_bytes())
    for path in sorted((settings.BASE_DIR / "contributions").glob("**/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
