"""The staff pages of the public record, by subject."""

from studies.admin import duplicates, finding, guide, orders, proposal, revision, study_admin, upload, vocabulary

__all__ = ["duplicates", "finding", "guide", "orders", "proposal", "revision", "study_admin", "upload", "vocabulary"]
