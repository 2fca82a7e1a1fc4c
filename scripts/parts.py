"""The list of every part that the atlas is made of, in the form CycloneDX 1.6, for programs that know which parts are weak.

`scripts/lock` writes it from the pinned requirements; their hashes stay in requirements/*.txt. Pure but for `write`.
"""

import json
import re
import tomllib
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
FILE = REQUIREMENTS / "parts.cdx.json"
PINNED = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^\s;]+)(?: ; (.+?))? \\$", re.MULTILINE)
NAME = re.compile(r"^[A-Za-z0-9._-]+")

Part = dict[str, Any]


def pinned(text: str) -> dict[str, Part]:
    """Name to part of what a requirements file names. ValueError where it names something that cannot be read."""
    found = {name: _part(name, version, where) for name, version, where in PINNED.findall(text)}
    named = [line for line in text.splitlines() if line[:1].strip()]  # hashes stand further in
    if len(found) != len(named):
        raise ValueError(f"{len(named)} parts are named, and {len(found)} could be read.")
    return found


def _part(name: str, version: str, where: str) -> Part:
    """`where` is the condition under which it is installed, empty for everywhere."""
    address = f"pkg:pypi/{name}@{version}"
    part = {"type": "library", "bom-ref": address, "name": name, "version": version, "purl": address}
    return part | ({"properties": [{"name": "atlas:where", "value": where}]} if where else {})


def listed(project: dict[str, Any], run: str, redis: str) -> dict[str, Any]:
    """The whole list: `project` as in pyproject.toml, then the texts of the two files of a server."""
    always = pinned(run)
    parts = [
        part | {"scope": "required" if name in always else "optional"}
        for name, part in sorted((pinned(redis) | always).items())
    ]
    named = [NAME.match(each)[0].lower() for each in project["dependencies"]]  # type: ignore[index]
    needs = sorted(always[name]["bom-ref"] for name in named)
    told = {
        "metadata": {"component": _whole(project)},
        "components": parts,
        "dependencies": [{"ref": project["name"], "dependsOn": needs}],
    }
    number = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(told, sort_keys=True))
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{number}", "version": 1, **told}


def _whole(project: dict[str, Any]) -> Part:
    own = {"bom-ref": project["name"], "name": project["name"], "version": project["version"]}
    return {"type": "application", **own, "licenses": [{"license": {"id": project["license"]}}]}


def present() -> str:
    """The list of what is pinned now, as its file holds it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = [(REQUIREMENTS / name).read_text() for name in ("run.txt", "redis.txt")]
    return json.dumps(listed(project, *texts), indent=1) + "\n"


def write() -> None:
    FILE.write_text(present())
