from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least

from studies import addresses
from studies.vocabulary import LINK_INVERSES, Basis, DefinitionPem, FlagKind, LinkType, Locator, Role


class CaseDefinition(models.Model):
    """A named set of diagnostic criteria, with what it says about post-exertional malaise (PEM).

    A change of `pem` is an action that writes a revision for every study it changes; it is never a plain save.
    """

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    aliases = models.JSONField(default=list, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    pem = models.CharField("PEM in this definition", max_length=20, choices=DefinitionPem)
    pem_note = models.TextField(blank=True)
    doi = models.CharField("DOI", max_length=255, blank=True)
    pmid = models.CharField("PMID", max_length=12, blank=True)
    source = models.TextField(blank=True)
    verified = models.BooleanField("checked against the original text", default=False)

    class Meta:
        ordering = ["year", "slug"]
        constraints = [models.CheckConstraint(condition=Q(pem__in=DefinitionPem.values), name="definition_pem_known")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return addresses.with_slug("studies:definition", self.slug)


class Topic(models.Model):
    slug = models.SlugField(max_length=80, unique=True)
    label = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return addresses.with_slug("studies:topic", self.slug)


class StudyDefinition(models.Model):
    """One case definition as a study applied or named it, with the quoted sentence and where it stands."""

    study = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="definitions")
    definition = models.ForeignKey(CaseDefinition, on_delete=models.PROTECT, related_name="uses")
    position = models.PositiveSmallIntegerField(default=1)
    role = models.CharField(max_length=12, choices=Role)
    cohort = models.CharField("illness group", max_length=80, blank=True)
    modification = models.TextField(blank=True)
    quote = models.TextField(blank=True)
    locator = models.CharField("where it stands", max_length=12, choices=Locator, blank=True)
    basis = models.CharField(max_length=10, choices=Basis)
    coded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "definition", "cohort", "role"], name="study_definition_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="study_definition_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.definition} ({self.get_role_display()})"


class Flag(models.Model):
    """A moderator's notice above the summary."""

    study = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=12, choices=FlagKind)
    reason = models.TextField()
    link = models.URLField(max_length=500, blank=True)

    class Meta:
        ordering = ["kind"]
        constraints = [
            models.UniqueConstraint(fields=["study", "kind"], name="flag_kind_once"),
            models.CheckConstraint(condition=Q(kind__in=FlagKind.values), name="flag_kind_known"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class StudyLink(models.Model):
    """A typed link from one study to another; it shows on both pages, so that it never stands in both directions.

    "Shares participants with" reads the same from both ends: it is stored once, from the lower id to the higher.
    """

    source = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="links_out")
    target = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="links_in")
    type = models.CharField(max_length=24, choices=LinkType)

    class Meta:
        ordering = ["type", "id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "type"], name="study_link_once"),
            models.UniqueConstraint(
                Least("source", "target"),
                Greatest("source", "target"),
                "type",
                name="study_link_one_direction",
                violation_error_message="This link stands already, from one of the two studies to the other.",
            ),
            models.CheckConstraint(condition=Q(type__in=LinkType.values), name="study_link_type_known"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="study_link_to_another"),
            models.CheckConstraint(
                condition=~Q(type=LinkType.SHARES_PARTICIPANTS) | Q(source__lt=F("target")),
                name="study_link_symmetric_stored_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.type} {self.target_id}"

    def label_from(self, study_id: int) -> str:
        """How the link reads on the page of the study with this id."""
        return self.get_type_display() if study_id == self.source_id else LINK_INVERSES[LinkType(self.type)]


class AuthorResponse(models.Model):
    """A public answer of a paper's author. The label says whether the author's identity was verified."""

    study = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="author_responses")
    position = models.PositiveSmallIntegerField(default=1)
    text = models.TextField()
    verified_author = models.BooleanField(default=False)
    revision_number = models.PositiveIntegerField(help_text="The revision that published it.")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["study", "position"], name="author_response_position_once")]

    def __str__(self) -> str:
        return f"response {self.position}"
