"""Tricks with Unicode: a text never reads otherwise than it is, and forms of one word that look alike are one word."""

import re
import unicodedata
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contributions import receipts
from studies import guides, ordering, proposals, publishing, renaming, rules, signs, slugs
from studies.errors import Problems
from studies.formats import bibtex, nbib, ris
from studies.formats.readers.cleaning import tidy
from studies.importing import import_files
from studies.models import PublishingOrder, Revision, Study, Topic, Upload
from studies.records import Person, Record
from studies.search import engine
from studies.search.query import parse
from studies.search.words import WORD, stems
from studies.snapshots import current
from tests.contributions.factories import received
from tests.security.odd import TEXTS as ODD
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.filling import send
from tests.studies.test_guides import make_guide
from tests.studies.test_ordering import LATER

OVERRIDE = "\u202e"
TURNS = ["\u202a", "\u202b", "\u202d", OVERRIDE, "\u2066", "\u2067", "\u2068", "\u206e", "\U000e0041", "\x1b", "\ufff9"]
SEEN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Forms of one word that look the same, or nearly.
FORMS = {
    "composed": unicodedata.normalize("NFC", "Müdigkeit"),
    "taken apart": unicodedata.normalize("NFD", "Müdigkeit"),
    "wide": "Ｍüｄｉｇｋｅｉｔ",
    "capitals of Turkish": "MÜDİGKEİT",
    "small letters of Turkish": "Müdıgkeıt",
    "divided by a soft hyphen": "Mü\u00addig\u00adkeit",
    "divided by nothing": "Mü\u200bdig\u200ckeit\ufeff",
    "turned": f"\u2066Müdigkeit{OVERRIDE}\u202c\u2069",
    "under a flood": "M" + "\u0335\u0321" * 200 + "üdigkeit",
}


# --- Search ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_one_word_are_one_word_in_texts_and_in_questions(form):
    assert stems(f"Die {FORMS[form]} bleibt") == stems("Die Mudigkeit bleibt")
    assert parse(FORMS[form]).key == parse("mudigkeit").key
    assert len(WORD.findall(f"Die {FORMS[form]} bleibt")) == 3


@pytest.mark.parametrize("digits", ["１２", "١٢", "१२"])
def test_digits_of_every_script_are_those_digits(digits):
    assert (stems(f"{digits} patients"), parse(digits).key) == (stems("12 patients"), parse("12").key)


@pytest.mark.django_db
@pytest.mark.parametrize("form", FORMS)
def test_search_finds_the_same_studies_for_each_form(client, form):
    study = published_study(title=signs.TURNING.sub("", f"On {FORMS[form]} in ME/CFS"))
    engine.forget()
    for asked in FORMS.values():
        answer = client.get("/evidence/", {"q": asked})
        assert re.findall(r'class="card-title"><a href="([^"]+)"', answer.content.decode()) == [
            study.get_absolute_url()
        ]


def test_letters_that_only_look_alike_are_other_letters_and_no_error():
    assert parse("fаtіguе").key != parse("fatigue").key  # Cyrillic а, і, е
    assert parse("fаtіguе").notices == ()


# --- Addresses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*ODD.values(), *FORMS.values(), "\ud800", "ＭＥ／ＣＦＳ and I\u0307stanbul"])
def test_address_of_a_study_has_plain_letters_whatever_its_title(text):
    slug = slugs.study_slug(text, text, 2024, text)
    assert (SEEN.fullmatch(slug) is not None, len(slug) <= slugs.MAX_SLUG) == (True, True), slug


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_one_name_have_one_address(form):
    assert slugs.study_slug(FORMS[form], "", 2024, f"{FORMS[form]} studied") == "mudigkeit-2024-mudigkeit-studied"


# --- What becomes public -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", TURNS)
def test_readers_of_files_and_sources_take_hidden_signs_out(sign):
    assert tidy(f"Rest {sign}helps\u200b a\u00ad lot") == "Rest helps a lot"


def test_file_of_a_stranger_brings_no_hidden_sign_into_a_draft(db):
    file = f"TY  - JOUR\nTI  - Rest {OVERRIDE}pleh ton did\nAU  - Li{OVERRIDE}, A\nJO  - J\u2067 Test\nPY  - 2020\nER  - \n"
    import_files([("a.ris", BytesIO(file.encode()))])
    study = Study.objects.get()
    assert (study.title, study.journal, study.authors.get().family) == ("Rest pleh ton did", "J Test", "Li")


@pytest.mark.django_db
@pytest.mark.parametrize("sign", TURNS)
def test_study_with_a_sign_that_turns_a_sentence_does_not_become_public(sign):
    study = make_study(**{**TEXTS, "key_point": f"It did {sign}not help."}, **CODED)
    (told,) = rules.problems(study.pk, current([study.pk])[study.pk])[:1]
    assert re.fullmatch(r"Key point: take out a sign that nobody sees \(.+ after “It did”\)\.", told)
    with pytest.raises(Problems):
        publishing.submit(study=study, by=make_user("editor"))


@pytest.mark.django_db
def test_proposal_brings_no_sign_that_turns_a_sentence_and_names_it():
    study, editor = published_study(**TEXTS, **CODED), make_user("editor")
    why = {"reason": "correction", "by": editor}
    for values, note in (
        ({"findings": [f"It {OVERRIDE}did."]}, "Read again."),
        ({"patients": 4}, f"Read {OVERRIDE}it."),
    ):
        with pytest.raises(Problems, match="right-to-left override after"):
            proposals.propose(study=study, values=values, note=note, **why)


@pytest.mark.django_db
def test_no_public_note_of_staff_takes_such_a_sign():
    writer, other, note = make_user("editor"), make_user("moderator"), f"Read {OVERRIDE}it."
    study, guide, public = make_study(**TEXTS, **CODED), make_guide(), published_study(doi="10.1/2", pmid="2")
    shown = {"digest": publishing.submit(study=study, by=writer), "by": other, "note": note}
    read = guides.submit(guide=guide, by=writer)
    for act in (
        lambda: publishing.publish(study=study, **shown),
        lambda: ordering.order(study=study, publish_at=LATER, **shown),
        lambda: guides.publish(guide=guide, digest=read, note=note, by=other),
        lambda: renaming.rename(study=public, slug="another", note=note, by=make_user("lead")),
    ):
        with pytest.raises(Problems, match="right-to-left override after “Read”"):
            act()
    assert not PublishingOrder.objects.exists() and not Revision.objects.filter(note=note).exists()


@pytest.mark.django_db
def test_text_in_another_script_may_become_public():
    study = published_study(title="عن التعب: שלום and ME/CFS")
    assert study.title == "عن التعب: שלום and ME/CFS"


@pytest.mark.django_db
def test_words_and_guides_of_the_atlas_take_no_such_sign(client):
    told = "right-to-left override after “It”"
    sign_in(client, make_user("editor"))
    answer = send(client, reverse("admin:studies_topic_add"), holding="label", label=f"It {OVERRIDE}is", slug="x")
    assert answer.context["adminform"].form.errors == {"label": [f"Take out a sign that nobody sees ({told})."]}
    assert not Topic.objects.filter(slug="x").exists()
    guide = make_guide(glance=f"It {OVERRIDE}is.")
    assert guides.problems(guide) == [f"In 30 seconds: take out a sign that nobody sees ({told})."]


@pytest.mark.parametrize("module", [ris, bibtex, nbib])
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_no_text_adds_a_line_to_a_reference_or_turns_one(module, text):
    plain = Record(title="T", authors=(Person("F", "G"),), journal="J", pmid="1", year=2024)
    odd = Record(
        title=f"T {text}", authors=(Person(f"F {text}", f"G {text}"),), journal=f"J {text}", pmid="1", year=2024
    )
    lines, odd_lines = (module.render(record).splitlines() for record in (plain, odd))
    if module is not nbib:  # it folds long lines
        assert len(odd_lines) == len(lines)
    assert {line[:4] for line in odd_lines} - {" " * 4} == {line[:4] for line in lines} - {" " * 4}
    assert signs.TURNING.findall("".join(odd_lines)) == []


# --- What moderators read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"It is {OVERRIDE}ton safe", "It is [hidden sign: right-to-left override]ton safe"),
        ("fat\u200b\u200b\u200bigue", "fat[hidden sign: zero width space, 3 times]igue"),
        ("safe\U000e0041\U000e0042", "safe[hidden sign: tag latin capital letter a][hidden sign: tag latin capital letter b]"),
        ("a\x07b", "a[hidden sign: U+0007]b"),
        ("Z" + "\u0335" * 300, "Z" + "\u0335" * 4 + "[296 more marks]"),
        ("ab\u200dcd", "ab[hidden sign: zero width joiner]cd"),
        ("شكرا and שלום, ok\nnext\tline", "شكرا and שלום, ok\nnext\tline"),
        ("👩\u200d🔬 می\u200cخواهم soft\u00adhyphen", "👩\u200d🔬 می\u200cخواهم soft\u00adhyphen"),
    ],
)  # fmt: skip
def test_hidden_signs_are_named_where_they_stand(text, shown):
    assert signs.visible(text) == shown


@pytest.mark.django_db
def test_moderator_reads_a_message_as_it_is(client):
    study = published_study(**TEXTS, **CODED)
    content = {
        "text": f"The drug is {OVERRIDE}efas{OVERRIDE}.",
        "field": "key_point",
        "proposed": f"It {OVERRIDE}did.",
        "evidence": "https://exаmple.org/",  # a Cyrillic а
    }
    one = received(study=study, content=content)
    sign_in(client, make_user("moderator"))
    page = client.get(reverse("admin:contributions_contribution_change", args=[one.pk])).content.decode()
    named = "[hidden sign: right-to-left override]"
    assert f'<dd dir="auto"><p>The drug is {named}efas{named}.</p></dd>' in page
    assert signs.TURNING.findall(page) == []
    assert 'href="https://exаmple.org/"' not in page
    assert page.count(named) >= 4  # twice in the message, in the proposal, and in its difference


def test_six_words_are_found_with_unseen_signs_and_wide_letters():
    assert receipts.normalise("\u202aＡpple\u200b-pe\u00adar\ufeff") == "apple pear"


@pytest.mark.django_db
def test_name_of_an_uploaded_file_has_no_sign_that_turns_it(client):
    sign_in(client, make_user("editor"))
    record = b"TY  - JOUR\nTI  - A title\nAU  - Li, A\nPY  - 2020\nER  - \n"
    page = reverse("admin:studies_upload_add")
    client.post(page, {"file": SimpleUploadedFile(f"gnp{OVERRIDE}sir.exe", record)})
    assert Upload.objects.get().name == "gnpsir.exe"
