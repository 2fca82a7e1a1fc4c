from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q


class Author(models.Model):
    """One author of one paper, in the paper's order: a person, or a group under its collective name."""

    study = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="authors")
    position = models.PositiveSmallIntegerField(help_text="1 is the first author.")
    family = models.CharField("family name", max_length=200, blank=True)
    given = models.CharField("given names", max_length=200, blank=True)
    collective = models.CharField("name of a group", max_length=500, blank=True)
    orcid = models.CharField(
        "ORCID",
        max_length=19,
        blank=True,
        validators=[RegexValidator(r"^([0-9]{4}-){3}[0-9]{3}[0-9X]\Z", "Write 0000-0000-0000-0000.")],
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "position"], name="author_position_once"),
            models.CheckConstraint(condition=Q(position__gte=1), name="author_position_from_one"),
            models.CheckConstraint(
                condition=(Q(collective="") & ~Q(family="")) | (~Q(collective="") & Q(family="", given="")),
                name="author_is_person_or_group",
            ),
        ]

    def __str__(self) -> str:
        return self.collective or f"{self.family}, {self.given}".rstrip(", ")
