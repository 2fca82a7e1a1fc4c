"""The list of parts (requirements/parts.cdx.json) names what is pinned and what runs, no more and no less."""

import json
from importlib.metadata import version

import pytest

from scripts import parts
from tests.running import ROOT

LIST = json.loads(parts.FILE.read_text())


def named(file: str) -> set[str]:
    """What stands at the beginning of the lines of a requirements file."""
    lines = (ROOT / "requirements" / file).read_text().splitlines()
    return {line.split()[0] for line in lines if not line.startswith(" ")}


def told(scope: str) -> set[str]:
    return {f"{each['name']}=={each['version']}" for each in LIST["components"] if each["scope"] == scope}


def test_list_is_written_anew_with_the_requirements():
    assert parts.FILE.read_text() == parts.present(), "scripts/lock writes both"


def test_every_pinned_part_is_listed_once_with_its_version():
    assert told("required") == named("run.txt")
    assert told("optional") == named("redis.txt") - named("run.txt")
    names = [each["name"] for each in LIST["components"]]
    assert (len(set(names)), names) == (len(names), sorted(names))


def test_versions_are_those_that_run_here():
    here = {each["name"]: each["version"] for each in LIST["components"] if "properties" not in each}
    assert len(here) > 25
    assert {name: version(name) for name in here} == here


def test_list_is_of_the_form_that_other_programs_read():
    assert (LIST["bomFormat"], LIST["specVersion"], LIST["version"]) == ("CycloneDX", "1.6", 1)
    assert LIST["metadata"]["component"]["licenses"] == [{"license": {"id": "BSD-3-Clause"}}]
    (needs,) = LIST["dependencies"]
    assert "pkg:pypi/django@" + version("django") in needs["dependsOn"]
    assert set(needs["dependsOn"]) <= {each["bom-ref"] for each in LIST["components"]}
    conditions = {each["name"]: each["properties"][0]["value"] for each in LIST["components"] if "properties" in each}
    assert conditions["colorama"] == "sys_platform == 'win32'"


def test_line_that_cannot_be_read_is_refused():
    text = "one==1.0 \\\n    --hash=sha256:00\ntwo @ file \\\n    --hash=sha256:00\n"
    with pytest.raises(ValueError, match="2 parts are named, and 1 could be read"):
        parts.pinned(text)
