"""From the coded rows of a study to its PEM badge: the meeting of `pem.py` and the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from studies import pem
from studies.models import CaseDefinition, Study
from studies.snapshots import Snapshot, snapshot
from studies.vocabulary import Design, Pem

NOT_CODED = (Pem.NOT_CODED.value, "")


def rows_of(values: Mapping[str, Any], definitions: Mapping[str, CaseDefinition]) -> list[pem.Row]:
    """The definition rows of a snapshot as `pem` reads them. `definitions` by slug."""
    found = []
    for row in values.get("definitions", []):
        known = definitions[row["definition"]]
        found.append(pem.Row(known.slug, known.pem, row["role"], row.get("cohort", ""), known.year))
    return found


def badge_of(values: Mapping[str, Any], definitions: Mapping[str, CaseDefinition]) -> tuple[str, str]:
    """Badge and rule of a snapshot; raises pem.PemError where its coding cannot be read.

    A study is coded once somebody wrote a definition row (there is one for "not stated"), a claim of the paper, or
    a design without participants. Otherwise it is not yet assessed.
    """
    design, claim = values.get("design", ""), values.get("pem_claim", "")
    coded = bool(values.get("definitions") or claim or design in pem.NO_PARTICIPANTS)
    if not coded or design == Design.NOT_CLASSIFIED:
        return NOT_CODED
    statement = pem.Statement(claim, values.get("pem_quote", "")) if claim else None
    badge = pem.derive(design=design, rows=rows_of(values, definitions), statement=statement)
    return badge.value, badge.rule


def definitions_named_by(snapshots: Iterable[Snapshot]) -> dict[str, CaseDefinition]:
    """The case definitions that these snapshots name, by slug."""
    slugs = {row["definition"] for values in snapshots for row in values.get("definitions", [])}
    return {definition.slug: definition for definition in CaseDefinition.objects.filter(slug__in=slugs)}


def derive_badge(study: Study) -> None:
    """Write the badge and its rule as the study's coding gives them. For drafts; a published study takes a proposal.

    Raises pem.PemError where the coding cannot be read.
    """
    values = snapshot(study)
    write_badge(study, badge_of(values, definitions_named_by([values])))


def write_badge(study: Study, badge: tuple[str, str]) -> None:
    if (study.pem, study.pem_rule) != badge:
        study.pem, study.pem_rule = badge
        study.save(update_fields=["pem", "pem_rule"])
