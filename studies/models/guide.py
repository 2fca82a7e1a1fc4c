from django.db import models


class GlossaryTerm(models.Model):
    """A term of the field with the other words for it; the search treats them as one."""

    slug = models.SlugField(max_length=80, unique=True)
    term = models.CharField(max_length=120, unique=True)
    aliases = models.JSONField(default=list, blank=True, help_text="Other words for the same thing, as a list.")
    meaning = models.TextField(blank=True, help_text="One or two plain sentences.")
    in_search = models.BooleanField(default=True, help_text="Use the aliases as synonyms in the search.")

    class Meta:
        ordering = ["term"]

    def __str__(self) -> str:
        return self.term
