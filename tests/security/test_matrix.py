"""The privilege matrix: every named address of the site, for everybody, read and posted to."""

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import get_resolver, reverse

from atlas_site.models import StaffApp
from studies.models import Study, Topic
from tests.canary.crawling import _names
from tests.contributions.factories import received
from tests.security.matrix import ROLES, rows
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.test_admin_permissions import TABLE
from tests.studies.test_guides import make_guide, publish

pytestmark = pytest.mark.django_db
STEPS = [{"title": "PEM", "url": "/pem/"}, {"title": "Studies", "url": "/evidence/"}]
UNNAMED = {"admin:"}  # the catch-all of the admin and its old addresses, which lead to named ones
# That somebody opened a message is noted; a lead resets a lost second factor by one button, which is logged.
READ = {role: {"Opening"} for role in ("triage", "moderator", "lead")}
WRITTEN = READ | {"lead": {"LogEntry", "Opening"}}
METHODS = ("put", "delete", "options")


@pytest.fixture
def things(settings):
    """What the addresses name."""
    settings.ATLAS_CONTACT = "atlas@example.org"
    topic = Topic.objects.first()
    study = published_study(**TEXTS, **CODED, topics=[topic.slug])
    guides = {"guide": make_guide(), "start": make_guide(kind="start", slug="first-steps", steps=STEPS)}
    for guide in guides.values():
        publish(guide)
    other = make_user("editor")
    StaffApp.objects.create(user=other, name="app", confirmed=True)
    return {
        "slug": study.slug,
        "topic": topic.slug,
        "message": received(study=study).pk,
        "user": other.pk,
        "group": Group.objects.get(name="lead").pk,
        "draft": make_study().pk,
        "study_type": ContentType.objects.get_for_model(Study).pk,
        **{name: guide.slug for name, guide in guides.items()},
    }


def person(role: str) -> User | None:
    return None if role == "anonymous" else make_user(role)


def browser_of(user: User | None) -> Client:
    """A browser in which this person has just signed in."""
    client = Client(raise_request_exception=False)
    return sign_in(client, user) if user else client


def staff(role: str) -> Client:
    return browser_of(make_user(role))


def others_than(got: dict[str, int], expected: dict[str, int]) -> dict[str, tuple[int, int]]:
    """(what it was, what it should be) where they are not the same."""
    return {name: (got[name], status) for name, status in expected.items() if got[name] != status}


def written() -> dict[str, list[dict]]:
    """Every row that a form could have written, without what counts tries."""
    models = [model for label in ("studies", "contributions") for model in apps.get_app_config(label).get_models()]
    kept = [model for model in models if model.__name__ not in {"Bucket", "DayKey"}]
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in [*kept, Group, User.groups.through, LogEntry]
    }


def changed_since(before):
    """The tables that are not as they were."""
    after = written()
    return {name for name, was in before.items() if after[name] != was}


def test_every_named_address_has_its_row():
    named = set(_names(get_resolver().url_patterns, "")) - UNNAMED
    assert named == set(rows()) | {f"admin:studies_{name}" for name in TABLE}


@pytest.mark.parametrize("role", ROLES)
def test_reading_every_address(things, role):
    client, column = browser_of(person(role)), ROLES.index(role)
    before = written()
    got = {name: client.get(path.format(**things)).status_code for name, (path, _, _) in rows().items()}
    assert others_than(got, {name: statuses[column] for name, (_, statuses, _) in rows().items()}) == {}
    assert changed_since(before) == READ.get(role, set())


@pytest.mark.parametrize("role", ROLES)
def test_posting_an_empty_form_to_every_address(things, role):
    """What is refused, and what is empty, writes nothing. Each with a session of its own, since some end it."""
    user, column = person(role), ROLES.index(role)
    browser_of(user)
    before = written()
    got = {name: browser_of(user).post(path.format(**things)).status_code for name, (path, _, _) in rows().items()}
    assert others_than(got, {name: statuses[column] for name, (_, _, statuses) in rows().items()}) == {}
    assert changed_since(before) == WRITTEN.get(role, set())


def test_other_methods_do_nothing_anywhere(things):
    """PUT, DELETE and OPTIONS are refused or answered like a GET, and never write."""
    client = staff("lead")
    before = written()
    faults = [
        (name, method)
        for name, (path, _, _) in rows().items()
        for method in METHODS
        if getattr(client, method)(path.format(**things)).status_code >= 500
    ]
    assert faults == []
    assert written() == before


def test_way_to_the_public_page_is_shown_to_those_who_may_see_the_object(things):
    address = reverse("admin:view_on_site", args=[things["study_type"], things["draft"]])
    slug = Study.objects.get(pk=things["draft"]).slug
    assert staff("editor").get(address).headers["Location"] == f"/evidence/{slug}/"
    assert slug not in str(staff("triage").get(address).headers)
    unknown = [("users", ContentType.objects.get_for_model(User).pk, 1), ("none", 98765, 1)]
    assert [staff("editor").get(f"/admin/r/{kind}/{pk}/").status_code for _, kind, pk in unknown] == [403, 404]
    assert staff("lead").get(f"/admin/r/{things['study_type']}/98765/").status_code == 404
