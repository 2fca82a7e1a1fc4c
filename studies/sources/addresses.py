"""The outside services: where each is, how often it may be asked, and what every question to it carries. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

ADDRESSES = {
    "pubmed": "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/",
    "crossref": "https://api.crossref.org/",
    "europepmc": "https://www.ebi.ac.uk/europepmc/webservices/rest/",
    "openalex": "https://api.openalex.org/",
    "retraction_watch": "https://gitlab.com/crossref/retraction-watch-data/-/raw/main/retraction_watch.csv",
}
LABELS = {
    "pubmed": "PubMed",
    "crossref": "Crossref",
    "europepmc": "Europe PMC",
    "openalex": "OpenAlex",
    "retraction_watch": "Retraction Watch",
}
# Questions a second. NCBI allows three without a key and ten with one; the others allow more than is asked here.
_PER_SECOND = {"pubmed": 3.0, "crossref": 3.0, "europepmc": 5.0, "openalex": 5.0, "retraction_watch": 1.0}
_PER_SECOND_WITH_KEY = {"pubmed": 10.0}


@dataclass(frozen=True)
class Service:
    """`parameters` go with every question; so does `secret`, which appears in no log, message or stored file."""

    name: str
    label: str
    address: str
    per_second: float
    parameters: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def host(self) -> str:
        return (urlsplit(self.address).hostname or "").lower()


def known_services(
    *, contact: str, tool: str, addresses: Mapping[str, str], keys: Mapping[str, str]
) -> dict[str, Service]:
    """All services by name. `contact` is a mail address; an address or key that is empty or missing is the usual one, or none."""
    manners = {
        "pubmed": {"tool": tool, "email": contact},
        "crossref": {"mailto": contact},
        "europepmc": {"email": contact},
        "openalex": {"mailto": contact},
        "retraction_watch": {},
    }
    return {
        name: Service(
            name=name,
            label=LABELS[name],
            address=addresses.get(name) or usual,
            per_second=_rate(name, bool(keys.get(name))),
            parameters=manners[name],
            secret={"api_key": keys[name]} if keys.get(name) else {},
        )
        for name, usual in ADDRESSES.items()
    }


def _rate(name: str, has_key: bool) -> float:
    return _PER_SECOND_WITH_KEY.get(name, _PER_SECOND[name]) if has_key else _PER_SECOND[name]
