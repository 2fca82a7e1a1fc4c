"""What a release says about itself to people, and to Datasette."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from studies.dumping.states import AtlasState

LICENCE = """# Licences

- **Texts of the atlas** (question, key point, limits, summary and the other texts; remarks; guides): Creative Commons
  Attribution 4.0 International, <https://creativecommons.org/licenses/by/4.0/>. Name the “ME/CFS Study Atlas” and the release.
- **Identifiers, bibliographic facts, codes and the record of changes**: CC0 1.0, no rights reserved,
  <https://creativecommons.org/publicdomain/zero/1.0/>.
- **Quotes** of papers are short and marked as quotes; their words are the papers’.
- **Abstracts are not in this release.** The history holds their hashes only.
- `verify_dump.py`: BSD-3-Clause, as the atlas’s own code.
"""

README = """# ME/CFS Study Atlas, release {name}

The whole public atlas as it stood after its last change, {time}: {studies} published studies, {revisions} revisions.
Written so that the same state gives the same files, byte by byte.

- Public counter: {counter}
- Newest hash of the history: `{newest_hash}`

## What is here

| file | what |
|---|---|
| `studies.jsonl.gz` | every published study, one JSON object a line, in the shape of the API |
| `revisions.jsonl.gz` | every public change with its values, salts and hashes: the chain that anyone can check |
| `csv/*.csv` | the same as tables (UTF-8, RFC 4180) |
| `atlas.sqlite` | the same tables as one SQLite file with full-text search (`studies_fts`); `release` names the release |
| `metadata.json` | titles and licences for Datasette |
| `datapackage.json` | what each file and each column is (Data Package) |
| `SHA256SUMS` | the hash of each file |
| `verify_dump.py` | checks it all with Python 3.11 or later and nothing else |

## Check it

    python3 verify_dump.py .

checks the sums, both chains of the history, each value against its hash, each published study against its history, and the
other files against `atlas.sqlite`. Compare the newest hash with the one that you noted down earlier, or that the atlas
shows on {address}/about/.

## Look into it

    datasette atlas.sqlite --metadata metadata.json

A cell of a CSV file that begins with an apostrophe has lost nothing: take one apostrophe away and you have the text. Without it,
a spreadsheet could run the cell as a formula.

## Read it with care

A study is the atlas's record about one paper; it is not the paper. Show `key_point` never without `main_limitation`, the PEM
value and the retraction status. `pem` is `not_coded` where nobody has looked yet, and `unclear` where somebody looked and the
paper does not say.

## Cite it

ME/CFS Study Atlas. Release {name} [data set]. {address}/data/{name}/

Cite the papers themselves for what they found.
"""


def readme(state: AtlasState, studies: int) -> str:
    return README.format(
        name=state.name,
        time=state.time or "none yet",
        studies=studies,
        revisions=state.revisions,
        counter=state.counter,
        newest_hash=state.newest_hash,
        address=settings.ATLAS_URL,
    )


def datasette(state: AtlasState) -> dict[str, Any]:
    """`metadata.json` as Datasette reads it: titles, licence, facets."""
    return {
        "title": f"ME/CFS Study Atlas, release {state.name}",
        "license": "CC BY 4.0 for texts, CC0 1.0 for facts",
        "license_url": "https://creativecommons.org/licenses/by/4.0/",
        "source": "ME/CFS Study Atlas",
        "source_url": settings.ATLAS_URL + "/",
        "databases": {
            "atlas": {
                "tables": {
                    "studies": {
                        "facets": ["pem", "design", "evidence_level", "retraction_status"],
                        "fts_table": "studies_fts",
                        "fts_pk": "id",
                        "label_column": "title",
                        "sort_desc": "published_on",
                    },
                    "study_topics": {"facets": ["topic"]},
                    "study_definitions": {"facets": ["definition", "role"]},
                }
            }
        },
    }
