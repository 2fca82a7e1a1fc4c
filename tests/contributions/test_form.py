"""The form: one box to fill, everything else optional; what is checked, shown and stored."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contributions import form_token, messages, naming, spam
from contributions.forms import TICKS
from contributions.intake import CONSENT_VERSION, QUARANTINE_SCORE
from contributions.kinds import ASKED, kinds_for
from contributions.models import Bucket, Contribution
from contributions.querysets import BODY_DAYS
from contributions.terms import TERMS
from contributions.vocabulary import Kind, State
from studies import identifiers
from studies.models import SlugRedirect, Study
from tests.contributions.factories import a_study, received
from tests.contributions.pages import alert, form_of, send_form, text_of, without_token, words_of
from tests.studies.factories import make_study

pytestmark = pytest.mark.django_db
TEXT = "Table 2 says 41 patients, the page says 14."


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def study():
    return a_study(journal="Old Journal", patients=14, doi="10.1000/abc", pmid="12345678", pmcid="PMC7654321")


def an_hour_old() -> str:
    return form_token.new(at=timezone.now() - timedelta(hours=1))


def opened(client, path: str):
    """The page's form as if it had been open for an hour."""
    form = form_of(client.get(path))
    form.values["form"] = an_hour_old()
    return form


def stored() -> Contribution:
    return Contribution.objects.get()


def content() -> dict[str, str]:
    (entry,) = messages.read(stored())
    return entry.content


# Which pages there are


def test_every_kind_can_be_chosen(client):
    page = client.get("/contribute/").content.decode()
    assert re.findall(r'<a href="\?kind=(\w+)">([^<]+)</a>', page) == [
        (kind.value, ASKED[kind].subject) for kind in Kind
    ]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_form(client, kind):
    page = client.get(f"/contribute/?kind={kind}").content.decode()
    assert re.findall(r"<h1>(.*?)</h1>", page) == [ASKED[kind].heading]


def test_form_about_a_study_names_it(client, study):
    response = client.get(f"/contribute/{study.slug}/")
    assert response.status_code == 200
    assert text_of(response).split("About this study: ")[1].startswith(study.title)


def test_study_that_is_not_public_has_no_form(client):
    draft = make_study()
    assert [client.get(f"/contribute/{slug}/").status_code for slug in (draft.slug, "nobody-2020-nothing")] == [
        404,
        404,
    ]


def test_withdrawn_study_has_a_form_and_says_so(client, study):
    Study.objects.filter(pk=study.pk).update(state="withdrawn", withdrawal_reason="Out of scope.")
    response = client.get(f"/contribute/{study.slug}/")
    assert response.status_code == 200
    assert text_of(response).count("The atlas has withdrawn it.") == 1


def test_old_address_leads_to_the_new_one_and_loses_no_text(client, study):
    SlugRedirect.objects.create(slug="old-2020-name", study=study)
    response = client.get("/contribute/old-2020-name/")
    assert (response.status_code, response["Location"]) == (301, f"/contribute/{study.slug}/")
    sent = client.post("/contribute/old-2020-name/", {"text": TEXT, "form": an_hour_old()})
    assert (sent.status_code, stored().study) == (200, study)


def test_every_study_page_leads_to_the_form(client, study):
    page = client.get(f"/evidence/{study.slug}/").content.decode()
    assert re.findall(r'<a href="(/contribute/[^"]+/[^"]*)">([^<]+)</a>', page) == [
        (f"/contribute/{study.slug}/?kind=coding", "Tell us about an error in it"),
        (f"/contribute/{study.slug}/", "Tell us about an error"),
    ]


# One box to fill


@pytest.mark.parametrize("kind", kinds_for(about_study=False))
def test_text_alone_is_enough_for_every_kind(client, kind):
    response = send_form(client, opened(client, f"/contribute/?kind={kind}"), text=TEXT)
    assert response.status_code == 200
    one = stored()
    assert (one.kind, one.study, one.state, one.spam_score, one.consent_version) == (
        kind, None, State.RECEIVED, 0, CONSENT_VERSION,
    )  # fmt: skip
    assert content() == {"text": TEXT}
    assert len(words_of(response).split()) == 6


@pytest.mark.parametrize("kind", kinds_for(about_study=True))
def test_text_alone_is_enough_about_a_study(client, study, kind):
    send_form(client, opened(client, f"/contribute/{study.slug}/?kind={kind}"), text=TEXT)
    assert (stored().kind, stored().study, content()) == (kind, study, {"text": TEXT})


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_ticked_and_nothing_forced_by_the_browser(client, kind):
    response = client.get(f"/contribute/?kind={kind}")
    html = response.content.decode()
    form = form_of(response)
    assert form.ticks == set(TICKS)
    assert re.findall(r"<[^>]*\srequired\b", html) == []
    assert (
        re.findall(r"maxlength", html.split("<main", 1)[1].split("</main>", 1)[0].replace('maxlength="320"', "")) == []
    )
    assert len(re.findall(r"<form[^>]*\bnovalidate\b", html)) == 1


@pytest.mark.parametrize("kind", Kind)
def test_every_control_has_a_label_and_every_hint_exists(client, kind):
    html = client.get(f"/contribute/?kind={kind}").content.decode()
    ids = re.findall(r'<(?:input|select|textarea)\b(?![^>]*type="hidden")[^>]*\bid="([^"]+)"', html)
    assert sorted(set(ids) - set(re.findall(r'<label for="([^"]+)"', html))) == []
    described = {part for value in re.findall(r'aria-describedby="([^"]+)"', html) for part in value.split()}
    assert described - set(re.findall(r'\bid="([^"]+)"', html)) == set()


def test_form_sets_one_cookie_only(client, study):
    client.get(f"/contribute/{study.slug}/")
    assert list(client.cookies) == ["csrftoken"]


def test_page_says_what_it_is_not_for_and_what_comes_next(client, study):
    for _ in range(5):
        received()
    Contribution.objects.update(waiting_since=timezone.now() - timedelta(days=3, hours=1))
    text = text_of(client.get(f"/contribute/{study.slug}/"))
    assert text.count("Nobody watches these messages day and night.") == 1
    assert text.count("We give no medical advice.") == 1
    assert text.count("Half of the messages that wait now have waited for 3 days or less.") == 1
    assert text.count(TERMS.send) == 1


def test_waiting_time_is_not_told_where_too_few_wait(client, study):
    assert text_of(client.get(f"/contribute/{study.slug}/")).count("Half of the messages") == 0


# What is wrong is said, and nothing is lost


def test_empty_message_is_a_problem_that_is_said_first(client, study):
    response = send_form(
        client, opened(client, f"/contribute/{study.slug}/"), text="  ", evidence="https://example.org/x"
    )
    html = response.content.decode()
    said = "Write something in this box, so that there is a message to send."
    assert response.status_code == 422
    assert alert(response) == f"There is a problem {said}"
    assert html.count("<title>Error: ") == 1
    assert html.split("<h1", 1)[0].count(f'<a href="#id_text">{said}</a>') == 1
    assert html.count('aria-invalid="true" aria-describedby="id_text_helptext id_text_error"') == 1
    assert form_of(response).values["evidence"] == "https://example.org/x"
    assert Contribution.objects.count() == Bucket.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        (
            {"contact": "a@example.org"},
            "may_contact",
            "Tick this box if we may use your address, or clear the address.",
        ),
        ({"may_contact": "on"}, "contact", "Write your mail address, or clear the boxes about writing to you."),
        ({"notify": "on"}, "contact", "Write your mail address, or clear the boxes about writing to you."),
        (
            {"contact": "not an address", "may_contact": "on"},
            "contact",
            "This does not look like a mail address. It should look like name@example.org.",
        ),
        (
            {"evidence": "x" * 2001},
            "evidence",
            "The source is too long. Please shorten it to 2,000 characters, or send it in parts.",
        ),
        ({"field": "password"}, "field", "Select a valid choice. password is not one of the available choices."),
    ],
)
def test_each_problem_leads_to_its_box(client, study, typed, field, said):
    response = send_form(client, opened(client, f"/contribute/{study.slug}/"), text=TEXT, **typed)
    html = response.content.decode()
    assert (response.status_code, alert(response)) == (422, f"There is a problem {said}")
    assert html.count(f'<a href="#id_{field}">') == 1
    assert form_of(response).values["text"] == TEXT
    assert Contribution.objects.count() == 0


def test_text_longer_than_allowed_is_kept_whole(client, study):
    text = "long " * 5000
    response = send_form(client, opened(client, f"/contribute/{study.slug}/"), text=text)
    assert response.status_code == 422
    assert form_of(response).values["text"] == text


# Consent


def test_each_consent_is_stored_apart(client, study):
    form = opened(client, f"/contribute/{study.slug}/")
    send_form(client, form, text=TEXT, may_quote="on", may_contact="on", contact="a@example.org", notify="on")
    one = stored()
    assert (one.may_summarise, one.may_quote, one.may_contact, one.contact.notify) == (False, True, True, True)
    assert messages.read_contact(one) == "a@example.org"


def test_wording_of_consent_moves_only_with_its_version():
    """A stored consent names a version; whoever changes the words must name a new one here and in terms.py."""
    assert (TERMS.version, TERMS.text_hash()) == (
        "2026-11",
        "51f271286f8a36949d255f2c7d229df8739a74f161a4b9a47b6eb940f43da78f",
    )
    assert TERMS.send.count(f"{BODY_DAYS} days after") == 1


# A correction of one place


def test_present_text_stands_beside_the_proposal(client, study):
    form = opened(client, f"/contribute/{study.slug}/")
    response = send_form(client, form, step="field", text=TEXT, field="key_point")
    again = form_of(response)
    assert text_of(response).count("Key point now") == 1
    assert (again.values["proposed"], again.values["shown"], again.values["text"]) == (
        study.key_point,
        "key_point",
        TEXT,
    )
    assert Contribution.objects.count() == 0


def test_another_place_replaces_what_was_not_touched_and_keeps_what_was(client, study):
    form = form_of(client.get(f"/contribute/{study.slug}/?field=key_point"))
    assert form.values["proposed"] == study.key_point
    other = form_of(send_form(client, form, step="field", field="journal"))
    assert other.values["proposed"] == "Old Journal"
    typed = form_of(send_form(client, other, step="field", field="patients", proposed="My own words"))
    assert typed.values["proposed"] == "My own words"


def test_place_with_nothing_recorded_says_so(client, study):
    response = client.get(f"/contribute/{study.slug}/?field=volume")
    assert text_of(response).count("Nothing is recorded there yet.") == 1


def test_check_shows_the_difference_word_by_word_and_sends_nothing(client, study):
    form = opened(client, f"/contribute/{study.slug}/?field=journal")
    response = send_form(client, form, step="check", text=TEXT, proposed="New Journal")
    html = response.content.decode()
    assert re.findall(r"<del>.*?</span>(.*?)<span", html) == ["Old"]
    assert re.findall(r"<ins>.*?</span>(.*?)<span", html) == ["New"]
    assert text_of(response).count("What would become public if we agree: Journal") == 1
    assert (response.status_code, Contribution.objects.count()) == (200, 0)
    again = form_of(response)
    assert (again.values["text"], again.values["proposed"]) == (TEXT, "New Journal")
    sent = send_form(client, again)
    assert len(words_of(sent).split()) == 6
    assert content() == {"text": TEXT, "field": "journal", "proposed": "New Journal"}


def test_check_of_a_list_compares_its_lines():
    from contributions.correcting import Place, difference

    place = Place("findings", "Findings", "One.\nTwo.", is_list=True)
    assert [(piece.kind, piece.text) for piece in difference(place, "One.\nThree.\n")] == [
        ("same", "One."), ("removed", "Two."), ("added", "Three."),
    ]  # fmt: skip
    assert difference(place, " One.\r\nTwo. ") == []


def test_check_without_a_proposal_says_that_nothing_becomes_public(client, study):
    response = send_form(client, opened(client, f"/contribute/{study.slug}/"), step="check", text=TEXT)
    assert text_of(response).count("Nothing of your message becomes public by itself.") == 1
    assert Contribution.objects.count() == 0


def test_proposal_that_says_the_same_is_not_stored(client, study):
    send_form(client, opened(client, f"/contribute/{study.slug}/?field=journal"), text=TEXT)
    assert content() == {"text": TEXT, "field": "journal"}


# Other kinds


def test_pem_and_definition_ask_for_quote_and_place(client, study):
    form = opened(client, f"/contribute/{study.slug}/?kind=coding")
    assert {"quote", "place", "evidence"} < set(form.values)
    send_form(client, form, text=TEXT, quote="All met the CCC.", place="Methods, page 3")
    assert content() == {"text": TEXT, "quote": "All met the CCC.", "place": "Methods, page 3"}


def test_another_kind_keeps_every_word(client, study):
    form = opened(client, f"/contribute/{study.slug}/?kind=coding")
    other = form_of(
        send_form(client, form, step="kind-correction", text=TEXT, quote="All met the CCC.", may_quote="on")
    )
    assert other.values["kind"] == "correction"
    assert other.values["text"] == f"{TEXT}\n\nSentence from the paper: All met the CCC."
    assert (other.values["may_quote"], other.values["form"]) == ("on", form.values["form"])
    assert Contribution.objects.count() == 0


def test_unknown_kind_is_no_reason_to_refuse(client, study):
    client.post(f"/contribute/{study.slug}/", {"kind": "nonsense", "text": TEXT, "form": an_hour_old()})
    assert stored().kind == Kind.CORRECTION


@pytest.mark.parametrize(
    "spelling",
    [
        "10.1000/abc",
        "doi:10.1000/ABC",
        "https://doi.org/10.1000/abc",
        "PMID: 12345678",
        "https://pubmed.ncbi.nlm.nih.gov/12345678/",
        "PMC7654321",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC7654321/",
    ],
)
def test_missing_paper_that_is_there_is_answered_at_once(client, study, spelling):
    form = opened(client, "/contribute/?kind=missing_paper")
    response = send_form(client, form, text=TEXT, identifier=spelling)
    assert alert(response).startswith(f"The atlas has this paper {study.title}")
    assert Contribution.objects.count() == Bucket.objects.count() == 0
    assert form_of(response, "/contribute/").values["text"] == TEXT
    carried = form_of(response, f"/contribute/{study.slug}/")
    moved = form_of(send_form(client, carried, step="kind-correction"))
    assert (moved.values["kind"], moved.values["text"]) == ("correction", f"{TEXT}\n\nStudy or paper: {spelling}")


def test_missing_paper_may_be_named_in_the_message_alone(client, study):
    response = send_form(client, opened(client, "/contribute/?kind=missing_paper"), text="https://doi.org/10.1000/abc")
    assert alert(response).startswith("The atlas has this paper")


def test_missing_paper_by_its_number_alone(client):
    send_form(client, opened(client, "/contribute/?kind=missing_paper"), text="", identifier="pmid 87654321")
    assert content() == {"text": "", "identifier": "PMID 87654321"}


def test_missing_paper_without_anything_is_a_problem(client):
    response = send_form(client, opened(client, "/contribute/?kind=missing_paper"), text="")
    assert alert(response) == (
        "There is a problem Write the title of the paper here, or its number or link in the next box."
    )


def test_draft_is_nobodys_business(client):
    make_study(doi="10.1000/draft")
    send_form(client, opened(client, "/contribute/?kind=missing_paper"), text=TEXT, identifier="10.1000/draft")
    assert (stored().study, content()["identifier"]) == (None, "10.1000/draft")


@pytest.mark.parametrize(
    "named", ["http://testserver/evidence/{slug}/", "/evidence/{slug}/", "10.1000/abc", "PMID 12345678"]
)
def test_general_form_finds_the_study_that_is_named(client, study, named):
    named = named.format(slug=study.slug)
    send_form(client, opened(client, "/contribute/?kind=correction"), text=TEXT, identifier=named)
    assert stored().study == study


def test_title_instead_of_a_number_is_kept_as_typed(client, study):
    send_form(client, opened(client, "/contribute/?kind=correction"), text=TEXT, identifier="The pacing paper")
    assert (stored().study, content()["identifier"]) == (None, "The pacing paper")


@pytest.mark.parametrize("text", ["10.1000/Abc", "PMID 12", "PMC12", "12345678"])
def test_stored_identifier_is_recognised_again(text):
    written = naming.normalised(text)
    assert identifiers.recognise(written) == identifiers.recognise(text)
    assert naming.normalised(written) == written


# Spam: it adds up, it never refuses


def test_no_single_sign_is_enough_but_a_flood_without_proof():
    ordinary = spam.Signs("A message.", seconds=60)
    assert spam.score(ordinary) == 0
    assert spam.UNPROVEN == QUARANTINE_SCORE
    signs = [
        spam.Signs("A message.", seconds=60, trapped=True),
        spam.Signs("A message.", seconds=2),
        spam.Signs("A message.", seconds=None),
        spam.Signs("http://a.b " * 50, seconds=60),
        spam.Signs("A message.", seconds=60, repeated=True),
    ]
    assert [0 < spam.score(one) < QUARANTINE_SCORE for one in signs] == [True] * 5
    assert spam.score(spam.Signs("https://a.b and www.c.d", seconds=60)) == 0
    assert "A message" not in repr(ordinary)


def masked(response) -> str:
    """The page without what differs by chance."""
    return without_token(response).replace(words_of(response), "WORDS")


def test_quarantine_is_answered_with_the_same_page(client, study):
    path = f"/contribute/{study.slug}/"
    plain = send_form(client, opened(client, path), text=TEXT)
    quick = form_token.new(at=timezone.now() + timedelta(minutes=1))  # sent at once, however slow the machine is
    caught = client.post(path, {"text": TEXT + " Buy.", "form": quick, "homepage": "http://spam.example"})
    assert [one.state for one in Contribution.objects.order_by("pk")] == [State.RECEIVED, State.QUARANTINED]
    assert masked(plain) == masked(caught)
    (entry,) = messages.read(Contribution.objects.latest("pk"))
    assert entry.content == {"text": TEXT + " Buy."}


def test_same_text_again_and_again_adds(client, slowly):
    for _ in range(4):
        send_form(client, opened(client, "/contribute/?kind=other"), text="Please buy this very good thing now.")
    assert list(Contribution.objects.order_by("pk").values_list("spam_score", flat=True)) == [0, 0, 3, 3]


def test_value_that_is_not_ours_adds_and_is_replaced(client, slowly):
    response = client.post("/contribute/?kind=other", {"text": "", "form": "made up"})
    fresh = form_of(response).values["form"]
    assert form_token.read(fresh, at=timezone.now()).seconds == 0
    client.post("/contribute/?kind=other", {"text": TEXT, "form": "made up"})
    assert stored().spam_score == spam.QUICK


def test_form_value_knows_its_age_and_its_token():
    now = timezone.now()
    value = form_token.new(at=now - timedelta(seconds=90))
    read = form_token.read(value, at=now)
    assert (len(read.token), read.seconds, value.startswith(read.token)) == (32, 90, True)
    altered = form_token.read(value[:-1] + ("a" if value[-1] != "a" else "b"), at=now)
    assert (altered.token, altered.seconds) == (read.token, None)
    assert read.token not in repr(read)


# One form, one contribution; the receipt


def test_double_click_makes_one_contribution_and_one_receipt(client, study):
    form = opened(client, f"/contribute/{study.slug}/")
    first, second = send_form(client, form, text=TEXT), send_form(client, form, text=TEXT)
    assert words_of(first) == words_of(second)
    assert Contribution.objects.count() == 1


def test_receipt_stands_in_the_answer_itself_and_nowhere_else(client, study):
    """Addresses and headers are the same whatever the words are; single words may stand in one by chance."""
    responses = [
        send_form(client, opened(client, f"/contribute/{study.slug}/"), text=text) for text in (TEXT, f"{TEXT} Really.")
    ]
    assert len({words_of(response) for response in responses}) == 2
    for response in responses:
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
    first, second = (re.findall(r'(?:href|action|src)="([^"]*)"', response.content.decode()) for response in responses)
    assert first == second != []
    headers = [{**response.headers, "Content-Length": ""} for response in responses]
    assert headers[0] == headers[1]
    assert list(client.cookies) == ["csrftoken"]


def test_receipt_is_saved_as_a_file(client, study, settings):
    page = send_form(client, opened(client, f"/contribute/{study.slug}/"), text=TEXT)
    response = send_form(client, form_of(page, "/my-contribution/receipt/"))
    assert response["Content-Disposition"] == 'attachment; filename="study-atlas-receipt.txt"'
    lines = response.content.decode().splitlines()
    assert words_of(page) in lines
    assert f"{settings.ATLAS_URL}/my-contribution/" in lines
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("words", ["", "one two", "<script>alert(1)</script>", "a b c d e f"])
def test_file_holds_nothing_but_words_of_a_receipt(client, words):
    response = client.post("/my-contribution/receipt/", {"words": words})
    assert (response.status_code, response.content) == (400, b"These are not the six words of a receipt.\n")


def test_way_from_form_to_receipt_has_a_constant_number_of_queries(client, study, slowly):
    def whole_way() -> int:
        with CaptureQueriesContext(connection) as found:
            form = form_of(client.get(f"/contribute/{study.slug}/?field=key_point"))
            form.values["form"] = an_hour_old()
            page = send_form(client, form, text=TEXT, proposed="Other words", may_contact="on", contact="a@example.org")
            assert len(words_of(page).split()) == 6
        return len(found)

    whole_way()  # the day's key and the buckets are made once
    Bucket.objects.all().delete()
    first = whole_way()
    for number in range(20):
        received(study=study, content={"text": f"Message {number}"})
    Bucket.objects.all().delete()
    assert whole_way() == first
    assert first <= 70
