"""Words of the field that several rules look for, and those that readability leaves out because they cannot be avoided."""

from __future__ import annotations

import re

MECFS = r"(?:(?-i:\bME\b)(?:/CFS)?|CFS/ME|myalgic\s+encephalo(?:myelitis|pathy)(?:/chronic\s+fatigue\s+syndrome)?)"
CFS = r"(?:(?<!/)(?-i:\bCFS\b)(?!/)|chronic\s+fatigue(?:\s+syndrome)?|chronically\s+fatigued)"
LONG_COVID = r"(?:long[\s-]covid|post[\s-]covid(?:-19)?(?:\s+(?:condition|syndrome))?|(?-i:\bPASC\b))"
ILLNESS = rf"(?:{MECFS}|{CFS}|{LONG_COVID})"
PEM = r"(?:(?-i:\bPEM\b)|\bpost-?\s?exertional\s+(?:malaise|symptom\s+exacerbation)|(?-i:\bPESE\b))"
PEOPLE = (
    r"(?:patients?|people|persons?|participants?|individuals?|sufferers?|women|men|adults?|children|adolescents?|teenagers?"
    r"|students?|volunteers?|subjects?|cases|those|females?|males?|everyone|everybody|humans?|cohort|group)"
)

# Counted as one short word each: names of illnesses, symptoms and tests that have no shorter name. Longest first.
UNAVOIDABLE = tuple(
    "myalgic encephalomyelitis/chronic fatigue syndrome|myalgic encephalomyelitis|chronic fatigue syndrome"
    "|post-exertional malaise|post-exertional symptom exacerbation|post-infectious|post-exertional"
    "|orthostatic intolerance|postural orthostatic tachycardia syndrome|small fibre neuropathy|multiple sclerosis"
    "|fibromyalgia|hypermobile ehlers-danlos syndrome|gulf war illness|infectious mononucleosis|glandular fever"
    "|long covid|long-covid|post-covid-19|post-covid|covid-19|sars-cov-2|epstein-barr virus|epstein–barr virus"
    "|canadian consensus criteria|international consensus criteria|institute of medicine|depaul symptom questionnaire"
    "|heart rate variability|immunoglobulins?|autoantibodies|autoantibody|antibodies|antibody|cytokines?|lymphocytes?"
    "|mitochondria|mitochondrial|metabolites?|methylation|endothelium|endothelial|hypothyroidism|rituximab|coenzyme q10"
    "|extracellular vesicles|fibrinaloid microclots|microclots?|testosterone|estradiol|cortisol|glutathione|asparagine"
    "|aspartate|alanine|hyperventilation|autonomic|questionnaires?|me/cfs|cfs/me|pem".split("|")
)
_UNAVOIDABLE = re.compile(
    r"(?i)\b(?:" + "|".join(re.escape(term).replace(r"s\?", "s?") for term in UNAVOIDABLE) + r")\b"
)
# Names of genes, proteins, instruments and studies: a run with two capitals, or with a capital and a digit.
_CODES = re.compile(
    r"\b(?=\w{0,11}[A-Z])(?=\w{0,11}[A-Z0-9]\w{0,11}[A-Z0-9])[A-Za-z0-9]{2,12}(?:[-/*:+][A-Za-z0-9α-ω]{1,12}){0,3}\b"
)


def masked(text: str) -> str:
    """The text with every unavoidable term put as one short word."""
    return _CODES.sub("it", _UNAVOIDABLE.sub("it", text))
