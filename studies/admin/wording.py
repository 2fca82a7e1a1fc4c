"""What the wording check says, as staff see it: beside the texts of a draft, at each step, and on a proposal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import ModelForm
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from studies import phrasing, wording
from studies.cleaning import PROPOSABLE
from studies.derived import with_derived
from studies.errors import Problems
from studies.models import Proposal, Study
from studies.provenance import TEXTS
from studies.snapshots import current
from studies.vocabulary import ProposalKind
from studies.wording import Finding

BESIDE, LIST = "admin/studies/wording_beside.html", "admin/studies/wording.html"


@dataclass(frozen=True)
class Told:
    """Findings by text, in reading order, with the reading level of each layer of texts."""

    findings: tuple[Finding, ...]
    readings: tuple[wording.Reading, ...] = ()

    @property
    def groups(self) -> list[dict[str, Any]]:
        by_field = map(self.of, (*TEXTS, *phrasing.LAYERS))
        return [{"label": phrasing.field_label(found[0]), "lines": lines(found)} for found in by_field if found]

    @property
    def stopping(self) -> int:
        return sum(finding.is_blocking for finding in self.findings)

    @property
    def advising(self) -> int:
        return len(self.findings) - self.stopping

    @property
    def version(self) -> str:
        return wording.VERSION

    def of(self, *names: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.field in names]


def lines(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Each finding with the name of its rule, and the number of its line in a list text."""
    return [{"finding": finding, "rule": wording.LABELS[finding.rule], "line": _line(finding)} for finding in findings]


def told(values: Mapping[str, Any]) -> Told:
    subject = phrasing.subject(values)
    return Told(tuple(wording.check(subject)), tuple(wording.readings(subject)))


def of_study(study: Study) -> Told:
    """What is said of the study as it is saved; asked once for each object."""
    if not hasattr(study, "_told"):
        study._told = told(current([study.pk])[study.pk])  # type: ignore[attr-defined]
    found: Told = study._told
    return found


def of_proposal(proposal: Proposal) -> Told | None:
    """What the proposed change would add to what is found in the study now; None where it changes no content."""
    if proposal.study_id is None or proposal.kind not in {ProposalKind.CHANGE, ProposalKind.REVERT}:
        return None
    live = current([proposal.study_id])[proposal.study_id]
    wanted = {name: new for name, (_, new) in proposal.changes.items() if name in PROPOSABLE}
    try:
        return Told(tuple(phrasing.new_findings(live, with_derived(live, live | wanted))))
    except Problems:
        return None  # the coding cannot be read, which stops the proposal and is said there


def put_beside(form: ModelForm[Study], study: Study) -> None:
    """Put the findings about the saved texts under their fields. A form that comes back holds other texts: nothing there."""
    for name in () if form.is_bound else TEXTS:
        if name in form.fields and (found := of_study(study).of(name)):
            beside = render_to_string(BESIDE, {"lines": lines(found)})
            form.fields[name].help_text = format_html("{}{}", form.fields[name].help_text, beside)


def in_page(study: Study, *, is_draft: bool) -> SafeString:
    """Everything that is said of the study; in a draft without what stands beside its texts."""
    everything = of_study(study)
    shown = Told(tuple(everything.of(*phrasing.LAYERS)), everything.readings) if is_draft else everything
    return render_to_string(LIST, {"wording": everything, "groups": shown.groups, "is_bare": True})


def _line(finding: Finding) -> int | None:
    return None if finding.item is None else finding.item + 1
