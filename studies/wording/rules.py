"""Every rule of the check by its permanent slug, with a name for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from studies.wording.advice import advice
from studies.wording.animals import animals_as_patients
from studies.wording.causality import causal_verbs
from studies.wording.findings import Finding, Hit
from studies.wording.length import long_on_average, long_sentence
from studies.wording.limits import missing_limits
from studies.wording.overclaiming import certainty_above_level, overclaiming, praise
from studies.wording.pem_claims import pem_claims
from studies.wording.population import population_label
from studies.wording.present import generic_present
from studies.wording.readability import hard_to_read
from studies.wording.sentences import Sentence
from studies.wording.subject import Subject


@dataclass(frozen=True)
class Rule:
    """`find` looks at one sentence of any text; what breaks the rule there is worth a finding."""

    label: str
    find: Callable[[Sentence, Subject], Iterator[Hit]]


OF_SENTENCES: Mapping[str, Rule] = {
    "overclaiming": Rule("Promises too much", overclaiming),
    "certainty-above-level": Rule("More certain than its evidence level", certainty_above_level),
    "causal-verb": Rule("Says cause where the design cannot", causal_verbs),
    "animals-as-patients": Rule("Animals or cells told as patients", animals_as_patients),
    "population-label": Rule("Another name for the patients", population_label),
    "generic-present": Rule("One study told as a general truth", generic_present),
    "advice": Rule("Advice to readers", advice),
    "pem-contradicts-badge": Rule("PEM told against the badge", pem_claims),
    "long-sentence": Rule("Long sentence", long_sentence),
    "praise": Rule("Praise instead of a number", praise),
}
OF_STUDIES: tuple[Callable[[Subject], Iterator[Finding]], ...] = (missing_limits, long_on_average, hard_to_read)
LABELS: Mapping[str, str] = {slug: rule.label for slug, rule in OF_SENTENCES.items()} | {
    "missing-limitation": "Limit missing",
    "key-point-without-doubt": "Key point without how sure",
    "long-on-average": "Long sentences on average",
    "reading-level": "Hard to read",
}
