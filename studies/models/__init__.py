"""The public record."""

from .classification import AuthorResponse, CaseDefinition, Flag, StudyDefinition, StudyLink, Topic
from .guide import GlossaryTerm
from .people import Author
from .proposal import Proposal
from .public_state import PublicState
from .revision import Revision, RevisionApproval, RevisionValue
from .search_document import SearchDocument
from .study import Abstract, SlugRedirect, Study, TextProvenance

__all__ = [
    "Abstract",
    "Author",
    "AuthorResponse",
    "CaseDefinition",
    "Flag",
    "GlossaryTerm",
    "Proposal",
    "PublicState",
    "Revision",
    "RevisionApproval",
    "RevisionValue",
    "SearchDocument",
    "SlugRedirect",
    "Study",
    "StudyDefinition",
    "StudyLink",
    "TextProvenance",
    "Topic",
]
