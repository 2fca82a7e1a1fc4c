"""The client of outside sources as the settings describe it."""

from pathlib import Path

from django.conf import settings

from studies.sources.addresses import known_services
from studies.sources.http import Client
from studies.sources.kept import Shelf
from studies.sources.pacing import Clock
from studies.sources.wire import Limits


def open_client(*, clock: Clock | None = None, limits: Limits | None = None) -> Client:
    """A client for all sources; answers are kept in the data folder. It names the atlas and ATLAS_CONTACT in every question."""
    return Client(
        services=known_services(
            contact=settings.ATLAS_CONTACT,
            tool=settings.ATLAS_TOOL_NAME,
            addresses=settings.ATLAS_SOURCE_ADDRESSES,
            keys=settings.ATLAS_SOURCE_API_KEYS,
        ),
        agent=f"{settings.ATLAS_TOOL_NAME} (+{settings.ATLAS_URL}; mailto:{settings.ATLAS_CONTACT})",
        shelf=Shelf(sources_folder() / "answers"),
        loopback=settings.ATLAS_SOURCES_LOOPBACK,
        clock=clock or Clock(),
        limits=limits or Limits(),
    )


def sources_folder() -> Path:
    """Where what outside sources said is kept; the folder may be deleted at any time."""
    return Path(settings.DATA_DIR) / "sources"


def retraction_watch_file() -> Path:
    return sources_folder() / "retraction_watch.csv"
