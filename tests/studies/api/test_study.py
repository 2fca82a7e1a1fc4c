"""One study, wherever it went, and its history."""

from datetime import date

import pytest

from studies import proposals, publishing, renaming
from studies.models import RevisionValue, Study, StudyLink
from tests.studies.api.asking import ask, document, faults
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.pages import change

pytestmark = pytest.mark.django_db
LIMIT = "It shows nothing of women, who were left out."


@pytest.fixture
def study() -> Study:
    """Version 1 as it was first published, 2 with another limit, 3 with the number of patients."""
    study = published_study(**TEXTS, **CODED, doi="10.1000/abc.1", pmid="12345678", slug="adams-2024-blood-test")
    change(study, main_limitation=LIMIT)
    change(study, patients=40)
    return study


def decide(proposal):
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=make_user("lead"))


def checked(path, status=200):
    """An answer of this status in which everything is as the document says."""
    answer = ask(path)
    assert (answer.status, faults(document(), path, answer)) == (status, [])
    return answer


def test_study_comes_with_definitions_quotes_and_links(study):
    other = published_study(title="Another study")
    draft = make_study()
    study.definitions.update(quote="All met the 1994 criteria.", locator="methods")
    StudyLink.objects.create(source=other, target=study, type="replicates")
    StudyLink.objects.create(source=study, target=draft, type="comments_on")
    change(study, controls=20)
    told = checked(f"studies/{study.slug}")["study"]
    assert (told["slug"], told["title"], told["version"]) == (study.slug, study.title, 4)
    assert [(each["slug"], each["role"], each["quote"], each["found_in"]) for each in told["definitions"]] == [
        ("fukuda-1994", "inclusion", "All met the 1994 criteria.", "methods")
    ]
    assert [(each["label"], each["slug"], each["pem"]) for each in told["links"]] == [
        ("replicated by", other.slug, "not_coded")
    ]
    assert (told["pem"]["value"], told["pem"]["label"], told["pem"]["rule"]) == (
        "not_required", "PEM not required", study.pem_rule,
    )  # fmt: skip
    assert (told["key_point"], told["main_limitation"]) == (TEXTS["key_point"], LIMIT)
    assert told["texts"]["summary"]["text"] == TEXTS["summary"]


def test_members_are_given_by_choice_and_never_without_the_limits(study):
    told = checked(f"studies/{study.slug}?fields=key_point")["study"]
    assert list(told) == ["slug", "sample", "retraction", "flags", "pem", "key_point", "main_limitation"]


@pytest.mark.parametrize(
    "id_", ["10.1000/abc.1", "https://doi.org/10.1000/ABC.1", "doi:10.1000%2Fabc.1", "pmid:12345678", "PMID 12345678"]
)
def test_study_is_found_by_its_identifiers(study, id_):
    answer = checked(f"lookup?id={id_}&fields=identifiers")
    assert answer["study"]["identifiers"]["doi"] == "10.1000/abc.1"
    assert answer.headers["Content-Location"] == f"http://testserver/api/v1/studies/{study.slug}"


def test_withdrawn_study_leaves_a_tombstone_and_its_history(study):
    decide(publishing.withdraw(study=study, reason="other", note="It is another paper.", by=make_user("lead")))
    answer = checked(f"studies/{study.slug}", 410)
    study.refresh_from_db()
    assert answer["type"].endswith("#problem-withdrawn")
    assert answer["study"] == {
        "slug": study.slug,
        "withdrawn_at": f"{study.changed_at:%Y-%m-%dT%H:%M:%SZ}",
        "reason": study.withdrawal_reason,
        "revisions": f"http://testserver/api/v1/studies/{study.slug}/revisions",
    }
    assert checked(f"studies/{study.slug}/revisions")["study"]["state"] == "withdrawn"
    assert checked(f"studies/{study.slug}/revisions/1")["values"]["key_point"] == TEXTS["key_point"]
    assert ask("lookup?id=10.1000/abc.1").status == 404
    assert ask("studies?q=blood")["total"] == 0


def test_merged_study_leads_to_the_one_that_stays(study):
    kept = published_study(title="The study that stays")
    decide(publishing.merge(source=study, target=kept, note="The same paper.", by=make_user("lead")))
    answer = ask(f"studies/{study.slug}?fields=title")
    assert (answer.status, answer.headers["Location"]) == (
        301,
        f"http://testserver/api/v1/studies/{kept.slug}?fields=title",
    )
    assert checked(f"studies/{study.slug}/revisions")["revisions"][0]["kind"]["value"] == "merge"


@pytest.mark.parametrize("rest", ["", "/revisions", "/revisions/2", "/differences/1/2"])
def test_old_address_leads_to_the_new_one(study, rest):
    old = study.slug
    renaming.rename(study=study, slug="adams-2024-new-name", note="A slip.", by=make_user("lead"))
    answer = ask(f"studies/{old}{rest}")
    assert (answer.status, answer.headers["Location"]) == (
        301,
        f"http://testserver/api/v1/studies/adams-2024-new-name{rest}",
    )
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize("rest", ["", "/revisions", "/revisions/1"])
def test_drafts_are_not_there(rest):
    assert ask(f"studies/{make_study().slug}{rest}").status == 404


def test_revisions_come_newest_first_in_pages(study):
    first = checked(f"studies/{study.slug}/revisions?limit=2")
    assert [(each["number"], each["fields"]) for each in first["revisions"]] == [
        (3, ["patients"]),
        (2, ["main_limitation"]),
    ]
    second = checked(first["next"].partition("/api/v1/")[2])
    assert ([each["number"] for each in second["revisions"]], second["next"]) == ([1], None)
    newest, before = first["revisions"]
    assert newest["previous_hash"] == before["hash"]
    assert newest["hash"] == first["atlas"]["newest_hash"]
    assert (newest["approver_role"], newest["second_role"], newest["note"]) == ("editor", None, "The paper says so.")


def test_version_has_the_values_of_its_time_and_the_limits_of_now(study):
    change(study, retraction_status="retracted")
    answer = checked(f"studies/{study.slug}/revisions/1")
    assert answer["values"]["main_limitation"] == TEXTS["main_limitation"]
    assert answer["values"]["retraction_status"] == "none"
    assert (answer["study"]["main_limitation"], answer["study"]["retraction"]["status"]) == (LIMIT, "retracted")
    assert (answer["revision"]["number"], answer["removed"]) == (1, {})


def test_differences_are_told_field_by_field(study):
    answer = checked(f"studies/{study.slug}/differences/1/3")
    assert [(each["field"], each["old"], each["new"]) for each in answer["fields"]] == [
        ("patients", None, 40),
        ("main_limitation", TEXTS["main_limitation"], LIMIT),
    ]
    pieces = answer["fields"][1]["pieces"]
    assert "".join(each["text"] for each in pieces if each["kind"] != "removed") == LIMIT
    assert checked(f"studies/{study.slug}/differences/3/3")["fields"] == []
    assert checked(f"studies/{study.slug}/differences/3/1")["fields"][0]["old"] == 40


@pytest.mark.parametrize(
    "rest", ["revisions/0", "revisions/4", "differences/0/1", "differences/1/4", "differences/1/x"]
)
def test_versions_that_do_not_exist_are_not_found(study, rest):
    assert ask(f"studies/{study.slug}/{rest}").status == 404


def test_removed_value_is_given_nowhere(study):
    RevisionValue.objects.filter(revision__study=study, revision__number=2, field="main_limitation").update(
        value=None, salt=None, redacted_on=date(2026, 5, 3), redaction_reason="It named a private person"
    )
    sentence = "Removed on 3 May 2026. Reason: It named a private person."
    version = checked(f"studies/{study.slug}/revisions/2")
    assert version["removed"] == {"main_limitation": sentence}
    assert "main_limitation" not in version["values"]
    (field,) = checked(f"studies/{study.slug}/differences/1/2")["fields"]
    assert (field["old"], field["new"]) == (TEXTS["main_limitation"], {"removed": sentence})
    assert LIMIT not in str(version["values"]) + str(field)


def test_changes_can_be_followed_from_the_first_to_the_last(study):
    other = published_study()
    first = checked("changes?limit=3")
    assert [(each["study"]["slug"], each["revision"]["number"]) for each in first["changes"]] == [
        (study.slug, 1), (study.slug, 2), (study.slug, 3),
    ]  # fmt: skip
    assert (first["more"], first.headers["Link"]) == (True, f'<{first["next"]}>; rel="next"')
    second = checked(first["next"].partition("/api/v1/")[2])
    assert ([each["study"]["slug"] for each in second["changes"]], second["more"]) == ([other.slug], False)
    nothing = checked(second["next"].partition("/api/v1/")[2])
    assert (nothing["changes"], nothing["next_since"]) == ([], second["next_since"])
    change(other, controls=3)
    assert [each["revision"]["fields"] for each in checked(nothing["next"].partition("/api/v1/")[2])["changes"]] == [
        ["controls"]
    ]
    assert checked("meta")["revisions"] == 5


def test_shelves_count_their_studies(study):
    shelf = {each["slug"]: each["studies"] for each in checked("definitions")["definitions"]}
    assert (shelf["fukuda-1994"], shelf["ccc-2003"]) == (1, 0)
    assert checked("definitions/fukuda-1994")["definition"]["studies"] == 1
    topic = checked("topics")["topics"][0]
    assert checked(f"topics/{topic['slug']}")["topic"] == topic
    assert {checked("meta")[name] for name in ("studies", "api")} == {1, "1"}
