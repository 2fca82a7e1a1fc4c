"""Which study, or which paper, somebody means by what they typed."""

from __future__ import annotations

import re

from django.db.models import Q

from studies import identifiers
from studies.identifiers import Identifier
from studies.models import Study

_ADDRESS = re.compile(r"/evidence/([-\w]+)/?")
_LABELS = {"pmid": "PMID "}  # a short number alone is no PubMed number


def written(identifier: Identifier) -> str:
    """An identifier as staff can paste it anywhere: `identifiers.recognise` reads it back."""
    return _LABELS.get(identifier.kind, "") + identifier.value


def normalised(text: str) -> str:
    """A recognised identifier in its one spelling; anything else as it was typed."""
    found = identifiers.recognise(text)
    return written(found) if found else text


def public_study(text: str) -> Study | None:
    """The public study that this address, DOI, PMID or PMCID means; one query at most.

    A draft is never found: that staff work on a paper is nobody's business yet.
    """
    condition = _condition(text.strip())
    if condition is None:
        return None
    study = Study.objects.filter(condition, version__gte=1).select_related("merged_into").first()
    return study.merged_into or study if study else None


def _condition(text: str) -> Q | None:
    found = identifiers.recognise(text)
    if found and found.kind == "doi":
        return Q(doi=found.value) | Q(preprint_doi=found.value)
    if found:
        return Q(**{found.kind: found.value})
    address = _ADDRESS.search(text)
    return Q(slug=address[1]) if address else None
