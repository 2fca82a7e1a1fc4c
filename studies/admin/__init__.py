"""The staff pages of the public record, by subject."""

from studies.admin import (
    arrival,
    duplicates,
    finding,
    guide,
    orders,
    proposal,
    revision,
    source_query,
    study_admin,
    upload,
    vocabulary,
)

__all__ = [
    "arrival",
    "duplicates",
    "finding",
    "guide",
    "orders",
    "proposal",
    "revision",
    "source_query",
    "study_admin",
    "upload",
    "vocabulary",
]
