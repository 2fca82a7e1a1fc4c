"""JSON-LD against the vocabulary of schema.org, by a type checker that knows all of it."""

import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from scripts import tools

pytestmark = pytest.mark.browser
SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
ONE_TYPE = ('["WebPage","MedicalWebPage"]', '"MedicalWebPage"')
# The published types name this one without bringing it.
REFERENCE = 'interface IdReference { "@id": string }\n'


def checked(folder: Path, graphs: dict[str, str]) -> list[str]:
    """What the checker says of these graphs, by their names.

    A page is a `WebPage` and, more exactly, a medical one; the checker takes one type only.
    """
    if shutil.which("node") is None or not tools.kept("schema-dts").is_dir():
        pytest.skip("no Node or no vocabulary; scripts/test without arguments brings or names what is missing")
    types = tools.kept("schema-dts", "dist/schema.d.ts").read_text()
    (folder / "schema.d.ts").write_text(REFERENCE + types)
    lines = ['import type { Graph } from "./schema";']
    for number, text in enumerate(graphs.values()):
        lines.append(f"export const g{number}: Graph = {text.replace(*ONE_TYPE)};")
    (folder / "graphs.ts").write_text("\n".join(lines))
    words = [
        "node",
        str(tools.kept("typescript", "lib/tsc.js")),
        "--noEmit",
        "--strict",
        "--lib",
        "es5",
        "--skipLibCheck",
    ]
    done = subprocess.run([*words, "graphs.ts"], cwd=folder, capture_output=True, text=True, check=False)
    names = list(graphs)
    return [
        f"{names[int(line) - 2]}: {rest}"
        for line, rest in re.findall(r"^graphs\.ts\((\d+),\d+\): (.*)$", done.stdout, re.MULTILINE)
    ] or ([done.stdout + done.stderr] if done.returncode else [])


def read(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        return answer.read().decode()


def test_graph_of_every_kind_of_page_is_valid(atlas, tmp_path):
    studies = re.findall(r"<loc>[^<]+(/evidence/[^<]+)</loc>", read(atlas.url + "/sitemap-studies.xml"))
    retracted = re.findall(r'href="(/evidence/[^"?]+/)"', read(atlas.url + "/retractions/"))
    paths = ["/", "/data/", "/retractions/", "/definitions/fukuda-1994/", "/topics/", "/topics/sleep/"]
    paths += ["/evidence/", "/evidence/?page=2", *retracted, *studies[:40]]
    graphs = {path: SCRIPT.findall(read(atlas.url + path))[0] for path in dict.fromkeys(paths)}
    assert checked(tmp_path, graphs) == []


def test_checker_finds_what_the_vocabulary_does_not_have(tmp_path):
    start = '{"@context":"https://schema.org","@graph":['
    graphs = {
        "unknown type": start + '{"@type":"ScholarlyPaper"}]}',
        "unknown word": start + '{"@type":"Article","headlines":"x"}]}',
        "wrong kind": start + '{"@type":"Article","author":5}]}',
    }
    assert [line.partition(":")[0] for line in checked(tmp_path, graphs)] == list(graphs)
