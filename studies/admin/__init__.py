"""The staff pages of the public record, by subject."""

from studies.admin import guide, proposal, revision, study_admin, vocabulary

__all__ = ["guide", "proposal", "revision", "study_admin", "vocabulary"]
