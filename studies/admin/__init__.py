"""The staff pages of the public record, by subject."""

from studies.admin import finding, guide, orders, proposal, revision, study_admin, upload, vocabulary

__all__ = ["finding", "guide", "orders", "proposal", "revision", "study_admin", "upload", "vocabulary"]
