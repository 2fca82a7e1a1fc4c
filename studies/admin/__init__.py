"""The staff pages of the public record, by subject."""

from studies.admin import proposal, revision, study_admin, vocabulary

__all__ = ["proposal", "revision", "study_admin", "vocabulary"]
