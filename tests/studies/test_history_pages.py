"""A study's history, its versions and the difference between two of them, as readers get them."""

from datetime import date

import pytest

from studies.diff import Piece
from studies.field_words import LABELS
from studies.models import Flag, RevisionValue, SlugRedirect, Study
from studies.snapshots import FIELDS
from tests.studies.factories import CODED, TEXTS, make_study, published_study
from tests.studies.pages import change, queries, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    """Three versions: the key point and the number of patients were changed."""
    made = published_study(**TEXTS, **CODED, authors=["Berg, Ann"], topics=["long-covid"], patients=10)
    change(made, key_point="In this small study it did, but one team has repeated it.")
    change(made, patients=12)
    return made


def fields_of(client, study, number) -> dict[str, object]:
    page = client.get(f"/evidence/{study.slug}/v/{number}/")
    return {field.label: field.words for part in page.context["parts"] for field in part.fields}


def differences_of(client, study, old, new) -> dict[str, list[Piece]]:
    page = client.get(f"/evidence/{study.slug}/diff/{old}/{new}/")
    return {each.label: each.pieces for each in page.context["differences"]}


def test_every_recorded_field_has_a_name_for_readers():
    assert set(FIELDS) - set(LABELS) == set()


def test_history_lists_versions_newest_first(client, study):
    page = client.get(f"/evidence/{study.slug}/history/")
    assert [each.number for each in page.context["revisions"]] == [3, 2, 1]
    said = text_of(page)
    assert "What Changed: Key point. Why Correction of an error. The paper says so." in said
    assert "What First published. Approved by Editor." in said


def test_history_gives_the_whole_check_codes(client, study):
    page = client.get(f"/evidence/{study.slug}/history/").content.decode()
    newest = study.revisions.get(number=3)
    assert f"Check code of version 3: {newest.hash[:12]}…" in page
    assert [page.count(code) for code in (newest.hash, newest.previous_hash)] == [1, 3]


def test_history_sends_on_to_the_chosen_comparison(client, study):
    answer = client.get(f"/evidence/{study.slug}/history/?from=1&to=3")
    assert (answer.status_code, answer["Location"]) == (302, f"/evidence/{study.slug}/diff/1/3/")


@pytest.mark.parametrize("page", ["history/", "v/2/", "diff/1/3/"])
def test_choice_of_display_leads_back_to_the_page(client, study, page):
    """The name of the page in the trail is another thing than its address."""
    address = f"/evidence/{study.slug}/{page}"
    html = client.get(address).content.decode()
    assert html.count(f'<input type="hidden" name="next" value="{address}">') == 1


@pytest.mark.parametrize("asked", ["from=1&to=4", "from=0&to=1", "from=x&to=", "from=1", "to=%00&from=%E0%A5%A7"])
def test_history_says_which_numbers_it_takes(client, study, asked):
    page = client.get(f"/evidence/{study.slug}/history/?{asked}")
    assert page.status_code == 200
    assert "Write two numbers from 1 to 3." in text_of(page)


def test_version_shows_the_values_of_its_time(client, study):
    old, new = fields_of(client, study, 1), fields_of(client, study, 3)
    assert old["Key point"] == TEXTS["key_point"]
    assert (old["Number of patients"], new["Number of patients"]) == ("10", "12")
    assert {name for name in old if old[name] != new[name]} == {"Key point", "Number of patients"}


def test_version_speaks_in_words_not_in_codes(client, study):
    shown = fields_of(client, study, 1)
    assert shown["Design"] == "Case-control study"
    assert shown["PEM badge"] == "PEM not required"
    assert shown["Authors"] == ["Ann Berg"]
    assert shown["Topics"] == ["Long COVID"]
    assert shown["Date of the paper"] == "6 May 2024"
    assert shown["Written from"] == "the abstract"
    (definition,) = shown["Case definitions"]
    assert definition.endswith("; every patient had to meet it; read in the abstract")
    assert shown["How each text was made"][0] == "Question: from the abstract, drafted by a person"


def test_version_puts_notices_and_texts_first(client, study):
    page = client.get(f"/evidence/{study.slug}/v/1/")
    assert [part.heading for part in page.context["parts"]] == [
        "What the study says",
        "Who was studied, and how",
        "The paper",
        "This record",
    ]
    change(study, rows=lambda: Flag.objects.create(study=study, kind="contested", reason="Two teams disagree."))
    first = client.get(f"/evidence/{study.slug}/v/4/").context["parts"][0]
    assert [(field.label, field.words) for field in first.fields] == [("Notices", ["Contested: Two teams disagree."])]


def test_every_old_version_says_that_the_paper_was_retracted_since(client, study):
    change(study, retraction_status="retracted")
    for path in ("history/", "v/1/", "diff/1/2/"):
        assert "RETRACTED: this paper has been taken back." in text_of(client.get(f"/evidence/{study.slug}/{path}"))


def test_version_says_which_of_how_many_it_is(client, study):
    assert "Version 1 of 3 ," in text_of(client.get(f"/evidence/{study.slug}/v/1/"))
    assert "This is an old version." in text_of(client.get(f"/evidence/{study.slug}/v/1/"))
    assert "This is the newest version." in text_of(client.get(f"/evidence/{study.slug}/v/3/"))


def test_versions_stay_readable_when_the_study_was_taken_out(client, study):
    Study.objects.filter(pk=study.pk).update(state="withdrawn", withdrawal_reason="It is another paper.")
    for path in ("history/", "v/1/", "diff/1/2/"):
        said = text_of(client.get(f"/evidence/{study.slug}/{path}"))
        assert "This study was taken out of the atlas. Its versions stay readable. Reason: It is another paper." in said
    assert f'href="/evidence/{study.slug}/">The study as it is now' not in said


def test_removed_value_says_when_and_why(client, study):
    RevisionValue.objects.filter(revision__study=study, revision__number=2, field="key_point").update(
        value=None, salt=None, redacted_on=date(2026, 5, 3), redaction_reason="It named a private person"
    )
    removed = "Removed on 3 May 2026. Reason: It named a private person."
    assert [fields_of(client, study, number)["Key point"] for number in (1, 2, 3)] == [
        TEXTS["key_point"],
        removed,
        removed,
    ]
    assert differences_of(client, study, 1, 2) == {
        "Key point": [Piece("removed", TEXTS["key_point"]), Piece("added", removed)]
    }
    assert differences_of(client, study, 2, 3).keys() == {"Number of patients"}


def test_removed_list_is_still_told_item_by_item(client, study):
    change(study, findings=["One.", "Two."])
    change(study, findings=["Three."])
    RevisionValue.objects.filter(revision__study=study, revision__number=5, field="findings").update(
        value=None, salt=None, redacted_on=date(2026, 5, 3), redaction_reason="It named a private person"
    )
    assert differences_of(client, study, 4, 5)["Findings"] == [
        Piece("removed", "One."),
        Piece("removed", "Two."),
        Piece("added", "Removed on 3 May 2026. Reason: It named a private person."),
    ]


def test_difference_is_word_by_word(client, study):
    assert differences_of(client, study, 1, 2) == {
        "Key point": [
            Piece("same", "In this small study it did, but"),
            Piece("removed", " nobody"),
            Piece("added", " one team"),
            Piece("same", " has repeated it."),
        ]
    }


def test_difference_says_removed_and_added_in_words(client, study):
    page = client.get(f"/evidence/{study.slug}/diff/1/2/").content.decode()
    assert (
        '<del><span class="hidden">removed: </span> nobody<span class="hidden"> (end of removed)</span></del>' in page
    )
    assert '<ins><span class="hidden">added: </span> one team<span class="hidden"> (end of added)</span></ins>' in page


def test_difference_works_backwards_and_with_itself(client, study):
    back = differences_of(client, study, 3, 1)
    assert back["Number of patients"] == [Piece("removed", "12"), Piece("added", "10")]
    assert differences_of(client, study, 2, 2) == {}
    assert "Nothing differs between these versions." in text_of(client.get(f"/evidence/{study.slug}/diff/2/2/"))


@pytest.mark.parametrize("path", ["v/0/", "v/4/", f"v/{'9' * 40}/", "diff/0/1/", "diff/1/4/", f"diff/{'9' * 40}/1/"])
def test_unknown_versions_are_not_found(client, study, path):
    assert client.get(f"/evidence/{study.slug}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["history/", "v/1/", "diff/1/1/"])
def test_drafts_have_no_public_history(client, path):
    assert client.get(f"/evidence/{make_study().slug}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["history/", "v/2/", "diff/1/2/"])
def test_old_address_leads_to_the_new_one(client, study, path):
    SlugRedirect.objects.create(slug="berg-2024-old-name", study=study)
    answer = client.get(f"/evidence/berg-2024-old-name/{path}")
    assert (answer.status_code, answer["Location"]) == (301, f"/evidence/{study.slug}/{path}")


def test_queries_do_not_grow_with_the_versions(client):
    made = published_study(**TEXTS, **CODED, authors=["Berg, Ann"])
    change(made, patients=1)
    paths = {"history/": 4, "v/2/": 7, "diff/1/2/": 10}
    few = {path: queries(client, f"/evidence/{made.slug}/{path}") for path in paths}
    for number in range(2, 30):
        change(made, patients=number)
    many = {path: queries(client, f"/evidence/{made.slug}/{path}") for path in paths}
    assert few == many
    assert [path for path in paths if many[path] > paths[path]] == []
