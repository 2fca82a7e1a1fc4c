"""Print what studies found in patients who all had post-exertional malaise, with what each study does not show."""

import json
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

FILTERS = {"pem": "required", "text": "with", "fields": "title,key_point", "limit": 50}


def get(address: str) -> dict[str, Any]:
    request = Request(address, headers={"Accept": "application/json", "User-Agent": "atlas-example/1"})
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def studies(atlas: str) -> Iterator[dict[str, Any]]:
    address = f"{atlas}/api/v1/studies?{urlencode(FILTERS)}"
    while address:
        page = get(address)
        yield from page["studies"]
        address = page["next"]


for study in studies(sys.argv[1]):
    print(f"{study['title']} [{study['pem']['label']}; {study['retraction']['label']}]")
    print(f"  Found: {study['key_point']}")
    print(f"  Limit: {study['main_limitation']}")
