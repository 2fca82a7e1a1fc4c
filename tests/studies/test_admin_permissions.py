"""Who may do what (decisions of docs/moderators.md): every role on every address of the staff pages, read and posted to.

The addresses come from the admin itself, so a new page without a line in the table fails here.
"""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from studies import guides, ordering, proposals, publishing, syncing
from studies.models import CaseDefinition, Finding, GlossaryTerm, PossibleDuplicate, SourceQuery, Topic, Upload
from studies.vocabulary_desk import Source
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_arrival, make_study, make_user, published_study
from tests.studies.test_guides import make_guide, publish

pytestmark = pytest.mark.django_db
ROLES = ("triage", "moderator", "editor", "lead")
READ = {"moderator", "editor", "lead"}
WRITE = {"editor", "lead"}
WORDS = {
    f"{model}_{page}": roles
    for model in ("casedefinition", "topic", "glossaryterm")
    for page, roles in {"changelist": WRITE, "add": WRITE, "change": WRITE, "history": WRITE, "delete": set()}.items()
}
# Address: the roles that get in. Nobody deletes, and nobody adds what is made by other means.
TABLE = {
    "study_changelist": READ,
    "study_change": READ,
    "study_history": READ,
    "study_add": WRITE,
    "study_add_by_hand": WRITE,
    "study_drafts": READ,
    "study_delete": set(),
    "study_submit": WRITE,
    "study_publish": READ,
    "study_send_back": READ,
    "study_order": READ,
    "study_cancel_order": READ,
    "study_propose": READ,
    "study_withdraw": {"lead"},
    "study_restore": {"lead"},
    "study_merge": {"lead"},
    "study_rename": {"lead"},
    "proposal_changelist": READ,
    "proposal_change": READ,
    "proposal_history": READ,
    "proposal_add": set(),
    "proposal_delete": set(),
    "proposal_apply": READ,
    "proposal_refuse": READ,
    "proposal_recall": READ,
    "revision_changelist": READ,
    "revision_change": READ,
    "revision_history": READ,
    "revision_add": set(),
    "revision_delete": set(),
    "revision_revert": READ,
    "revision_redact": {"lead"},
    "casedefinition_pem": {"lead"},
    "publishingorder_changelist": READ,
    "publishingorder_change": READ,
    "publishingorder_history": READ,
    "publishingorder_add": set(),
    "publishingorder_delete": set(),
    "upload_changelist": WRITE,
    "upload_change": WRITE,
    "upload_history": WRITE,
    "upload_add": WRITE,
    "upload_delete": set(),
    "upload_confirm": WRITE,
    "upload_discard": WRITE,
    "finding_changelist": READ,
    "finding_change": READ,
    "finding_history": READ,
    "finding_add": set(),
    "finding_delete": set(),
    "finding_propose": READ,
    "finding_dismiss": READ,
    "possibleduplicate_changelist": READ,
    "possibleduplicate_change": READ,
    "possibleduplicate_history": READ,
    "possibleduplicate_add": set(),
    "possibleduplicate_delete": set(),
    "possibleduplicate_join": WRITE,
    "possibleduplicate_different": WRITE,
    "arrival_changelist": WRITE,
    "arrival_change": WRITE,
    "arrival_history": WRITE,
    "arrival_add": set(),
    "arrival_delete": set(),
    "arrival_take": WRITE,
    "arrival_set_aside": WRITE,
    "arrival_duplicate": WRITE,
    "arrival_bring_back": WRITE,
    "sourcequery_changelist": WRITE,
    "sourcequery_change": WRITE,
    "sourcequery_history": WRITE,
    "sourcequery_add": {"lead"},
    "sourcequery_delete": set(),
    "sourcequery_activate": {"lead"},
    "syncrun_changelist": WRITE,
    "syncrun_change": WRITE,
    "syncrun_history": WRITE,
    "syncrun_add": set(),
    "syncrun_delete": set(),
    "guide_changelist": READ,
    "guide_change": READ,
    "guide_history": READ,
    "guide_add": WRITE,
    "guide_delete": set(),
    "guide_submit": READ,
    "guide_publish": READ,
    "guide_send_back": READ,
    "guide_withdraw": {"lead"},
    "guide_restore": {"lead"},
    **WORDS,
}


# Addresses that only take a form.
POSTED = (
    "proposal_apply", "proposal_refuse", "proposal_recall", "upload_confirm", "upload_discard",
    "arrival_take", "arrival_set_aside", "arrival_duplicate", "arrival_bring_back",
)  # fmt: skip


def addresses():
    """Every named address of the admin about a model of the record, without the prefix "studies_"."""
    models = [model for model in admin.site._registry if model._meta.app_label == "studies"]
    patterns = [pattern for model in models for pattern in admin.site._registry[model].get_urls()]
    return {pattern.name.removeprefix("studies_") for pattern in patterns if pattern.name}


@pytest.fixture
def world():
    """Something in every state, so that each address has an object on which it would act."""
    proposer = make_user("editor")
    published = published_study(**TEXTS, **CODED, patients=50)
    review = make_study()
    publishing.submit(study=review, by=proposer)
    gone = published_study()
    leads = make_user("lead"), make_user("lead")
    out = publishing.withdraw(study=gone, reason="other", note="Out.", by=leads[0])
    proposals.apply(proposal=out, digest=out.digest, edition=out.edition, by=leads[1])
    change = {"study": published, "reason": "correction", "note": "x", "by": proposer}
    first = proposals.propose(**change, values={"controls": 9})
    proposals.apply(proposal=first, digest=first.digest, edition=first.edition, by=leads[0])
    order = an_order(proposer, leads[0])
    return {
        "study": {"": make_study(), "publish": review, "send_back": review, "order": review, "restore": gone}
        | {"cancel_order": order.study}
        | dict.fromkeys(("propose", "withdraw", "merge", "rename"), published),
        "proposal": {"": proposals.propose(**change, values={"patients": 40})},
        "revision": {"": published.revisions.get(number=2)},
        "casedefinition": {"": CaseDefinition.objects.get(slug="fukuda-1994")},
        "topic": {"": Topic.objects.first()},
        "guide": guides_in_every_state(proposer),
        "finding": {"": a_finding(published)},
        "possibleduplicate": {"": a_pair()},
        "upload": {"": an_upload(proposer)},
        "arrival": {"": make_arrival(), "bring_back": make_arrival(state="out_of_scope", reason="other")},
        "sourcequery": {
            "": SourceQuery.objects.get(source="pubmed"),
            "activate": SourceQuery.objects.get(source="crossref", version=1),
        },
        "syncrun": {"": syncing.begin(source=Source.PUBMED, at=timezone.now())},
        "publishingorder": {"": order},
        "glossaryterm": {"": GlossaryTerm.objects.first()},
    }


def an_order(drafter, approver):
    study = make_study()
    digest = publishing.submit(study=study, by=drafter)
    later = timezone.now() + timedelta(days=1)
    return ordering.order(study=study, digest=digest, publish_at=later, by=approver)


def an_upload(editor):
    told = {
        "name": "a.ris",
        "format": "ris",
        "size": 1,
        "content": b"x",
        "report": {"read": 0, "created": 0, "updated": 0},
    }
    return Upload.objects.create(sent_by=editor, sent_at=timezone.now(), **told)


def a_finding(study):
    now = timezone.now()
    told = {"source": "pubmed", "kind": "differs", "field": "journal", "theirs": {"journal": "Another Journal"}}
    return Finding.objects.create(study=study, found_at=now, seen_at=now, **told)


def a_pair():
    one, other = make_study(), make_study()
    return PossibleDuplicate.objects.create(one=one, other=other, score=50, found_at=timezone.now())


def guides_in_every_state(writer):
    draft, review, public, gone = (make_guide(slug=f"guide-{number}") for number in range(4))
    guides.submit(guide=review, by=writer)
    publish(public)
    publish(gone)
    guides.withdraw(guide=gone, by=make_user("lead"))
    return {"": draft, "publish": review, "send_back": review, "withdraw": public, "restore": gone}


def target(world, name):
    model, _, page = name.partition("_")
    subject = world[model].get(page) or world[model][""]
    without = page in ("changelist", "add", "add_by_hand", "drafts")
    return reverse(f"admin:studies_{name}", args=[] if without else [subject.pk]), subject


def payload(subject):
    """What every form of the admin asks for, right digest included."""
    digest = getattr(subject, "submitted_digest", "") or getattr(subject, "digest", "")
    return {
        "digest": digest, "edition": 1, "version": 0, "base": 1,
        "save": "1", "_save": "1", "post": "yes", "note": "Written by a stranger.",
        "reason": "other", "slug": "taken-over", "pem": "required", "title": "Taken over", "patients": "1",
        "field": "title", "label": "Taken over", "term": "Taken over", "name": "Taken over",
    }  # fmt: skip


def everything():
    """All rows of the record and the log, to see that nothing was written."""
    models = [*apps.get_app_config("studies").get_models(), LogEntry]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_every_address_has_its_line_in_the_table():
    assert addresses() == set(TABLE)


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_who_has_no_right_gets_403_and_writes_nothing(client, world, role):
    sign_in(client, make_user(role))
    before = everything()
    for name in sorted(name for name, roles in TABLE.items() if role not in roles):
        address, subject = target(world, name)
        assert client.post(address, payload(subject)).status_code == 403, name
        expected = 405 if name in POSTED else 403
        assert client.get(address).status_code == expected, name
    assert everything() == before


@pytest.mark.parametrize("role", ROLES)
def test_who_has_the_right_gets_in_and_reading_writes_nothing(client, world, role):
    sign_in(client, make_user(role))
    before = everything()
    for name in sorted(name for name, roles in TABLE.items() if role in roles):
        address, _ = target(world, name)
        expected = 405 if name in POSTED else 200
        assert client.get(address).status_code == expected, name
    assert everything() == before


def test_strangers_are_sent_to_the_login(client, world):
    before = everything()
    for name in TABLE:
        address, subject = target(world, name)
        answer, posted = client.get(address), client.post(address, payload(subject))
        assert answer.headers["Location"].startswith("/admin/login/"), name
        if posted.status_code == 403:  # what has a text in it is given back, beside the way to sign in
            assert "<h1>Your text was not sent, but it is not lost</h1>" in posted.content.decode(), name
        else:
            assert posted.headers["Location"].startswith("/admin/login/"), name
    assert everything() == before


@pytest.mark.parametrize("role", ["triage", "moderator", "editor"])
def test_who_does_not_administer_people_sees_no_accounts(client, role):
    sign_in(client, make_user(role))
    assert [client.get(f"/admin/auth/{each}/").status_code for each in ("user", "group")] == [403, 403]


def test_lead_sees_accounts_but_does_not_change_them(client):
    other = make_user("editor")
    sign_in(client, make_user("lead"))
    address = reverse("admin:auth_user_change", args=[other.pk])
    assert (client.get(address).status_code, client.post(address, {"username": "x"}).status_code) == (200, 403)


def test_daily_work_needs_no_superuser():
    """The lead role alone reaches every address that anybody reaches."""
    assert set().union(*TABLE.values()) == READ
    assert {name for name, roles in TABLE.items() if roles and "lead" not in roles} == set()


def test_unknown_number_is_not_found(client):
    sign_in(client, make_user("lead"))
    for name in ("study_publish", "study_propose", "proposal_change", "revision_change", "casedefinition_pem"):
        assert client.get(reverse(f"admin:studies_{name}", args=[987654])).status_code == 404, name
        assert client.get(reverse(f"admin:studies_{name}", args=["nonsense"])).status_code == 404, name


@pytest.mark.parametrize("role", sorted(READ))  # the workers of a parallel run must see one order
def test_moderator_does_not_edit_drafts_nor_others_proposals(client, world, role):
    """Reading a draft is for all who publish; editing it is for editors and leads."""
    sign_in(client, make_user(role))
    address, _ = target(world, "study_change")
    assert ('name="title"' in client.get(address).content.decode()) == (role in WRITE)
