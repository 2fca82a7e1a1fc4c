"""The words of the vocabularies beside the fields that take them: a line that opens, readable without scripts."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from studies.pem import NO_PARTICIPANTS
from studies.vocabulary import (
    CLAIM_HINTS,
    DESIGN_HINTS,
    LEVEL_HINTS,
    METHOD_HINTS,
    ROLE_HINTS,
    Basis,
    Design,
    EvidenceLevel,
    MethodFlag,
    PemClaim,
    Role,
)

BASIS_HINTS = {
    Basis.ABSTRACT: "only the abstract was read; quotes and numbers must stand in it",
    Basis.FULL_TEXT: "the whole paper was read; say where in it the sentence stands",
}


def explained(summary: str, words: type[TextChoices], hints: Mapping[str, str], *, lead: str = "") -> SafeString:
    """A closed line `summary` that opens into every word of the vocabulary with its hint."""
    rows = format_html_join(
        "", "<dt>{}</dt><dd>{}</dd>", ((words(value).label, hints[value]) for value in words.values if value in hints)
    )
    before = format_html("<p>{}</p>", lead) if lead else ""
    return format_html('<details class="hints"><summary>{}</summary>{}<dl>{}</dl></details>', summary, before, rows)


def _designs() -> dict[str, str]:
    without = {
        design: f"{hint}; has no PEM badge" for design, hint in DESIGN_HINTS.items() if design in NO_PARTICIPANTS
    }
    return {str(design): hint for design, hint in (DESIGN_HINTS | without).items()}


HELP = {
    "design": explained("What the designs mean", Design, _designs()),
    "evidence_level": explained(
        "What the levels mean",
        EvidenceLevel,
        LEVEL_HINTS,
        lead="Consensus is for guidelines, consensus papers and systematic reviews only. Replicated needs a link to a "
        "published study that repeated the finding.",
    ),
    "method_flags": explained("When to tick which", MethodFlag, METHOD_HINTS),
    "pem_claim": explained(
        "What this is for",
        PemClaim,
        CLAIM_HINTS,
        lead="Leave it empty unless the paper itself says in a sentence how PEM decided who could enter. "
        "It goes before the case definitions.",
    ),
    "role": explained("What the roles mean", Role, ROLE_HINTS),
    "basis": explained("What was read", Basis, BASIS_HINTS),
}
