"""What is kept is of one edition of the site: another setting that a page shows makes another one."""

import re

from django.conf import settings as ours

from atlas_site import release
from atlas_site.caching.editions import SHOWN, edition

# What public code reads beside them, and why no kept page depends on it.
NOT_SHOWN = {
    "ATLAS_PAGE_CACHE": "whether pages are kept",
    "ATLAS_RELEASES_DIR": "pages about releases are not kept",
    "ATLAS_SOURCES_LOOPBACK": "how sources are asked",
    "ATLAS_SOURCE_ADDRESSES": "how sources are asked",
    "ATLAS_SOURCE_API_KEYS": "how sources are asked",
    "ATLAS_TOOL_NAME": "how sources are asked",
    "BASE_DIR": "where the program lies",
    "DATA_DIR": "where answers of sources lie",
    "SESSION_COOKIE_SECURE": "HTTPS decides it",
    "TEMPLATES": "the code decides it",
}
APART = ("studies/admin/", "studies/management/", "studies/migrations/", "studies/models/")  # no pages for readers
HALL = ("languages.py", "pages.py", "preferences.py")


def public_code():
    named = {str(path.relative_to(ours.BASE_DIR)): path for path in (ours.BASE_DIR / "studies").rglob("*.py")}
    return [
        *(path for name, path in named.items() if not name.startswith(APART)),
        *(ours.BASE_DIR / "atlas_site" / name for name in HALL),
    ]


def test_every_setting_that_a_page_may_show_makes_another_edition():
    read = {name for path in public_code() for name in re.findall(r"\bsettings\.([A-Z_]+)", path.read_text())}
    assert sorted(read - set(SHOWN) - NOT_SHOWN.keys()) == []
    assert {"ATLAS_API_PER_MINUTE", "ATLAS_URL"} <= read & set(SHOWN)


def test_another_value_of_each_is_another_edition(settings):
    seen = {edition.__wrapped__()}
    for name in SHOWN:
        setattr(settings, name, f"another {name}")
        seen.add(edition.__wrapped__())
    assert len(seen) == 1 + len(SHOWN)


def test_files_that_the_page_about_the_api_shows_are_part_of_the_code():
    shown = {"studies/api/examples.json", "docs/examples/api.py", "docs/examples/api.mjs"}
    assert shown - {str(path.relative_to(ours.BASE_DIR)) for path in release._files()} == set()
