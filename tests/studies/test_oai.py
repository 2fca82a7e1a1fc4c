"""OAI-PMH as the protocol has it: verbs, errors, headers, sets, the range of time. Every answer is checked by the schemas."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from atlas_site import checks
from studies import proposals, publishing
from studies.models import CaseDefinition, Revision, Study, Topic
from studies.oai import identity, moments, questions
from studies.vocabulary import Pem
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.harvesting import N, ask, checked, error, headers, numbers

pytestmark = pytest.mark.django_db
DC = {"metadataPrefix": "oai_dc"}


def identifier(study):
    return f"oai:testserver:study-{study.pk}"


def carry_out(proposal):
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=make_user("moderator"))


def withdraw(study):
    carry_out(publishing.withdraw(study=study, reason="out_of_scope", note="Out of scope.", by=make_user("lead")))


def at(study, moment):
    """Set back the time of a study's last public change."""
    Study.objects.filter(pk=study.pk).update(changed_at=moment)


# --- The question -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=", "badVerb"),
        ("verb=Identity", "badVerb"),
        ("verb=identify", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&verb=ListSets", "badVerb"),
        ("verb=Identify&set=pem", "badArgument"),
        ("verb=Identify&until=", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListIdentifiers&from=2026-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&page=2", "badArgument"),
        ("verb=ListRecords&metadataPrefix=", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai%20dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=topic:", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a%20b", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=junk", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=2026-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-1-1", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01%0A", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=0000-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00.0Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T25:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-02T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01", "badArgument"),
        ("verb=ListRecords&resumptionToken=junk&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&resumptionToken=junk&until=2026-01-01", "badArgument"),
        ("verb=ListRecords&resumptionToken=a&resumptionToken=b", "badArgument"),
        ("verb=ListMetadataFormats&resumptionToken=a", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        ("verb=GetRecord&identifier=oai:testserver:study-1", "badArgument"),
        ("verb=GetRecord&identifier=&metadataPrefix=oai_dc", "badArgument"),
        ("verb=GetRecord&identifier=a%00b&metadataPrefix=oai_dc", "badArgument"),
    ],
)
def test_question_that_cannot_be_read_is_refused_and_not_repeated(client, query, code):
    tree = checked(client.get(f"/oai/?{query}"))
    assert error(tree) == code
    assert dict(tree.find("o:request", N).attrib) == {}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
        ("verb=ListIdentifiers&metadataPrefix=marc21", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=topic:nothing", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=definition:nothing", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=pem:nothing", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=nothing", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=topic:a:b", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=junk%01%20%26%3C%22", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=junk", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:testserver:study-999999", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=invalid%22id", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:testserver:study-", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:testserver:study-99999999999999999999", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=oai:elsewhere.example:study-1", "idDoesNotExist"),
    ],
)
def test_question_without_an_answer_is_refused_and_repeated(client, query, code):
    tree = checked(client.get(f"/oai/?{query}"))
    assert error(tree) == code
    assert tree.find("o:request", N).get("verb") == query.partition("&")[0].removeprefix("verb=")


class Anything(TestCase):
    """Whatever is sent, the answer fits the schemas."""

    @given(
        st.dictionaries(
            st.sampled_from(["verb", "identifier", "metadataPrefix", "set", "from", "until", "resumptionToken", "x"]),
            st.lists(st.text(max_size=12) | st.sampled_from([*questions.VERBS, "oai_dc", "2026-01-01"]), max_size=2),
        )
    )
    def test_anything_asked_is_answered_within_the_protocol(self, values):
        checked(self.client.get("/oai/", values))


def test_post_answers_as_get_does(client):
    study = published_study()
    by_get, by_post = (ask(client, "ListIdentifiers", post=post, **DC) for post in (False, True))
    assert headers(by_get) == headers(by_post) == [(identifier(study), False)]
    assert dict(by_post.find("o:request", N).attrib) == {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"}


def test_post_needs_no_protection_against_forgery_and_leaves_no_cookie():
    client = Client(enforce_csrf_checks=True)
    response = client.post("/oai/", "verb=Identify", content_type="application/x-www-form-urlencoded")
    assert checked(response).findtext("o:Identify/o:protocolVersion", namespaces=N) == "2.0"
    assert dict(response.cookies) == {}


def test_post_wants_its_arguments_in_the_body(client):
    form = "application/x-www-form-urlencoded"
    for given_ in ({"data": '{"verb":"Identify"}', "content_type": "application/json"}, {"data": {"verb": "Identify"}}):
        assert error(checked(client.post("/oai/", **given_))) == "badArgument"
    assert error(checked(client.post("/oai/?verb=Identify", "verb=Identify", content_type=form))) == "badArgument"


def test_other_methods_are_refused(client):
    assert client.put("/oai/").status_code == client.delete("/oai/").status_code == 405


# --- Who we are ---------------------------------------------------------------------------------------------------


def test_identify_says_what_harvesters_have_to_know(client, settings):
    settings.ATLAS_CONTACT = "data@atlas.example"
    studies = [published_study(), published_study()]
    first = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    tree = ask(client, "Identify")
    said = {node.tag.partition("}")[2]: node.text for node in tree.find("o:Identify", N)}
    earliest = min(Revision.objects.values_list("made_at", flat=True))
    assert said == {
        "repositoryName": "ME/CFS Study Atlas",
        "baseURL": f"{settings.ATLAS_URL}/oai/",
        "protocolVersion": "2.0",
        "adminEmail": "data@atlas.example",
        "earliestDatestamp": earliest.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
    }
    assert all(study.changed_at >= earliest > first for study in studies)


def test_identify_of_an_empty_atlas_promises_nothing_it_could_break(client):
    assert ask(client, "Identify").findtext("o:Identify/o:earliestDatestamp", namespaces=N) == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize("contact", ["", "somebody@localhost"])
def test_identify_without_a_contact_gives_an_address_that_says_so(client, settings, contact):
    settings.ATLAS_CONTACT = contact
    mail = ask(client, "Identify").findtext("o:Identify/o:adminEmail", namespaces=N)
    assert mail == "no-contact-is-set@atlas.invalid"
    assert [found.id for found in checks.check_contact(None)] == ["atlas.W001"]


def test_check_is_content_with_a_contact(settings):
    settings.ATLAS_CONTACT = "data@atlas.example"
    assert checks.check_contact(None) == []


def test_identifier_has_the_host_without_port_and_survives_a_new_address(client, settings):
    settings.ATLAS_URL = "https://Atlas.Example:8443"
    study = published_study()
    publishing.rename(study=study, slug="another-address", note="A typing error.", by=make_user("lead"))
    (header,) = headers(ask(client, "ListIdentifiers", **DC))
    assert header == (f"oai:atlas.example:study-{study.pk}", False)
    assert identity.study_in(header[0]) == study.pk


# --- Formats and records ------------------------------------------------------------------------------------------


def test_formats_are_dublin_core_and_mods(client):
    study = published_study()
    for asked in ({}, {"identifier": identifier(study)}):
        tree = ask(client, "ListMetadataFormats", **asked)
        found = [node.text for node in tree.iterfind("*/o:metadataFormat/o:metadataPrefix", N)]
        assert found == ["oai_dc", "mods"]


def test_record_in_dublin_core_keeps_the_limits_beside_the_finding(client):
    study = published_study(
        **TEXTS,
        **CODED,
        title="Blood in ME/CFS & <more>",
        authors=["Müller, Ann"],
        journal="Journal of Tests",
        doi="10.1000/blood",
        topics=["sleep"],
        retraction_status="retracted",
        retraction_notice_doi="10.1000/notice",
        abstract="An abstract that stays here.",
    )
    tree = ask(client, "GetRecord", identifier=identifier(study), **DC)
    fields = {}
    for node in tree.find("*//{*}dc"):
        fields.setdefault(node.tag.partition("}")[2], []).append(node.text)
    address = f"http://testserver/evidence/{study.slug}/"
    assert fields["title"] == ["Entry about: RETRACTED: Blood in ME/CFS & <more>"]
    assert fields["creator"] == fields["publisher"] == ["ME/CFS Study Atlas"]
    (description,) = fields["description"]
    assert description == (
        "RETRACTED: In this small study it did, but nobody has repeated it. PEM not required. "
        "Retraction notice: https://doi.org/10.1000/notice. "
        "Main limit: It does not show what causes the illness. Version 1 of the entry."
    )
    assert (fields["identifier"], fields["type"]) == ([address], ["Text"])
    assert fields["relation"] == ["https://doi.org/10.1000/blood"]
    assert fields["source"][0].startswith("RETRACTED: Müller A. Blood in ME/CFS & <more>. Journal of Tests.")
    assert fields["source"][1] == "https://doi.org/10.1000/blood"
    definition = CaseDefinition.objects.get(slug="fukuda-1994")
    assert fields["subject"] == [Topic.objects.get(slug="sleep").label, definition.name, "PEM not required"]
    assert [right.rpartition(" ")[2] for right in fields["rights"]] == [
        "https://creativecommons.org/licenses/by/4.0/",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ]


def test_record_in_mods_is_of_the_paper(client):
    study = published_study(**TEXTS, **CODED, authors=["Müller, Ann", {"collective": "A & B"}], doi="10.1000/blood")
    tree = ask(client, "GetRecord", identifier=identifier(study), metadataPrefix="mods")
    assert [node.text for node in tree.iterfind("*//m:mods/m:name/m:namePart", N)] == ["Müller", "Ann", "A & B"]
    assert tree.findtext("*//m:mods/m:note[@type='main limitation']", namespaces=N) == TEXTS["main_limitation"]


@pytest.mark.parametrize("prefix", ["oai_dc", "mods"])
def test_no_record_holds_an_abstract_or_a_note_of_the_staff(client, prefix):
    study = published_study(**TEXTS, **CODED, abstract="Zyxwvut stays.", editor_notes="Qponmlk stays.")
    page = client.get("/oai/", {"verb": "ListRecords", "metadataPrefix": prefix}).content.decode()
    assert f"study-{study.pk}<" in page
    assert ("Zyxwvut" in page, "Qponmlk" in page) == (False, False)


def test_draft_is_nowhere(client):
    draft = make_study()
    assert error(ask(client, "ListIdentifiers", **DC)) == "noRecordsMatch"
    assert error(ask(client, "GetRecord", identifier=identifier(draft), **DC)) == "idDoesNotExist"
    assert error(ask(client, "ListMetadataFormats", identifier=identifier(draft))) == "idDoesNotExist"


def test_get_record_of_an_unknown_format(client):
    study = published_study()
    asked = ask(client, "GetRecord", identifier=identifier(study), metadataPrefix="marc21")
    assert error(asked) == "cannotDisseminateFormat"


# --- Deletions ----------------------------------------------------------------------------------------------------


def test_withdrawn_study_is_a_deleted_header_with_the_time_of_its_withdrawal(client):
    study = published_study(**TEXTS, **CODED, topics=["sleep"])
    withdraw(study)
    study.refresh_from_db()
    for asked in (
        ask(client, "GetRecord", identifier=identifier(study), **DC),
        ask(client, "ListRecords", set="topic:sleep", **DC),
        ask(client, "ListIdentifiers", set="pem:not_required", **DC),
    ):
        (header,) = asked.iter("{*}header")
        assert (header.get("status"), asked.findall("*//o:metadata", N)) == ("deleted", [])
        assert header.findtext("o:datestamp", namespaces=N) == moments.written(study.revisions.get(number=2).made_at)
        assert [node.text for node in header.iterfind("o:setSpec", N)] == [
            "topic:sleep",
            "definition:fukuda-1994",
            "pem:not_required",
        ]
    assert error(ask(client, "ListMetadataFormats", identifier=identifier(study))) == "noMetadataFormats"


def test_merged_study_is_deleted_and_its_target_is_not(client):
    gone, stays = published_study(), published_study()
    carry_out(publishing.merge(source=gone, target=stays, note="The same paper.", by=make_user("lead")))
    assert sorted(headers(ask(client, "ListRecords", **DC))) == sorted(
        [(identifier(gone), True), (identifier(stays), False)]
    )


def test_study_that_is_published_again_is_a_record_again(client):
    study = published_study()
    withdraw(study)
    carry_out(publishing.restore(study=study, reason="correction", note="It is.", by=make_user("lead")))
    assert headers(ask(client, "ListIdentifiers", **DC)) == [(identifier(study), False)]


# --- Sets ---------------------------------------------------------------------------------------------------------


def test_sets_are_all_topics_definitions_and_badges(client):
    tree = ask(client, "ListSets")
    specs = [node.text for node in tree.iterfind("*/o:set/o:setSpec", N)]
    assert specs == [
        "topic",
        *(f"topic:{slug}" for slug in Topic.objects.values_list("slug", flat=True)),
        "definition",
        *(f"definition:{slug}" for slug in CaseDefinition.objects.values_list("slug", flat=True)),
        "pem",
        *(f"pem:{value}" for value in Pem.values),
    ]
    assert len(specs) > 60


def test_set_holds_the_studies_whose_headers_name_it(client):
    coded = published_study(**TEXTS, **CODED, topics=["sleep", "immunology"])
    mentioned = published_study(
        design="case_control", topics=["sleep"], definitions=[{"definition": "fukuda-1994", "role": "mentioned"}]
    )
    bare = published_study()
    members = {
        "topic": [coded, mentioned],
        "topic:sleep": [coded, mentioned],
        "topic:immunology": [coded],
        "definition": [coded],
        "definition:fukuda-1994": [coded],
        "pem": [coded, mentioned, bare],
        "pem:not_required": [coded],
        "pem:not_coded": [bare],
    }
    for spec, studies in members.items():
        tree = ask(client, "ListRecords", set=spec, **DC)
        assert (spec, numbers(tree)) == (spec, [study.pk for study in studies])
        for header in tree.iter("{*}header"):
            named = [node.text for node in header.iterfind("o:setSpec", N)]
            assert [each for each in named if each == spec or each.startswith(f"{spec}:")] != []


# --- The range of time --------------------------------------------------------------------------------------------


def test_range_of_time_holds_both_its_ends(client):
    moment = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    studies = [published_study() for _ in range(3)]
    for days, study in enumerate(studies):
        at(study, moment + timedelta(days=days))
    first, second, third = (study.pk for study in studies)

    def found(**asked):
        tree = ask(client, "ListIdentifiers", **DC, **asked)
        return error(tree) if tree.find("o:error", N) is not None else numbers(tree)

    assert found(from_="2026-03-05T05:06:07Z") == [second, third]
    assert found(from_="2026-03-05T05:06:08Z") == [third]
    assert found(until="2026-03-05T05:06:07Z") == [first, second]
    assert found(until="2026-03-05T05:06:06Z") == [first]
    assert found(from_="2026-03-05", until="2026-03-05") == [second]
    assert found(from_="2026-03-04", until="2026-03-06") == [first, second, third]
    assert found(from_="2026-03-05T05:06:07Z", until="2026-03-05T05:06:07Z") == [second]
    assert found(until="2026-03-03") == "noRecordsMatch"
    assert found(from_="2026-03-07") == "noRecordsMatch"
    assert found(from_="0001-01-01", until="9999-12-31") == [first, second, third]
    assert found(until="9999-12-31T23:59:59Z") == [first, second, third]


def test_datestamp_moves_with_a_change_that_readers_see(client):
    study = published_study()
    old = moments.written(study.changed_at)
    at(study, study.changed_at - timedelta(days=2))
    editor = make_user("editor")
    proposal = proposals.propose(
        study=study, values={"title": "Better"}, reason="correction", note="A slip.", by=editor
    )
    carry_out(proposal)
    header = ask(client, "GetRecord", identifier=identifier(study), **DC).find("*//o:header", N)
    assert header.findtext("o:datestamp", namespaces=N) >= old


# --- How it is delivered ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "prefix"), [("ListRecords", "oai_dc"), ("ListRecords", "mods"), ("ListIdentifiers", "oai_dc")]
)
def test_page_asks_as_often_for_one_study_as_for_thirty(client, verb, prefix):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            ask(client, verb, metadataPrefix=prefix)
        return len(captured)

    published_study(**TEXTS, **CODED, topics=["sleep"], authors=["Adams, Ann"])
    few = queries()
    for number in range(29):
        study = published_study(**(TEXTS | CODED if number % 2 else {}), topics=["sleep"], authors=["Adams, Ann"])
        if number % 10 == 0:
            withdraw(study)
    assert queries() == few <= 8


def test_answer_may_be_kept_and_is_not_sent_twice(client):
    study = published_study()
    address = "/oai/?verb=ListIdentifiers&metadataPrefix=oai_dc"
    first = client.get(address)
    assert (first["Cache-Control"], dict(first.cookies)) == ("public, max-age=60", {})
    assert "Cookie" not in first.get("Vary", "")
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    withdraw(study)
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_head_has_the_headers_alone(client):
    head = client.head("/oai/?verb=Identify")
    assert (head.status_code, head.content, head["Content-Type"]) == (200, b"", "text/xml; charset=utf-8")


def test_language_of_the_reader_changes_nothing(client):
    published_study()
    first, second = (
        client.get("/oai/?verb=ListRecords&metadataPrefix=oai_dc", headers={"accept-language": language}).content
        for language in ("en", "de")
    )
    assert first.partition(b"<ListRecords")[2] == second.partition(b"<ListRecords")[2] != b""
