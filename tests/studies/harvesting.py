"""Asking as a harvester does, and checking every answer against the schemas of its formats."""

from pathlib import Path
from urllib.parse import urlencode

import xmlschema
from django.conf import settings
from lxml import etree

FOLDER = Path(__file__).parents[1] / "data" / "oai"
MODS = "http://www.loc.gov/mods/v3"
SCHEMAS = {
    "http://purl.org/dc/elements/1.1/": "simpledc20021212.xsd",
    "http://www.openarchives.org/OAI/2.0/oai_dc/": "oai_dc.xsd",
    "http://www.w3.org/1999/xlink": "xlink.xsd",
    MODS: "mods-3-4.xsd",
}
N = {"o": "http://www.openarchives.org/OAI/2.0/", "dc": "http://purl.org/dc/elements/1.1/", "m": MODS}
# Of MODS 3.7, which no package ships as a schema: elements and attributes that 3.4 does not know yet.
NEWER = ("nameIdentifier", "etal", "recordInfoNote")

_kept: list[xmlschema.XMLSchema] = []


def schema() -> xmlschema.XMLSchema:
    if not _kept:
        places = {namespace: str(FOLDER / name) for namespace, name in SCHEMAS.items()}
        _kept.append(xmlschema.XMLSchema(str(FOLDER / "OAI-PMH.xsd"), locations=places, allow="local"))
    return _kept[0]


def ask(client, verb=None, *, post=False, **arguments):
    """The answer as a tree, checked against the schemas. `from_` stands for `from`."""
    given = ({"verb": verb} if verb else {}) | {name.rstrip("_"): value for name, value in arguments.items()}
    if post:
        return checked(
            client.post("/oai/", urlencode(given, doseq=True), content_type="application/x-www-form-urlencoded")
        )
    return checked(client.get("/oai/", given))


def checked(response):
    assert (response.status_code, response["Content-Type"]) == (200, "text/xml; charset=utf-8")
    tree = etree.fromstring(response.content)
    schema().validate(as_mods_3_4(response.content))
    assert tree.findtext("o:request", namespaces=N) == f"{settings.ATLAS_URL}/oai/"
    return tree


def as_mods_3_4(content: bytes) -> str:
    """The answer with MODS as its version 3.4 has it; of what is older than 3.7 nothing is left out."""
    tree = etree.fromstring(content)
    for mods in tree.iter(f"{{{MODS}}}mods"):
        mods.set("version", "3.4")
        for name in NEWER:
            for node in list(mods.iter(f"{{{MODS}}}{name}")):
                node.getparent().remove(node)
    return etree.tostring(tree, encoding="unicode")


def error(tree):
    """The code of the answer's one error."""
    (found,) = tree.findall("o:error", N)
    assert found.text
    return found.get("code")


def headers(tree):
    """(identifier, is deleted) of every header, in order."""
    return [
        (header.findtext("o:identifier", namespaces=N), header.get("status") == "deleted")
        for header in tree.iter("{http://www.openarchives.org/OAI/2.0/}header")
    ]


def numbers(tree):
    """The studies of an answer, by their ids, in order."""
    return [int(identifier.rpartition("-")[2]) for identifier, _ in headers(tree)]


def token(tree):
    """The token to go on with; "" where the list ends with an empty one, None where there is none."""
    found = tree.find("*/o:resumptionToken", N)
    return None if found is None else found.text or ""


def harvest(client, verb, **arguments):
    """All answers of a list, through its tokens."""
    trees = [ask(client, verb, **arguments)]
    while token(trees[-1]):
        trees.append(ask(client, verb, resumptionToken=token(trees[-1])))
    return trees
