"""Identifiers of papers and people: normalise, validate, recognise. Pure.

Every stored identifier went through one `normalise_…` function, so that equal identifiers are equal strings:
a DOI without prefix and in lower case, a PMID as digits, a PMCID as PMC and digits, an ORCID in groups of four.
"""

import re
import string
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, unquote

MAX_DOI = 255
MAX_PASTED = 500
MAX_ENCODED = 5_000  # what is longer is no DOI however often it was percent-encoded, and is not taken apart

_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_CLOSING = {")": "(", "]": "[", "}": "{", ">": "<"}
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")

_SCHEME = r"(?:https?://)?(?:www\.)?"
_DOI_LINK = re.compile(rf"(?i)^{_SCHEME}(?:dx\.)?doi\.org/+(?:doi:\s*)?")
_DOI_LABEL = re.compile(r"(?i)^(?:(?:info:|urn:)?doi[\s:/]*)+")
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
_PMID = re.compile(
    rf"(?ix) ^ (?: (?:info:)?pmid [\s:/]* | {_SCHEME}pubmed\.ncbi\.nlm\.nih\.gov/ "
    rf"| {_SCHEME}ncbi\.nlm\.nih\.gov/(?:m/)?pubmed/ "
    rf"| {_SCHEME}europepmc\.org/(?:article|abstract)/med/ ) ([0-9]+) (?: [/?\#.,;] \S* )? $"
)
_PMCID = re.compile(
    rf"(?ix) ^ (?: (?:info:)?pmcid [\s:/]* (?:pmc)? | (?: {_SCHEME}ncbi\.nlm\.nih\.gov/(?:m/)?pmc/articles/ "
    rf"| {_SCHEME}pmc\.ncbi\.nlm\.nih\.gov/articles/ "
    rf"| {_SCHEME}europepmc\.org/(?:articles?|abstract)/(?:pmc/)? )? pmc[\s/]? ) ([0-9]+) (?: [/?\#.,;] \S* )? $"
)
_ORCID = re.compile(rf"(?i)^(?:{_SCHEME}orcid\.org/|orcid[\s:]*)?((?:[0-9]{{4}}-?){{3}}[0-9]{{3}}[0-9x])/?$")


class IdentifierError(ValueError):
    """The text is no identifier of the kind asked for."""


@dataclass(frozen=True)
class Identifier:
    """`kind` is doi, pmid or pmcid; `value` is normalised."""

    kind: str
    value: str


def normalise_doi(text: str) -> str:
    """Any spelling of a DOI (link, `doi:`, percent-encoded, with a full stop after it) as `10.…/…` in lower case."""
    found = _bare_doi(_decoded(text)) if len(text) <= MAX_ENCODED else ""
    doi = unicodedata.normalize("NFC", found).translate(_ASCII_LOWER)
    if len(doi) > MAX_DOI or not _DOI.fullmatch(doi) or _has_control(doi):
        raise IdentifierError(f"not a DOI: {_shown(text)}")
    return doi


def normalise_pmid(text: str) -> str:
    """A PubMed number, bare, labelled or as a link, as digits without leading zeros (at most eight)."""
    cleaned = _clean(text)
    match = re.fullmatch("([0-9]+)", cleaned) or _PMID.match(cleaned)
    digits = match[1].lstrip("0") if match else ""
    if not 1 <= len(digits) <= 8:
        raise IdentifierError(f"not a PubMed number: {_shown(text)}")
    return digits


def normalise_pmcid(text: str) -> str:
    """A PubMed Central number with its letters, labelled or as a link, as `PMC…`; a version (`.1`) is dropped."""
    match = _PMCID.match(_clean(text))
    digits = match[1].lstrip("0") if match else ""
    if not 1 <= len(digits) <= 10:
        raise IdentifierError(f"not a PubMed Central number: {_shown(text)}")
    return f"PMC{digits}"


def normalise_orcid(text: str) -> str:
    """An ORCID, bare or as a link, as `0000-0000-0000-000X`; its check digit must be right (ISO 7064, 11-2)."""
    match = _ORCID.match(_clean(text))
    digits = match[1].replace("-", "").upper() if match else ""
    if not match or _check_digit(digits[:-1]) != digits[-1]:
        raise IdentifierError(f"not an ORCID: {_shown(text)}")
    return "-".join(digits[start : start + 4] for start in range(0, 16, 4))


def recognise(text: str) -> Identifier | None:
    """The identifier that a whole pasted text is, or None when it is anything else.

    A bare number counts as a PubMed number only from seven digits on: shorter ones are years and sample sizes.
    """
    cleaned = _clean(text)
    if len(cleaned) > MAX_PASTED or re.fullmatch("[0-9]{1,6}", cleaned):
        return None
    for kind, normalise in _KINDS.items():
        try:
            return Identifier(kind, normalise(cleaned))
        except IdentifierError:
            continue
    return None


def doi_link(doi: str) -> str:
    """The address of a normalised DOI, safe to put into a page, a citation or a file."""
    return "https://doi.org/" + quote(doi, safe="/:;()._-~!$&'*+,=@")


def pubmed_link(pmid: str) -> str:
    return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"


def pmc_link(pmcid: str) -> str:
    return f"https://pmc.ncbi.nlm.nih.gov/articles/{pmcid}/"


_KINDS: dict[str, Callable[[str], str]] = {"pmcid": normalise_pmcid, "pmid": normalise_pmid, "doi": normalise_doi}


def _clean(text: str) -> str:
    return _INVISIBLE.sub("", text).strip().strip("\"'<“”‘’").strip()


def _decoded(text: str) -> str:
    """Percent-encoding undone as often as it was done: links are copied out of links."""
    before, text = "", _clean(text)
    while before != text:
        before = text
        with suppress(UnicodeDecodeError):
            text = _clean(unquote(text, errors="strict"))
    return text


def _bare_doi(text: str) -> str:
    before = None
    while before != text:
        before = text
        link = _DOI_LINK.match(text)
        text = re.split("[?#]", text[link.end() :])[0] if link else _DOI_LABEL.sub("", text)
        text = _without_tail(text.strip())
    return text


def _without_tail(text: str) -> str:
    """Without the punctuation of the sentence around it; a closing bracket stays where its opening one is inside."""
    while text:
        last = text[-1]
        unpaired = last in _CLOSING and text.count(last) > text.count(_CLOSING[last])
        if last not in ".,;:!?\"'”’/" and not unpaired:
            break
        text = text[:-1].rstrip()
    return text


def _has_control(text: str) -> bool:
    return any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in text)


def _check_digit(digits: str) -> str:
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    result = (12 - total % 11) % 11
    return "X" if result == 10 else str(result)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:80] + "…")
