from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from studies import addresses
from studies.querysets import StudyQuerySet
from studies.vocabulary import (
    Basis,
    Design,
    Drafter,
    EvidenceLevel,
    Locator,
    MethodFlag,
    PeerReview,
    Pem,
    PemClaim,
    PemMeasure,
    Precision,
    Retraction,
    StaffRole,
    State,
)

# \Z and not $, which lets a line break through on SQLite; read alike by Python and PostgreSQL.
PMID = r"^[1-9][0-9]*\Z"
PMCID = r"^PMC[1-9][0-9]*\Z"
OPEN_LICENCES = frozenset({"CC-BY", "CC0"})
NO_PARTICIPANTS = [
    Design.GUIDELINE,
    Design.ANIMAL,
    Design.IN_VITRO,
    Design.NARRATIVE_REVIEW,
    Design.PROTOCOL,
    Design.COMMENTARY,
]
CONSENSUS_DESIGNS = [Design.GUIDELINE, Design.SYSTEMATIC_REVIEW]
# A published summary never stands without its limits, its key point and what it was written from.
TEXTS_WHOLE = (
    ~Q(question="")
    & ~Q(key_point="")
    & ~Q(main_limitation="")
    & ~Q(significance="")
    & ~Q(limitations="")
    & ~Q(basis="")
)


def validate_text_list(value: object) -> None:
    """A list of sentences."""
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise ValidationError("Write a list of sentences.")


def validate_method_flags(value: object) -> None:
    validate_text_list(value)
    unknown = sorted(set(value) - set(MethodFlag.values))  # type: ignore[call-overload]
    if unknown:
        raise ValidationError(f"Unknown method flags: {', '.join(unknown)}.")


def validate_pem_measures(value: object) -> None:
    validate_text_list(value)
    unknown = sorted(set(value) - set(PemMeasure.values))  # type: ignore[call-overload]
    if unknown:
        raise ValidationError(f"Unknown ways of measuring PEM: {', '.join(unknown)}.")


class Study(models.Model):
    """The atlas's record about one paper; it is not the paper.

    While the state is `draft` or `in_review` staff may edit it. From publication on, only `publishing.py` and
    `revisions.py` write the content fields, and each write is a revision.
    """

    slug = models.SlugField(max_length=120, unique=True, help_text="Frozen when the study is published.")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    is_sample = models.BooleanField(default=False, editable=False)

    # Bibliography: from the source, locked, re-checked; a hand edit needs a reason.
    title = models.TextField()
    journal = models.CharField(max_length=500, blank=True)
    journal_abbreviation = models.CharField(max_length=300, blank=True)
    issn = models.CharField("ISSN", max_length=9, blank=True)
    volume = models.CharField(max_length=50, blank=True)
    issue = models.CharField(max_length=50, blank=True)
    pages = models.CharField(max_length=80, blank=True)
    published_on = models.DateField("date of the paper", null=True, blank=True)
    published_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    doi = models.CharField("DOI", max_length=255, null=True, blank=True, unique=True)
    pmid = models.CharField(
        "PMID", max_length=12, null=True, blank=True, unique=True, validators=[RegexValidator(PMID)]
    )
    pmcid = models.CharField(
        "PMCID", max_length=15, null=True, blank=True, unique=True, validators=[RegexValidator(PMCID)]
    )
    preprint_doi = models.CharField("DOI of the preprint", max_length=255, null=True, blank=True, unique=True)
    language = models.CharField(max_length=8, default="en")
    license_url = models.URLField("licence of the paper", max_length=300, blank=True)
    authors_complete = models.BooleanField(default=True)
    bibliography_source = models.CharField(max_length=60, blank=True)
    bibliography_checked_on = models.DateField(null=True, blank=True)
    retraction_status = models.CharField(max_length=24, choices=Retraction, default=Retraction.NONE)
    retraction_notice_doi = models.CharField("DOI of the notice", max_length=255, blank=True)
    retraction_on = models.DateField("date of the notice", null=True, blank=True)

    # Classification
    design = models.CharField(max_length=24, choices=Design, default=Design.NOT_CLASSIFIED)
    peer_review = models.CharField(max_length=20, choices=PeerReview, default=PeerReview.NOT_CLASSIFIED)
    patients = models.PositiveIntegerField("number of patients", null=True, blank=True)
    controls = models.PositiveIntegerField("number of controls", null=True, blank=True)
    population_label = models.CharField("population in the paper's words", max_length=300, blank=True)
    evidence_level = models.CharField(max_length=14, choices=EvidenceLevel, default=EvidenceLevel.NOT_CLASSIFIED)
    topics = models.ManyToManyField("studies.Topic", blank=True, related_name="studies")
    method_flags = models.JSONField(default=list, blank=True, validators=[validate_method_flags])
    pem = models.CharField("PEM badge", max_length=16, choices=Pem, default=Pem.NOT_CODED, editable=False)
    pem_rule = models.CharField("rule that gave the badge", max_length=60, blank=True, editable=False)
    pem_claim = models.CharField("what the paper states about PEM", max_length=12, choices=PemClaim, blank=True)
    pem_quote = models.TextField("the quoted sentence", blank=True)
    pem_locator = models.CharField("where it stands", max_length=12, choices=Locator, blank=True)
    pem_measured_by = models.JSONField("PEM measured by", default=list, blank=True, validators=[validate_pem_measures])

    # Texts; what each was written from and who drafted it stands in TextProvenance.
    question = models.TextField(blank=True, help_text="One sentence.")
    key_point = models.TextField(blank=True, help_text="One sentence: the finding and how sure it is.")
    main_limitation = models.TextField(blank=True, help_text="One sentence: what the study does not show.")
    summary = models.TextField("in plain language", blank=True)
    significance = models.TextField("why it matters", blank=True)
    limitations = models.TextField("what it does not prove", blank=True)
    findings = models.JSONField(default=list, blank=True, validators=[validate_text_list])
    conclusions = models.JSONField(
        "conclusions drawn by the authors", default=list, blank=True, validators=[validate_text_list]
    )
    open_questions = models.JSONField(default=list, blank=True, validators=[validate_text_list])
    strengths = models.JSONField(default=list, blank=True, validators=[validate_text_list])
    basis = models.CharField("written from", max_length=10, choices=Basis, blank=True)

    # Staff only
    editor_notes = models.TextField(blank=True, help_text="For staff; never shown to readers.")
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_digest = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    # Kept by publishing.py and revisions.py
    published_at = models.DateTimeField("in the atlas since", null=True, blank=True, editable=False)
    changed_at = models.DateTimeField("last public change", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(
        default=0, editable=False, help_text="Number of the newest revision; 0 before publication."
    )
    newest_hash = models.CharField(max_length=64, blank=True, editable=False)
    public_counter = models.PositiveBigIntegerField(default=0, editable=False)
    withdrawal_reason = models.TextField(blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged_from"
    )

    objects = StudyQuerySet.as_manager()

    # In the order in which they are read; product.md calls the last four optional lists.
    COMPULSORY_TEXTS = ("question", "key_point", "main_limitation", "summary", "significance", "limitations")
    LIST_TEXTS = ("findings", "conclusions", "open_questions", "strengths")

    class Meta:
        verbose_name_plural = "studies"
        ordering = ["-published_on", "-id"]
        permissions = [
            ("see_queue", "May see the queue and read a contribution"),
            ("decide_contribution", "May claim, ask, decline, note"),
            ("propose", "May propose a change of a published study"),
            ("approve", "May publish a study and apply a proposal"),
            ("second", "May be the second person for a high-impact change"),
            ("lead", "May withdraw, merge, redact and change a definition's PEM value"),
        ]
        indexes = [
            models.Index(fields=["public_counter"], name="study_public_counter"),
            models.Index(fields=["state", "-published_on", "-id"], name="study_newest"),
            models.Index(fields=["state", "-changed_at", "-id"], name="study_changed"),
            models.Index(
                fields=["-retraction_on", "-id"],
                name="study_retracted",
                condition=~Q(retraction_status=Retraction.NONE),
            ),
            models.Index(fields=["state", "pem"], name="study_pem"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="study_state_known"),
            models.CheckConstraint(condition=Q(design__in=Design.values), name="study_design_known"),
            models.CheckConstraint(condition=Q(pem__in=Pem.values), name="study_pem_known"),
            models.CheckConstraint(condition=Q(peer_review__in=PeerReview.values), name="study_peer_review_known"),
            models.CheckConstraint(condition=Q(evidence_level__in=EvidenceLevel.values), name="study_level_known"),
            models.CheckConstraint(condition=Q(retraction_status__in=Retraction.values), name="study_retraction_known"),
            models.CheckConstraint(
                condition=Q(doi__isnull=True) | Q(doi=Lower("doi"), doi__startswith="10."), name="study_doi_normal"
            ),
            models.CheckConstraint(condition=Q(pmid__isnull=True) | Q(pmid__regex=PMID), name="study_pmid_normal"),
            models.CheckConstraint(condition=Q(pmcid__isnull=True) | Q(pmcid__regex=PMCID), name="study_pmcid_normal"),
            models.CheckConstraint(
                condition=Q(preprint_doi__isnull=True)
                | Q(preprint_doi=Lower("preprint_doi"), preprint_doi__startswith="10."),
                name="study_preprint_doi_normal",
            ),
            models.CheckConstraint(
                condition=Q(published_on__isnull=True, published_precision="")
                | Q(published_on__isnull=False, published_precision__in=Precision.values),
                name="study_date_has_precision",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.DRAFT, State.IN_REVIEW], version=0)
                | Q(state__in=[State.PUBLISHED, State.WITHDRAWN], version__gte=1),
                name="study_public_has_revision",
            ),
            models.CheckConstraint(
                condition=~Q(evidence_level=EvidenceLevel.E0) | Q(design__in=CONSENSUS_DESIGNS),
                name="study_e0_is_consensus",
            ),
            models.CheckConstraint(
                condition=~Q(design__in=NO_PARTICIPANTS) | Q(pem__in=[Pem.NOT_APPLICABLE, Pem.NOT_CODED]),
                name="study_no_badge_without_participants",
            ),
            models.CheckConstraint(
                condition=Q(pem_claim="") | ~Q(pem_quote=""),
                name="study_pem_claim_has_quote",
                violation_error_message="What the paper states about PEM needs the quoted sentence.",
            ),
            models.CheckConstraint(
                condition=Q(summary="") | ~Q(state__in=[State.PUBLISHED, State.WITHDRAWN]) | TEXTS_WHOLE,
                name="study_published_texts_whole",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(state=State.WITHDRAWN), name="study_merged_is_withdrawn"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="study_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return addresses.with_slug("studies:study", self.slug)

    @property
    def year(self) -> int | None:
        return self.published_on.year if self.published_on else None

    @property
    def has_texts(self) -> bool:
        """Whether the compulsory texts are there; without them the study is bibliography only."""
        return bool(self.summary)

    @property
    def is_retracted(self) -> bool:
        return self.retraction_status in {Retraction.RETRACTED, Retraction.WITHDRAWN}

    @property
    def is_public(self) -> bool:
        return self.state == State.PUBLISHED


class Abstract(models.Model):
    """The paper's abstract, apart from the study because it is somebody else's text.

    It is no revision value: a study's history holds its hash and licence only. It is searched always, and shown,
    quoted in results or exported only where its licence permits.
    """

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="abstract")
    sections = models.JSONField(default=list, help_text="A list of {label, text}.")
    license = models.CharField("licence", max_length=20, blank=True)
    license_url = models.URLField(max_length=300, blank=True)
    source = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"abstract of study {self.study_id}"

    @property
    def may_be_shown(self) -> bool:
        return self.license in OPEN_LICENCES

    @property
    def text(self) -> str:
        return "\n".join(
            " ".join(filter(None, [part["label"] and part["label"] + ":", part["text"]])) for part in self.sections
        )


class TextProvenance(models.Model):
    """What one text of a study was written from, who drafted it and which revision approved it."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="text_provenance")
    field = models.CharField(max_length=20)
    basis = models.CharField(max_length=10, choices=Basis)
    drafter = models.CharField(max_length=8, choices=Drafter)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    model = models.CharField("machine model", max_length=80, blank=True)
    model_version = models.CharField(max_length=80, blank=True)
    edited = models.BooleanField("a person changed it since", default=False)
    approver_role = models.CharField(max_length=14, choices=StaffRole, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    revision_number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["study", "field"], name="text_provenance_once"),
            models.CheckConstraint(
                condition=~Q(drafter=Drafter.MACHINE) | ~Q(model=""), name="machine_text_names_its_model"
            ),
        ]

    def __str__(self) -> str:
        return self.field


class SlugRedirect(models.Model):
    """An address that a study had before; it answers with a permanent redirect."""

    slug = models.SlugField(max_length=120, unique=True)
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="old_addresses")

    def __str__(self) -> str:
        return self.slug
