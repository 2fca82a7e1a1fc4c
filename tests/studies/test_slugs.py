import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.definitions import SEED
from studies.slugs import MAX_SLUG, study_slug, with_suffix


@pytest.mark.parametrize(
    "family, collective, year, title, slug",
    [
        ("Vernon", "", 2025, "Incidence and Prevalence of Post-COVID-19 ME", "vernon-2025-incidence-prevalence"),
        ("Martín-Martínez", "", 2025, "A case of the flu", "martin-martinez-2025-case-flu"),
        ("Fronticelli Baldelli", "", None, "Sleep", "fronticelli-baldelli-nd-sleep"),
        ("O’Brien", "", 2020, "ME/CFS in children", "obrien-2020-me-cfs-children"),
        ("Wüst", "", 2024, "<i>In vitro</i> models", "wust-2024-vitro-models"),
        ("Łøß", "", 2024, "Post-exertional malaise", "loss-2024-post-exertional-malaise"),
        ("Mak", "", 2025, "Seasonal coronavirus‐induced illness", "mak-2025-seasonal-coronavirus-induced"),
        ("Lee", "", 2025, "β-blockers—old friends", "lee-2025-blockers-old-friends"),
        ("", "RECOVER Consortium", 2023, "Long COVID", "recover-2023-long-covid"),
        ("", "", 2023, "Long COVID", "anon-2023-long-covid"),
        ("王", "", 2023, "疲劳", "anon-2023"),
        ("Smith", "", 2023, "The of and", "smith-2023"),
        ("", "", None, "", "anon-nd"),
    ],
)
def test_slug_is_author_year_and_two_title_words(family, collective, year, title, slug):
    assert study_slug(family, collective, year, title) == slug


def test_long_slug_is_cut_between_words():
    slug = study_slug("Smith", "", 2020, "Immunohistochemistry-of-something-very-long-indeed " + "electron-" * 9)
    assert slug == "smith-2020-immunohistochemistry-of-something-very-long-indeed-electron-electron"
    assert study_slug("x" * 200, "", 2020, "Sleep") == "x" * MAX_SLUG


def test_suffix_counts_up_from_two():
    assert with_suffix("a-2020", set()) == "a-2020"
    assert with_suffix("a-2020", {"a-2020"}) == "a-2020-2"
    assert with_suffix("a-2020", {"a-2020", "a-2020-2"}) == "a-2020-3"
    assert with_suffix("x" * 80, {"x" * 80}) == "x" * 78 + "-2"


def test_sample_studies_have_distinct_slugs():
    studies = json.loads((SEED.parent / "sample_studies.json").read_text(encoding="utf-8"))
    slugs = set()
    for study in studies:
        paper = study["bibliography"]
        first = paper["authors"][0]
        slugs.add(study_slug(first["family"], "", int(paper["published_on"][:4]), paper["title"]))
    assert len(slugs) == 34
    assert "mansoubi-2025-understanding-symptom" in slugs


@given(st.text(), st.text(), st.none() | st.integers(1800, 2100), st.text())
def test_slug_is_always_fit_for_an_address(family, collective, year, title):
    slug = study_slug(family, collective, year, title)
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= MAX_SLUG


@given(st.from_regex("[a-z0-9]{1,40}(-[a-z0-9]{1,39})?", fullmatch=True), st.integers(1, 120))
def test_suffixed_slugs_never_collide(base, count):
    taken = set()
    for _ in range(count):
        slug = with_suffix(base, taken)
        assert slug not in taken
        assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug)
        assert len(slug) <= MAX_SLUG
        taken.add(slug)
