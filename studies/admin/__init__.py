"""The staff pages of the public record, by subject."""

from studies.admin import finding, guide, proposal, revision, study_admin, vocabulary

__all__ = ["finding", "guide", "proposal", "revision", "study_admin", "vocabulary"]
