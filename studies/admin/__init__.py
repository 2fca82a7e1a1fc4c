"""The staff pages of the public record, by subject."""

from studies.admin import study_admin, vocabulary

__all__ = ["study_admin", "vocabulary"]
