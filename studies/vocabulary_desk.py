"""The words of the editorial desk: slug and label of every value, defined once (see `vocabulary.py`)."""

from django.db.models import TextChoices


class Source(TextChoices):
    """Where bibliography comes from, in the order in which it is believed."""

    PUBMED = "pubmed", "PubMed"
    CROSSREF = "crossref", "Crossref"
    EUROPEPMC = "europepmc", "Europe PMC"
    OPENALEX = "openalex", "OpenAlex"
    RETRACTION_WATCH = "retraction_watch", "Retraction Watch"


class ArrivalState(TextChoices):
    WAITING = "waiting", "Waiting"
    TAKEN = "taken", "Taken"
    OUT_OF_SCOPE = "out_of_scope", "Out of scope"
    DUPLICATE = "duplicate", "Duplicate"


class OutOfScope(TextChoices):
    OTHER_ILLNESS = "other_illness", "About another illness"
    FATIGUE_ONLY = "fatigue_only", "About fatigue as a symptom only"
    NOT_RESEARCH = "not_research", "No research: news, a letter without data, a book review"
    NO_PAPER = "no_paper", "No paper: an abstract of a meeting, a registration, a correction"
    OTHER = "other", "Another reason"


class RunState(TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Stopped with a fault"


class UploadState(TextChoices):
    TRIED = "tried", "Tried, nothing written"
    CONFIRMED = "confirmed", "Written"
    DISCARDED = "discarded", "Discarded"


class PairState(TextChoices):
    OPEN = "open", "Waiting"
    JOINED = "joined", "The same paper"
    DIFFERENT = "different", "Different papers"


class FindingKind(TextChoices):
    DIFFERS = "differs", "The source says something else"
    OTHER_TITLE = "other_title", "The identifier leads to another title"
    NOT_FOUND = "not_found", "The source does not know it any more"
    RETRACTED = "retracted", "Retracted since"
    WITHDRAWN = "withdrawn", "Withdrawn by the journal since"
    CONCERN = "concern", "Expression of concern"
    CORRECTED = "corrected", "Correction published"
    REINSTATED = "reinstated", "The source takes the notice back"


class FindingState(TextChoices):
    OPEN = "open", "Open"
    PROPOSED = "proposed", "Change proposed"
    SETTLED = "settled", "Settled"
    DISMISSED = "dismissed", "Dismissed"


class GuideKind(TextChoices):
    GUIDE = "guide", "Guide"
    START = "start", "Start-here path"
    QUESTION = "question", "Question and answer"


class GuideState(TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Withdrawn"
