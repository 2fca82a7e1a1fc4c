"""The public record."""

from .classification import AuthorResponse, CaseDefinition, Flag, StudyDefinition, StudyLink, Topic
from .desk import Arrival, PossibleDuplicate, PublishingOrder, SourceQuery, SyncRun, Upload
from .guide import GlossaryTerm, Guide, GuideRevision, TermRevision
from .integrity import Finding, IntegrityCheck, Override
from .people import Author
from .proposal import Proposal
from .public_state import PublicState
from .revision import Revision, RevisionApproval, RevisionValue
from .search_document import SearchDocument
from .study import Abstract, SlugRedirect, Study, TextProvenance
from .submission import Submission

__all__ = [
    "Abstract",
    "Arrival",
    "Author",
    "AuthorResponse",
    "CaseDefinition",
    "Finding",
    "Flag",
    "GlossaryTerm",
    "Guide",
    "GuideRevision",
    "IntegrityCheck",
    "Override",
    "PossibleDuplicate",
    "Proposal",
    "PublicState",
    "PublishingOrder",
    "Revision",
    "RevisionApproval",
    "RevisionValue",
    "SearchDocument",
    "SlugRedirect",
    "SourceQuery",
    "Study",
    "StudyDefinition",
    "StudyLink",
    "Submission",
    "SyncRun",
    "TermRevision",
    "TextProvenance",
    "Topic",
    "Upload",
]
