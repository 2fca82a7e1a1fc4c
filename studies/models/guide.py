"""The atlas's own texts: glossary terms, guides, start-here paths, questions and answers, with their revisions."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from studies.alphabet import part_of
from studies.vocabulary import StaffRole
from studies.vocabulary_desk import GuideKind, GuideState


class GlossaryTerm(models.Model):
    """A term of the field with the other words for it; the search treats them as one."""

    slug = models.SlugField(max_length=80, unique=True)
    term = models.CharField(max_length=120, unique=True)
    aliases = models.JSONField(default=list, blank=True, help_text="Other words for the same thing, as a list.")
    meaning = models.TextField(blank=True, help_text="One or two plain sentences.")
    source = models.TextField("where the meaning comes from", blank=True, help_text="A reference or a link.")
    reviewed_on = models.DateField(null=True, blank=True)
    in_search = models.BooleanField(default=True, help_text="Use the aliases as synonyms in the search.")
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["term"]

    def __str__(self) -> str:
        return self.term

    def get_absolute_url(self) -> str:
        return f"{reverse('studies:glossary')}?part={part_of(self.slug)}#{self.slug}"


# The name of the page of each kind; a question is a place on the page of all questions.
PAGES = {GuideKind.GUIDE: "studies:guide", GuideKind.START: "studies:start_path"}


class Guide(models.Model):
    """A text of the atlas's own in three depths, in Markdown. These columns are the working copy.

    Readers see the newest GuideRevision and nothing else. `known`, `thought` and `unknown` say what we know, think and do
    not know. `sources` is a list of {text, url} or {text, study: slug}; `steps`, of a start-here path, of {title, url, note}.
    """

    kind = models.CharField(max_length=8, choices=GuideKind)
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=200, help_text="Of a question and answer: the question.")
    audience = models.CharField(max_length=120, blank=True, help_text="For whom, in a few words.")
    glance = models.TextField("in 30 seconds", blank=True)
    short = models.TextField("in 3 minutes", blank=True)
    deep = models.TextField("in 10 minutes", blank=True)
    known = models.TextField("what we know", blank=True)
    thought = models.TextField("what we think", blank=True)
    unknown = models.TextField("what we do not know", blank=True)
    sources = models.JSONField(default=list, blank=True)
    steps = models.JSONField(default=list, blank=True)
    terms = models.ManyToManyField(GlossaryTerm, blank=True, related_name="guides")
    position = models.PositiveSmallIntegerField(default=100, help_text="Small numbers come first.")
    reviewed_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=GuideState, default=GuideState.DRAFT)
    version = models.PositiveIntegerField(default=0, editable=False)
    edition = models.PositiveIntegerField(default=0, editable=False)
    submitted_digest = models.CharField(max_length=64, blank=True, editable=False)
    writers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", editable=False, help_text="Of what is not public yet."
    )
    changed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["kind", "position", "title"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="guide_slug_once_a_kind"),
            models.CheckConstraint(condition=Q(kind__in=GuideKind.values), name="guide_kind_known"),
            models.CheckConstraint(condition=Q(state__in=GuideState.values), name="guide_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[GuideState.PUBLISHED, GuideState.WITHDRAWN]) | Q(version__gte=1),
                name="guide_public_has_revision",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        page = PAGES.get(GuideKind(self.kind))
        return reverse(page, args=[self.slug]) if page else f"{reverse('studies:questions')}#{self.slug}"


class TextRevision(models.Model):
    """One public, numbered version of a text of the atlas's own: all its values, why, and the role that approved it.

    The database refuses UPDATE and DELETE. Who approved it stands beside it for staff and is no part of `hash`.
    """

    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    values = models.JSONField()
    note = models.TextField()
    approver_role = models.CharField(max_length=14, choices=StaffRole)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        abstract = True


class GuideRevision(TextRevision):
    guide = models.ForeignKey(Guide, on_delete=models.PROTECT, related_name="revisions")

    class Meta:
        ordering = ["guide_id", "number"]
        constraints = [models.UniqueConstraint(fields=["guide", "number"], name="guide_revision_number_once")]

    def __str__(self) -> str:
        return f"version {self.number} of guide {self.guide_id}"


class TermRevision(TextRevision):
    term = models.ForeignKey(GlossaryTerm, on_delete=models.PROTECT, related_name="revisions")

    class Meta:
        ordering = ["term_id", "number"]
        constraints = [models.UniqueConstraint(fields=["term", "number"], name="term_revision_number_once")]

    def __str__(self) -> str:
        return f"version {self.number} of term {self.term_id}"
