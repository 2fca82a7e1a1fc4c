"""The atlas's vocabularies: slug and label of every value, defined once.

Slugs are permanent: they stand in addresses, revisions and exports. Labels may be reworded. Hints are the short
plain-language explanations that pages show beside a label.

Labels are English here and wherever they are stored, exported or mailed. `_` only notes them for the catalogues of
`locale/`; a page turns them into its reader's language when it draws them (`|local` in a template, else `gettext`).
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_noop as _


class State(TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Design(TextChoices):
    SYSTEMATIC_REVIEW = "systematic_review", _("Systematic review")
    EVIDENCE_MAP = "evidence_map", _("Evidence map")
    GUIDELINE = "guideline", _("Guideline or consensus")
    RANDOMISED_TRIAL = "randomised_trial", _("Randomised trial")
    NON_RANDOMISED_TRIAL = "non_randomised_trial", _("Trial without randomisation")
    COHORT = "cohort", _("Cohort study")
    CASE_CONTROL = "case_control", _("Case-control study")
    CROSS_SECTIONAL = "cross_sectional", _("Cross-sectional study")
    CASE_REPORT = "case_report", _("Case report or series")
    QUALITATIVE = "qualitative", _("Qualitative study")
    LABORATORY_HUMAN = "laboratory_human", _("Laboratory study on human samples")
    ANIMAL = "animal", _("Animal study")
    IN_VITRO = "in_vitro", _("Cell or computer study")
    NARRATIVE_REVIEW = "narrative_review", _("Narrative review")
    PROTOCOL = "protocol", _("Protocol")
    COMMENTARY = "commentary", _("Commentary")
    NOT_CLASSIFIED = "not_classified", _("Design not yet classified")


DESIGN_HINTS = {
    Design.SYSTEMATIC_REVIEW: _("reviews all studies found by a stated method"),
    Design.EVIDENCE_MAP: _("shows what has been studied, without pooling"),
    Design.GUIDELINE: _("recommendations by a group"),
    Design.RANDOMISED_TRIAL: _("people assigned to treatments by chance"),
    Design.NON_RANDOMISED_TRIAL: _("a treatment tried, not assigned by chance"),
    Design.COHORT: _("people followed over time"),
    Design.CASE_CONTROL: _("people with the illness compared with people without it"),
    Design.CROSS_SECTIONAL: _("one look at one moment"),
    Design.CASE_REPORT: _("one or a few people described"),
    Design.QUALITATIVE: _("interviews or texts, no counting"),
    Design.LABORATORY_HUMAN: _("blood, tissue or tests of people"),
    Design.ANIMAL: _("animals, no people"),
    Design.IN_VITRO: _("cells or computer models, no people"),
    Design.NARRATIVE_REVIEW: _("an author's overview, no stated search method"),
    Design.PROTOCOL: _("a plan, no results"),
    Design.COMMENTARY: _("an opinion or reply"),
    Design.NOT_CLASSIFIED: _("nobody has looked at this yet"),
}


class Pem(TextChoices):
    """The badge of a study. All but `not_coded` come from `pem.derive()`; they are never typed in."""

    REQUIRED = "required", _("PEM required")
    PARTIAL = "partial", _("PEM partly required")
    MIXED = "mixed", _("PEM required for some participants")
    NOT_REQUIRED = "not_required", _("PEM not required")
    UNCLEAR = "unclear", _("PEM unclear")
    NOT_APPLICABLE = "not_applicable", _("No participants, so no PEM badge")
    NOT_CODED = "not_coded", _("PEM not yet assessed")


PEM_HINTS = {
    Pem.REQUIRED: _("every patient had to have post-exertional malaise to enter"),
    Pem.PARTIAL: _("post-exertional fatigue was required, post-exertional malaise itself was not"),
    Pem.MIXED: _("required of some patients, not of others"),
    Pem.NOT_REQUIRED: _("a patient could enter without post-exertional malaise"),
    Pem.UNCLEAR: _("somebody looked; the paper does not make it clear"),
    Pem.NOT_APPLICABLE: _("the paper studied no participants of its own"),
    Pem.NOT_CODED: _("nobody has looked at this yet"),
}


class PeerReview(TextChoices):
    PEER_REVIEWED = "peer_reviewed", _("Peer reviewed")
    PREPRINT = "preprint", _("Preprint, not yet peer reviewed")
    NOT_PEER_REVIEWED = "not_peer_reviewed", _("Not peer reviewed")
    NOT_CLASSIFIED = "not_classified", _("Peer review not yet checked")


class EvidenceLevel(TextChoices):
    E0 = "E0", _("Consensus")
    E1 = "E1", _("Replicated")
    E2 = "E2", _("Moderate")
    E3 = "E3", _("Preliminary")
    UNRATED = "unrated", _("Not rated")
    NOT_CLASSIFIED = "not_classified", _("Not yet rated")


LEVEL_HINTS = {
    EvidenceLevel.E0: _("a guideline, consensus paper or systematic review"),
    EvidenceLevel.E1: _("the finding was repeated by another study"),
    EvidenceLevel.E2: _("a larger or better controlled study, not yet repeated"),
    EvidenceLevel.E3: _("an early finding; it may not hold up"),
    EvidenceLevel.UNRATED: _("somebody looked; a level does not fit this kind of paper"),
    EvidenceLevel.NOT_CLASSIFIED: _("nobody has looked at this yet"),
}


class Retraction(TextChoices):
    NONE = "none", _("Not retracted")
    CORRECTED = "corrected", _("Corrected")
    CONCERN = "expression_of_concern", _("Expression of concern")
    RETRACTED = "retracted", _("Retracted")
    WITHDRAWN = "withdrawn", _("Withdrawn by the journal")


class Basis(TextChoices):
    ABSTRACT = "abstract", _("the abstract")
    FULL_TEXT = "full_text", _("the full text")


class DefinitionPem(TextChoices):
    REQUIRED = "required", _("required")
    OPTIONAL = "optional", _("optional (in a list)")
    NOT_MENTIONED = "not_mentioned", _("not mentioned")
    PARTIAL = "partial", _("post-exertional fatigue required, PEM not named")
    VARIABLE = "variable", _("fixes no definition")


class Role(TextChoices):
    INCLUSION = "inclusion", _("every patient had to meet it")
    ALTERNATIVE = "alternative", _("one of several, any one suffices")
    SUBGROUP = "subgroup", _("defined a subgroup")
    COMPARATOR = "comparator", _("defined another patient group")
    MENTIONED = "mentioned", _("named but not applied")


ROLE_HINTS = {
    Role.INCLUSION: "to enter the study, every patient of the group had to meet this definition",
    Role.ALTERNATIVE: "a patient could enter by this definition or by another one that is listed here too",
    Role.SUBGROUP: "only a part of the patients was chosen by it, often for one analysis",
    Role.COMPARATOR: "it chose a group that serves only for comparison; it does not count for the badge",
    Role.MENTIONED: "the paper cites it, but chose nobody by it; it does not count for the badge",
}

# Roles in which a study chose patients of its own by a definition; the other two only speak of it.
APPLIED = (Role.INCLUSION, Role.ALTERNATIVE, Role.SUBGROUP)


class Locator(TextChoices):
    TITLE = "title", _("title")
    ABSTRACT = "abstract", _("abstract")
    INTRODUCTION = "introduction", _("introduction")
    METHODS = "methods", _("methods")
    RESULTS = "results", _("results")
    DISCUSSION = "discussion", _("discussion")
    SUPPLEMENT = "supplement", _("supplement")
    AUTHOR_REPLY = "author_reply", _("reply of the authors")


class PemClaim(TextChoices):
    COMPULSORY = "compulsory", "the paper states that PEM was compulsory for all"
    LOOSENED = "loosened", "the paper cites a PEM definition but accepts only some of its symptoms"


CLAIM_HINTS = {
    PemClaim.COMPULSORY: "a sentence of the paper says that nobody without PEM could enter; quote it",
    PemClaim.LOOSENED: "the paper names a definition that requires PEM, then let people in with less; quote it",
}


class PemMeasure(TextChoices):
    DSQ_PEM = "dsq-pem", _("DePaul Symptom Questionnaire (PEM part)")
    TWO_DAY_CPET = "two_day_cpet", _("two-day exercise test")
    INTERVIEW = "interview", _("interview")
    OTHER_QUESTIONNAIRE = "other_questionnaire", _("another questionnaire")
    DIARY_OR_WEARABLE = "diary_or_wearable", _("diary or wearable")
    OTHER = "other", _("another way")


class MethodFlag(TextChoices):
    SMALL_SAMPLE = "small_sample", _("few participants")
    NO_CONTROL_GROUP = "no_control_group", _("no control group")
    SELF_REPORTED_OUTCOME = "self_reported_outcome", _("outcomes reported by the participants")
    NOT_BLINDED = "not_blinded", _("not blinded")
    SINGLE_CENTRE = "single_centre", _("one centre")
    CROSS_SECTIONAL = "cross_sectional_no_causation", _("one moment in time, cannot show cause")
    EXPLORATORY = "exploratory", _("exploratory, many comparisons")
    PREPRINT = "preprint", _("not yet peer-reviewed")
    CONVENIENCE_SAMPLE = "convenience_sample", _("participants not chosen at random")
    RETROSPECTIVE = "retrospective", _("looks back at records")
    NO_OTHER_ILLNESS = "no_comparison_with_other_illness", _("no comparison with another illness")
    COMPUTATIONAL = "computational_model", _("computer model")
    FUNDING_CONFLICT = "funding_conflict", _("funding or interest to keep in mind")


METHOD_HINTS = {
    MethodFlag.SMALL_SAMPLE: "so few that chance may explain the result; the paper often says so itself",
    MethodFlag.NO_CONTROL_GROUP: "nobody without the illness, or without the treatment, was looked at",
    MethodFlag.SELF_REPORTED_OUTCOME: "the main result is what people said of themselves",
    MethodFlag.NOT_BLINDED: "people knew who had which treatment, or who was ill",
    MethodFlag.SINGLE_CENTRE: "all came from one clinic or one place",
    MethodFlag.CROSS_SECTIONAL: "all was measured once, so nothing shows what came first",
    MethodFlag.EXPLORATORY: "much was compared without a plan made before; some hits come by chance",
    MethodFlag.PREPRINT: "no journal has had it checked by other researchers",
    MethodFlag.CONVENIENCE_SAMPLE: "whoever was at hand or answered a call, so others may differ",
    MethodFlag.RETROSPECTIVE: "made from records that were kept for another purpose",
    MethodFlag.NO_OTHER_ILLNESS: "compared with healthy people only, so the result may be that of any illness",
    MethodFlag.COMPUTATIONAL: "the result comes from a model, not from measuring people",
    MethodFlag.FUNDING_CONFLICT: "somebody who paid for it or wrote it may gain from the result",
}


class LinkType(TextChoices):
    REPLICATES = "replicates", _("replicates")
    FAILS_TO_REPLICATE = "fails_to_replicate", _("fails to replicate")
    CONTRADICTS = "contradicts", _("contradicts")
    REANALYSES = "reanalyses", _("reanalyses")
    CORRECTS = "corrects", _("corrects")
    RETRACTS = "retracts", _("retracts")
    SUPERSEDES = "supersedes", _("supersedes")
    COMMENTS_ON = "comments_on", _("comments on")
    PROTOCOL_OF = "protocol_of", _("protocol of")
    PART_OF = "part_of", _("part of")
    SHARES_PARTICIPANTS = "shares_participants_with", _("shares participants with")


# How a link reads from the other study's page.
LINK_INVERSES = {
    LinkType.REPLICATES: _("replicated by"),
    LinkType.FAILS_TO_REPLICATE: _("not replicated by"),
    LinkType.CONTRADICTS: _("contradicted by"),
    LinkType.REANALYSES: _("reanalysed by"),
    LinkType.CORRECTS: _("corrected by"),
    LinkType.RETRACTS: _("retracted by"),
    LinkType.SUPERSEDES: _("superseded by"),
    LinkType.COMMENTS_ON: _("commented on by"),
    LinkType.PROTOCOL_OF: _("protocol in"),
    LinkType.PART_OF: _("has part"),
    LinkType.SHARES_PARTICIPANTS: _("shares participants with"),
}


class FlagKind(TextChoices):
    SAFETY = "safety", _("Safety")
    CONTESTED = "contested", _("Contested")
    SUPERSEDED = "superseded", _("Superseded")


class Precision(TextChoices):
    YEAR = "year", "year"
    MONTH = "month", "year and month"
    DAY = "day", "full date"


class Drafter(TextChoices):
    PERSON = "person", "a person"
    MACHINE = "machine", "a machine"
    SAMPLE = "sample", "sample text"


class RevisionKind(TextChoices):
    PUBLISH = "publish", "First published"
    CHANGE = "change", "Changed"
    REVERT = "revert", "Earlier wording restored"
    WITHDRAW = "withdraw", "Withdrawn"
    MERGE = "merge", "Merged into another study"
    RENAME = "rename", "Address changed"
    DEFINITION = "definition", "A case definition's PEM value changed"
    RESTORE = "restore", "Published again"


class Reason(TextChoices):
    """Why a public change was made."""

    FIRST = "first_publication", "First publication"
    CORRECTION = "correction", "Correction of an error"
    NEW_INFORMATION = "new_information", "New information"
    BIBLIOGRAPHY = "bibliography", "Bibliography corrected from the source"
    CODING = "coding", "Case definition or PEM coding changed"
    RETRACTION = "retraction", "Retraction status changed"
    WORDING = "wording", "Clearer wording"
    SAFETY = "safety", "Safety"
    AUTHOR_RESPONSE = "author_response", "Response of the paper's authors"
    DUPLICATE = "duplicate", "The same paper twice"
    OUT_OF_SCOPE = "out_of_scope", "Not within the atlas's scope"
    REVERTED = "reverted", "An earlier change was taken back"
    OTHER = "other", "Another reason"


class StaffRole(TextChoices):
    TRIAGE = "triage", "Triage"
    MODERATOR = "moderator", "Moderator"
    EDITOR = "editor", "Editor"
    LEAD = "lead", "Lead"
    SAMPLE_IMPORT = "sample_import", "Sample import, not reviewed"


class ProposalState(TextChoices):
    OPEN = "open", "Open"
    AWAITING_SECOND = "awaiting_second", "Awaiting a second person"
    APPLIED = "applied", "Applied"
    REFUSED = "refused", "Refused"
    RECALLED = "recalled", "Recalled by the proposer"


class ProposalKind(TextChoices):
    """What a proposal does once it is applied."""

    CHANGE = "change", "Change of a study"
    REVERT = "revert", "Earlier wording restored"
    WITHDRAW = "withdraw", "Withdrawal"
    RESTORE = "restore", "Publication after a withdrawal"
    MERGE = "merge", "Merge into another study"
    DEFINITION = "definition", "PEM value of a case definition"
    REDACT = "redact", "Removal of a value from the history"


class Sort(TextChoices):
    RELEVANCE = "relevance", _("Best match")
    NEWEST = "newest", _("Newest paper")
    CHANGED = "changed", _("Recently changed")
    TITLE = "title", _("Title")
