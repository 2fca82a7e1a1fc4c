"""The pages of contributors can be read by somebody who is ill and tired, and their style sheet is small."""

import re

import pytest
from django.conf import settings
from django.utils.html import strip_tags

from contributions.kinds import ASKED
from contributions.vocabulary import STATE_SENTENCES, Kind
from tests.contributions.factories import a_study, send
from tests.contributions.pages import open_message
from tests.readability import longest_sentence, smog
from tests.studies.test_look import CSS, tokens

STYLES = (settings.BASE_DIR / "static" / "css" / "forms.css").read_text(encoding="utf-8")
GRADE = 9
LONGEST = 28


def said(response) -> str:
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    main = re.sub(r"<nav.*?</nav>|<select.*?</select>|<textarea.*?</textarea>", "", main, flags=re.DOTALL)
    return strip_tags(re.sub(r"</(p|li|dt|dd|h\d|label|legend|button|summary)>", ". ", "<main" + main))


@pytest.mark.django_db
def test_pages_together_have_a_low_grade(client):
    study = a_study(title="Rest")
    paths = ["/contribute/", "/my-contribution/", "/figures/", *(f"/contribute/?kind={kind}" for kind in Kind)]
    answers = [client.get(path) for path in [*paths, f"/contribute/{study.slug}/"]]
    answers.append(client.post("/contribute/?kind=other", {"text": "x"}))
    answers.append(open_message(client, send(study=study).words))
    answers.append(client.get("/my-contribution/delete/"))
    texts = [said(answer) for answer in answers]
    assert smog("\n\n".join(texts)) <= GRADE
    assert max(map(longest_sentence, texts)) <= LONGEST


def test_sentences_of_the_states_are_short():
    texts = [*STATE_SENTENCES.values(), *(asked.hint for asked in ASKED.values())]
    assert max(map(longest_sentence, texts)) <= 20


def test_style_sheet_of_forms_is_small_and_uses_the_tokens_alone():
    assert len(STYLES.encode()) <= 3 * 1024
    assert (
        re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(|animation|transition|shadow|gradient|@import|url\(", STYLES) == []
    )
    assert set(re.findall(r"var\(--([a-z-]+)", STYLES)) <= set(tokens("(prefers-color-scheme: light)"))
    assert min(float(size) for size in re.findall(r"font-size: ([0-9.]+)rem", STYLES)) >= 1
    assert "forms.css" not in CSS


@pytest.mark.django_db
def test_only_pages_of_contributors_load_the_style_sheet_of_forms(client):
    assert client.get("/about/").content.decode().count("forms.css") == 0
    assert client.get("/contribute/").content.decode().count("forms.css") == 1
