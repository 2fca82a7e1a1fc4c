"""Guides: from a working copy to what readers see."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from studies import guides, terms, text_history
from studies.errors import Problems, Stale
from studies.models import GlossaryTerm, Guide, PublicState
from studies.roles import NotAllowed
from studies.verification import verify
from studies.vocabulary_desk import GuideKind, GuideState
from tests.append_only import lifted
from tests.studies.factories import make_user, published_study

pytestmark = pytest.mark.django_db

TEXT = {
    "kind": "guide",
    "slug": "what-is-pem",
    "title": "What is PEM?",
    "glance": "Getting worse after effort.",
    "short": "A longer **answer**.",
    "deep": "All of it.",
    "known": "Known.",
    "unknown": "Unknown.",
    "sources": [{"text": "A paper", "url": "https://doi.org/10.1000/1"}],
    "reviewed_on": date(2026, 11, 1),
}
NEITHER = "is neither a page of the atlas nor an address that begins with https://."


def make_guide(**fields):
    return Guide.objects.create(**(TEXT | fields))


def publish(guide, note="First version."):
    writer, approver = make_user("editor"), make_user("editor")
    digest = guides.submit(guide=guide, by=writer)
    return guides.publish(guide=guide, digest=digest, note=note, by=approver)


def titles(kind=GuideKind.GUIDE):
    return [one.title for one in guides.shown(kind)]


def test_published_guide_is_shown_and_moves_the_counter():
    guide = make_guide()
    before = PublicState.objects.get().counter
    assert titles() == []
    version = publish(guide)
    guide.refresh_from_db()
    assert (guide.state, guide.version, guide.submitted_digest) == ("published", 1, "")
    assert (version.number, version.approver_role, version.values["title"]) == (1, "editor", "What is PEM?")
    assert titles() == ["What is PEM?"]
    assert PublicState.objects.get().counter == before + 1


def test_edited_working_copy_changes_nothing_public_until_it_is_published():
    guide = make_guide()
    publish(guide)
    guide.refresh_from_db()
    guide.title = "PEM in words"
    guide.save()
    assert titles() == ["What is PEM?"]
    publish(guide, "A clearer title.")
    assert titles() == ["PEM in words"]
    assert [each.number for each in guide.revisions.all()] == [1, 2]


def test_who_wrote_may_not_publish():
    guide, writer = make_guide(), make_user("editor")
    digest = guides.submit(guide=guide, by=writer)
    with pytest.raises(NotAllowed, match="publish what you wrote"):
        guides.publish(guide=guide, digest=digest, note="x", by=writer)
    assert titles() == []


def test_everybody_who_wrote_since_the_last_version_is_a_writer():
    guide, first, second = make_guide(), make_user("editor"), make_user("editor")
    guide.writers.add(first)
    digest = guides.submit(guide=guide, by=second)
    for writer in (first, second):
        with pytest.raises(NotAllowed):
            guides.publish(guide=guide, digest=digest, note="x", by=writer)


def test_publishing_is_bound_to_what_was_shown():
    guide = make_guide()
    digest = guides.submit(guide=guide, by=make_user("editor"))
    Guide.objects.update(glance="Something else.")
    with pytest.raises(Stale, match="changed after it was submitted"):
        guides.publish(guide=guide, digest=digest, note="x", by=make_user("editor"))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"sources": []}, "Missing: sources."),
        ({"glance": "", "deep": ""}, "Missing: in 30 seconds, in 10 minutes."),
        ({"reviewed_on": None}, "Say when somebody last checked this against its sources."),
        ({"sources": [{"text": "A study", "study": "no-study"}]}, "No public study has the address no-study."),
        ({"sources": [{"text": "A", "url": "/no-such-page/"}]}, f"/no-such-page/ {NEITHER}"),
        ({"sources": [{"text": "A", "url": "http://example.org/"}]}, f"http://example.org/ {NEITHER}"),
        ({"sources": [{"text": "A", "url": "https://[x"}]}, f"https://[x {NEITHER}"),
        ({"sources": [{"text": "A", "url": "//example.org/"}]}, f"//example.org/ {NEITHER}"),
        ({"sources": [{"text": "A", "url": "/admin/"}]}, f"/admin/ {NEITHER}"),
        ({"deep": "[paper](http://example.org/)"}, f"http://example.org/ {NEITHER}"),
        ({"glance": "- [a](/pem/) and\n- **[us](mailto:a@example.org)**"}, f"mailto:a@example.org {NEITHER}"),
        ({"known": "[PEM](pem/)"}, f"pem/ {NEITHER}"),
        ({"kind": "start", "steps": [{"title": "PEM", "url": "/pem/"}]}, "A path has at least 2 steps."),
        ({"kind": "start", "steps": []}, "Missing: steps."),
        ({"kind": "question", "short": ""}, "Missing: in 3 minutes."),
    ],
)  # fmt: skip
def test_submit_refuses_what_readers_must_not_miss(changed, problem):
    guide = make_guide(**changed)
    with pytest.raises(Problems) as error:
        guides.submit(guide=guide, by=make_user("editor"))
    assert error.value.messages == [problem]
    guide.refresh_from_db()
    assert guide.state == GuideState.DRAFT


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"glance": "w" * 2_001},
            ["In 30 seconds: 2,001 characters are too many. Shorten this to 2,000; nothing was cut off."],
        ),
        (
            {"sources": [{"text": "A paper"}] * 201},
            ["Sources: 201 lines are too many. Leave at most 200; nothing was cut off."],
        ),
        (
            {"sources": [{"text": "w" * 990, "url": "https://x.org/"}]},
            ["Sources: Line 1 has 1,004 characters. Shorten it to 1,000; nothing was cut off."],
        ),
        ({"short": "w" * 12_000, "deep": "w" * 40_000, "known": "w" * 8_000, "glance": "w" * 2_000}, []),
    ],
)
def test_text_that_is_too_long_is_refused_and_kept_whole(changed, said):
    guide = make_guide(**changed)
    assert guides.problems(guide) == said
    if said:
        with pytest.raises(Problems):
            guides.submit(guide=guide, by=make_user("editor"))
    assert Guide.objects.filter(pk=guide.pk, **changed).exists()


def test_source_may_be_a_public_study():
    study = published_study()
    publish(make_guide(sources=[{"text": "A study", "study": study.slug}]))
    assert titles() == ["What is PEM?"]


def test_withdrawn_guide_is_gone_and_its_versions_stay():
    guide = make_guide()
    publish(guide)
    with pytest.raises(NotAllowed):
        guides.withdraw(guide=guide, by=make_user("editor"))
    guides.withdraw(guide=guide, by=make_user("lead"))
    assert (titles(), guide.revisions.count()) == ([], 1)


def test_guide_brought_back_shows_the_version_that_readers_saw_last():
    guide = make_guide()
    publish(guide)
    Guide.objects.update(title="Not approved")
    lead = make_user("lead")
    guides.withdraw(guide=guide, by=lead)
    before = PublicState.objects.get().counter
    with pytest.raises(NotAllowed):
        guides.restore(guide=guide, by=make_user("editor"))
    guides.restore(guide=guide, by=lead)
    assert (titles(), PublicState.objects.get().counter) == (["What is PEM?"], before + 1)
    with pytest.raises(Stale):
        guides.restore(guide=guide, by=lead)


def test_guide_is_due_for_review_three_years_after_the_last_one():
    guide = make_guide(reviewed_on=date(2024, 2, 29))
    publish(guide)
    assert guides.due_for_review(by=date(2027, 2, 27)) == []
    assert guides.due_for_review(by=date(2027, 2, 28)) == [guide.pk]
    guides.withdraw(guide=guide, by=make_user("lead"))
    assert guides.due_for_review(by=date(2027, 2, 28)) == []


def test_verify_names_a_term_that_was_changed_past_its_history():
    term = GlossaryTerm.objects.first()
    with transaction.atomic():
        terms.keep_first(term)
    assert verify() == []
    GlossaryTerm.objects.filter(pk=term.pk).update(meaning="Something else.")
    assert [str(fault) for fault in verify()] == [
        f"the history: term {term.slug}: it does not say what its newest version says"
    ]


def test_publish_asks_for_a_note():
    guide = make_guide()
    digest = guides.submit(guide=guide, by=make_user("editor"))
    with pytest.raises(Problems, match="what is new"):
        guides.publish(guide=guide, digest=digest, note=" ", by=make_user("editor"))


@pytest.mark.parametrize("table", ["studies_guiderevision", "studies_termrevision"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET note = 'forged'", "DELETE FROM {}"])
def test_database_refuses_to_change_a_version(table, sql):
    publish(make_guide())
    term = GlossaryTerm.objects.first()
    text_history.add(term, values={"term": term.term}, note="x", role="editor", by=None)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))


def test_verify_names_the_version_that_was_changed():
    guide = make_guide()
    publish(guide)
    publish(guide, "Second.")
    publish(guide, "Third.")
    assert verify() == []
    with lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE studies_guiderevision SET note = 'forged' WHERE number = 2")
    assert [str(fault) for fault in text_history.broken()] == [
        "guide what-is-pem, version 2: its content does not match its hash"
    ]
    assert len(verify()) == 1


def test_verify_notices_a_missing_last_version():
    guide = make_guide()
    publish(guide)
    publish(guide, "Second.")
    with lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM studies_guiderevision WHERE number = 2")
    assert [str(fault) for fault in text_history.broken()] == [
        "guide what-is-pem: its row says version 2, its history ends at 1"
    ]
