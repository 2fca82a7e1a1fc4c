"""How hard the atlas's own words are to read, page by page: what papers and recorded texts say is left out."""

import re

import pytest

from studies.models import CaseDefinition, GlossaryTerm, Study, Topic
from tests.readability import smog
from tests.studies.test_languages import Words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas")]

SAMPLE = "/evidence/vernon-2025-incidence-prevalence/"
PAGES = (
    *("/", "/evidence/", "/evidence/?q=fatigue&pem=required", "/evidence/?q=zzzqqq", SAMPLE, f"{SAMPLE}history/"),
    *(
        "/evidence/inderyas-2026-distinct-functional/",
        "/definitions/",
        "/definitions/fukuda-1994/",
        "/pem/",
        "/topics/",
    ),
    *(
        "/topics/long-covid/",
        "/map/",
        "/map/?by=years",
        "/retractions/",
        "/changes/",
        "/guides/",
        "/start/",
        "/glossary/",
    ),
    *("/questions/", "/data/", "/feeds/", "/api/v1/", "/about/", "/preferences/", "/reading-list/", "/contribute/"),
    *("/my-contribution/", "/figures/", "/nothing-here/"),
)
GRADE = 9
CONTENT = ("title", "journal", "population_label", *Study.COMPULSORY_TEXTS)
MARKS = " .,;:"
OTHERS = re.compile(
    r'(?s)<(script|svg|pre|code|option|blockquote|cite)\b.*?</\1>|<p class="(?:citation|source-line).*?</p>'
)


@pytest.fixture
def recorded() -> set[str]:
    """What is somebody else's, or a name: texts of studies piece by piece, definitions, topics, words of the glossary."""
    found = set()
    for study in Study.objects.published():
        found |= {part for name in CONTENT for part in str(getattr(study, name)).split("\n")}
        found |= {item for name in Study.LIST_TEXTS for item in getattr(study, name)}
    for model, name in ((CaseDefinition, "name"), (Topic, "label"), (GlossaryTerm, "term")):
        found |= set(model.objects.values_list(name, flat=True))
    return {text.strip(MARKS) for text in found}


def own_words(html: str, recorded: set[str]) -> str:
    """The pieces of text of `main` with a full stop after each, without code, quotes and citations."""
    main = "<main" + html.split("<main", 1)[1].split("</main>", 1)[0]
    pieces = (piece for piece in Words(OTHERS.sub(" ", main)).found if piece.strip(MARKS) not in recorded)
    return "\n\n".join(dict.fromkeys(pieces))


@pytest.mark.parametrize("path", PAGES)
def test_own_words_of_every_page_can_be_read(client, recorded, path):
    assert smog(own_words(client.get(path).content.decode(), recorded)) <= GRADE
