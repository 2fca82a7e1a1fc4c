"""Texts that programs stumble over, and every public address with all that may be asked of it.

The texts are those that a request can carry: what no UTF-8 is comes as bytes, in `BYTES`.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from studies.search.facets import FACETS

FLOOD = "Z" + "̵̡̢" * 300
TEXTS = {
    "nul": "fatigue\0",
    "nul alone": "\0",
    "override of direction": "\u202emoc.live\u202c",
    "isolate without an end": "\u2067live",
    "right to left": "שלום العربية",
    "width of nothing": "fat\u200bi\u200cg\u200due\ufeff\u00ad",
    "joined by nothing": "\u200b",
    "flood of marks": FLOOD,
    "marks alone": "̵̡̢",
    "taken apart": unicodedata.normalize("NFD", "müdigkeit é Å"),
    "wide": "ＭＥ／ＣＦＳ",
    "ligature": "ﬁbromyalgia",
    "grows in lower case": "İ" * 50 + "ŉǰΐﷺ",
    "looks like Latin": "fаtіguе",  # Cyrillic а, і, е
    "digits of others": "٣٣٣",
    "raised digit": "²",
    "digit in a circle": "①",
    "no character": "￿\U0010ffff",
    "tags": "\U000e0041\U000e007f",
    "controls": "\x01\x08\x0b\x1b[31m\x7f\x85",
    "line ends": "a\r\nb\u2028c\u2029d",
    "digits": "9" * 500,
    "below zero": "-1",
    "power": "1e999",
    "not a number": "NaN",
    "words of SQL": "'; DROP TABLE studies_study; --\" %s %(x)s {0} \\",
    "words of a search": '"-*^:() NEAR/2 AND OR NOT -"" title:x',
    "open brackets": "([{<" * 40,
    "way up": "../../../../etc/passwd",
    "words": "w " * 1_500,
}  # fmt: skip
BYTES = {"half a pair": b"\xed\xa0\x80", "no UTF-8": b"\xff\xfe\xc3(", "too long for its sign": b"\xc0\x80"}
VALUES = {name: quote(text, safe="") for name, text in TEXTS.items()} | {
    name: quote(data, safe="") for name, data in BYTES.items()
}

LIST = ("q", "synonyms", *FACETS, "year_from", "year_to", "sort", "page")
CALLED = ("q", "synonyms", *FACETS, "year_from", "year_to")
PAGED = ("limit", "cursor")
OAI = ("metadataPrefix", "from", "until", "set", "resumptionToken", "identifier")

# Name of an address: the addresses that stand for it, each with the parameters that its view looks at.
ASKED: dict[str, dict[str, tuple[str, ...]]] = {
    "studies:evidence": {"/evidence/": LIST},
    "studies:list_file": {"/evidence.csv": (*LIST, "bom"), "/evidence.ris": ("q",)},
    "studies:study": {"/evidence/{slug}/": ("print", "part")},
    "studies:citation": {"/evidence/{slug}.csv": ("bom",)},
    "studies:unapi": {"/unapi": ("id", "format")},
    "studies:history": {"/evidence/{slug}/history/": ("from", "to", "page")},
    "studies:definitions": {"/definitions/": ("sort",)},
    "studies:definition": {"/definitions/fukuda-1994/": ("sort", "page")},
    "studies:topic": {"/topics/{topic}/": ("sort", "page")},
    "studies:map": {"/map/": ("by", "topic", "sort", "page")},
    "studies:retractions": {"/retractions/": ("sort", "page")},
    "studies:changes": {"/changes/": ("kind", "page")},
    "studies:glossary": {"/glossary/": ("part",)},
    "studies:feeds": {"/feeds/": LIST},
    "studies:feed": {"/feeds/search.atom": LIST, "/feeds/new.atom": ("page",)},
    "studies:shelf_feed": {"/feeds/topics/{topic}.atom": ("page",)},
    "studies:data": {"/data/": ("page",)},
    "studies:api_call": {
        "/api/v1/studies": (*CALLED, "fields", *PAGED, "sort"),
        "/api/v1/facets": CALLED,
        "/api/v1/lookup": ("id", "fields"),
        "/api/v1/changes": ("since", "limit"),
        "/api/v1/studies/{slug}": ("fields",),
    },
    "studies:oai": {
        "/oai/": ("verb",),
        "/oai/?verb=ListRecords&metadataPrefix=oai_dc": OAI,
        "/oai/?verb=ListRecords": ("resumptionToken",),
        "/oai/?verb=ListIdentifiers&metadataPrefix=oai_dc": ("set", "from", "until"),
        "/oai/?verb=GetRecord&metadataPrefix=oai_dc": ("identifier",),
        "/oai/?verb=ListMetadataFormats": ("identifier",),
    },
    "studies:reading_list": {"/reading-list/": ("studies", "format")},
    "contributions:contribute": {"/contribute/": ("kind", "field", "study")},
    "contributions:contribute_study": {"/contribute/{slug}/": ("kind", "field")},
    "preferences": {"/preferences/": ("back", "saved", "next")},
}


def addresses(things: dict[str, str]) -> list[tuple[str, str, str]]:
    """(name, address, parameter) of all; an address that names no parameters gets one that nobody asked for."""
    from tests.security.matrix import PUBLIC

    found = []
    for name, (path, _, _) in PUBLIC.items():
        for address, parameters in ASKED.get(name, {path: ("unasked",)}).items():
            found += [(name, address.format(**things), parameter) for parameter in parameters]
    return found
