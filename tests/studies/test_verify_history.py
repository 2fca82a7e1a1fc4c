"""Somebody with the database's password changes something; verify_history names the first broken number."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from studies import proposals, publishing, triggers
from studies.canonical import sha256_hex
from studies.models import Abstract, PublicState, Revision, RevisionValue, Study
from studies.revisions import link_of
from studies.verification import verify
from tests.append_only import lifted
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def atlas() -> dict[str, Study]:
    """Numbers 1 to 3 publish ada, bob and a sample; 4 to 6 are revisions 2 to 4 of ada, 7 is revision 2 of bob."""
    ada = published_study(**TEXTS, **CODED, slug="ada", title="Ada", authors=["Adams, Ann"], abstract="We saw it.")
    bob = published_study(slug="bob", title="Bob")
    sample = make_study(**TEXTS, **CODED, slug="sample")
    publishing.publish_sample([sample.pk])
    change(ada, title="Ada two", topics=["sleep"])
    change(ada, flags=[{"kind": "superseded", "reason": "A newer one exists."}])
    change(ada, key_point="It did.", links=[{"study": bob.pk, "type": "part_of"}])
    change(bob, journal="A Journal")
    return {"ada": ada, "bob": bob, "sample": sample}


def change(study: Study, **values: object) -> None:
    user = make_user("lead")
    proposal = proposals.propose(study=study, values=values, reason="correction", note="Read again.", by=user)
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=1, by=user)


def sql(statement: str, *parameters: object) -> None:
    with lifted(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        assert cursor.rowcount > 0


def run(*arguments: str) -> tuple[int, list[str]]:
    output = StringIO()
    try:
        call_command("verify_history", *arguments, stdout=output)
    except SystemExit as end:
        return int(str(end.code)), output.getvalue().splitlines()
    return 0, output.getvalue().splitlines()


def test_whole_history_passes(atlas: dict[str, Study]) -> None:
    assert run() == (0, [f"The history is whole: 7 revisions, newest hash {PublicState.objects.get().newest_hash}."])


def test_empty_atlas_passes() -> None:
    assert run()[0] == 0


def of(study: str, number: int, sequence: int, message: str) -> str:
    return f"study {study}, revision {number} (number {sequence} of the atlas’s chain): {message}"


HASH = "its content does not match its hash"
ADA = "(SELECT id FROM studies_study WHERE slug = 'ada')"
ADA_2 = f"study_id = {ADA} AND number = 2"
LIVE = "the live record differs in "

TAMPERINGS = {
    "note": (f"UPDATE studies_revision SET note = 'forged' WHERE {ADA_2}", of("ada", 2, 4, HASH)),
    "role": (f"UPDATE studies_revision SET approver_role = 'editor' WHERE {ADA_2}", of("ada", 2, 4, HASH)),
    "time": (f"UPDATE studies_revision SET made_at = '2020-01-01 00:00:00' WHERE {ADA_2}", of("ada", 2, 4, HASH)),
    "value": (
        "UPDATE studies_revisionvalue SET value = '\"Forged\"' WHERE value = '\"Ada two\"'",
        of("ada", 2, 4, "the value of title does not match its hash"),
    ),
    "salt": (
        "UPDATE studies_revisionvalue SET salt = '00' WHERE value = '\"Ada two\"'",
        of("ada", 2, 4, "the value of title does not match its hash"),
    ),
    "value deleted": (
        "DELETE FROM studies_revisionvalue WHERE value = '\"Ada two\"'",
        of("ada", 2, 4, "the value of title is missing"),
    ),
    "value added": (
        f"""INSERT INTO studies_revisionvalue (revision_id, field, value, salt, redaction_reason)
        SELECT id, 'pages', '"1"', '{"0" * 32}', '' FROM studies_revision WHERE {ADA_2}""",
        of("ada", 2, 4, "the value of pages is not covered"),
    ),
    "present value redacted": (
        """UPDATE studies_revisionvalue SET value = NULL, salt = NULL, redacted_on = '2026-01-01',
        redaction_reason = 'why' WHERE value = '"Ada two"'""",
        of("ada", 2, 4, "the value of title was removed without an applied proposal"),
    ),
    "title": ("UPDATE studies_study SET title = 'Forged' WHERE slug = 'ada'", of("ada", 4, 6, LIVE + "title")),
    "slug": ("UPDATE studies_study SET slug = 'eve' WHERE slug = 'bob'", of("eve", 2, 7, LIVE + "slug")),
    "badge": ("UPDATE studies_study SET pem = 'required' WHERE slug = 'ada'", of("ada", 4, 6, LIVE + "pem")),
    "retraction": (
        "UPDATE studies_study SET retraction_status = 'retracted' WHERE slug = 'bob'",
        of("bob", 2, 7, LIVE + "retraction_status"),
    ),
    "sample notice": (
        "UPDATE studies_study SET is_sample = NOT is_sample WHERE slug = 'sample'",
        of("sample", 1, 3, LIVE + "is_sample"),
    ),
    "withdrawal": (
        "UPDATE studies_study SET state = 'withdrawn' WHERE slug = 'bob'",
        of("bob", 2, 7, LIVE + "state"),
    ),
    "author": ("UPDATE studies_author SET family = 'Forged'", of("ada", 4, 6, LIVE + "authors")),
    "author deleted": ("DELETE FROM studies_author", of("ada", 4, 6, LIVE + "authors")),
    "topic": ("DELETE FROM studies_study_topics", of("ada", 4, 6, LIVE + "topics")),
    "definition": (
        f"UPDATE studies_studydefinition SET quote = 'forged' WHERE study_id = {ADA}",
        of("ada", 4, 6, LIVE + "definitions"),
    ),
    "definition deleted": (
        f"DELETE FROM studies_studydefinition WHERE study_id = {ADA}",
        of("ada", 4, 6, LIVE + "definitions"),
    ),
    "flag": ("UPDATE studies_flag SET reason = 'forged'", of("ada", 4, 6, LIVE + "flags")),
    "flag deleted": ("DELETE FROM studies_flag", of("ada", 4, 6, LIVE + "flags")),
    "link": ("UPDATE studies_studylink SET type = 'replicates'", of("ada", 4, 6, LIVE + "links")),
    "link deleted": ("DELETE FROM studies_studylink", of("ada", 4, 6, LIVE + "links")),
    "abstract": (
        'UPDATE studies_abstract SET sections = \'[{"label": "", "text": "forged"}]\'',
        of("ada", 4, 6, LIVE + "abstract"),
    ),
    "licence of the abstract": ("UPDATE studies_abstract SET license = 'CC0'", of("ada", 4, 6, LIVE + "abstract")),
    "drafter": (
        f"UPDATE studies_textprovenance SET drafter = 'sample' WHERE study_id = {ADA} AND field = 'summary'",
        of("ada", 4, 6, LIVE + "provenance"),
    ),
    "approval of a text": (
        f"UPDATE studies_textprovenance SET approver_role = 'moderator' WHERE study_id = {ADA} AND field = 'summary'",
        of("ada", 4, 6, "the approval of summary is not the recorded one"),
    ),
    "approval": (
        "UPDATE studies_revisionapproval SET role = 'editor' WHERE role = 'lead'",
        of("ada", 2, 4, "its approvals are not those that were recorded"),
    ),
    "empty approval that nobody reads": (
        f"UPDATE studies_textprovenance SET field = 'unknown' WHERE study_id = {ADA} AND field = 'summary'",
        of("ada", 4, 6, LIVE + "provenance"),
    ),
    "spelling of a value": (
        "UPDATE studies_revisionvalue SET value = ' \"Ada two\"' WHERE value = '\"Ada two\"'",
        of("ada", 2, 4, "the value of title does not match its hash"),
    ),
    "old value removed by hand": (
        """UPDATE studies_revisionvalue SET value = NULL, salt = NULL, redacted_on = '2026-01-01',
        redaction_reason = 'why' WHERE value = '"Ada"'""",
        of("ada", 1, 1, "the value of title was removed without an applied proposal"),
    ),
    "value of a definition": (
        "UPDATE studies_casedefinition SET pem = 'required' WHERE slug = 'fukuda-1994'",
        of("sample", 1, 3, "the PEM badge is not what the coding gives; was the value of a case definition changed?"),
    ),
    "address that leads to another study": (
        "INSERT INTO studies_slugredirect (slug, study_id) SELECT 'forged', id FROM studies_study WHERE slug = 'bob'",
        of("bob", 2, 7, "its old addresses are not those of its history"),
    ),
    "author moved to another study": (
        "UPDATE studies_author SET study_id = (SELECT id FROM studies_study WHERE slug = 'bob')",
        of("ada", 4, 6, LIVE + "authors"),
    ),
    "number of the atlas": (
        "DELETE FROM studies_publicstate",
        "the history: the atlas’s own count of revisions and its newest hash are gone",
    ),
    "version": (
        "UPDATE studies_study SET version = 3 WHERE slug = 'ada'",
        of("ada", 4, 6, "the study counts only 3 revisions"),
    ),
    "newest hash of the study": (
        "UPDATE studies_study SET newest_hash = '' WHERE slug = 'ada'",
        of("ada", 4, 6, "the study notes another newest hash"),
    ),
    "date of the last change": (
        "UPDATE studies_study SET changed_at = '2020-01-01 00:00:00' WHERE slug = 'ada'",
        of("ada", 4, 6, "the study notes another date of the last change"),
    ),
    "newest hash of the atlas": (
        "UPDATE studies_publicstate SET newest_hash = ''",
        of("bob", 2, 7, "it is not the newest hash that the atlas noted"),
    ),
    "count of the atlas": (
        "UPDATE studies_publicstate SET revisions = 6",
        of("bob", 2, 7, "the atlas counts only 6 revisions"),
    ),
}


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back, so that one atlas serves many tamperings."""
    with transaction.atomic():
        yield
        connection.check_constraints()
        transaction.set_rollback(True)


def test_tampering_is_named_at_its_number(atlas: dict[str, Study], subtests: pytest.Subtests) -> None:
    for name, (statement, expected) in TAMPERINGS.items():
        with subtests.test(name), undone():
            sql(statement)
            code, lines = run()
            assert (code, lines[0]) == (1, expected)
    assert run()[0] == 0


def delete(sequence: int) -> None:
    sql("DELETE FROM studies_proposal")
    for table in ("revisionvalue", "revisionapproval"):
        chosen = f"SELECT id FROM studies_revision WHERE sequence = {sequence}"
        sql(f"DELETE FROM studies_{table} WHERE revision_id IN ({chosen})")
    sql(f"DELETE FROM studies_revision WHERE sequence = {sequence}")


def test_deleted_revision_is_named(atlas: dict[str, Study], subtests: pytest.Subtests) -> None:
    for sequence, study, number in [(1, "ada", 1), (5, "ada", 3), (6, "ada", 4), (7, "bob", 2)]:
        with subtests.test(sequence=sequence), undone():
            delete(sequence)
            code, lines = run()
            assert (code, lines[0]) == (1, of(study, number, sequence, "it is missing"))


def test_deleted_last_revision_shows_in_the_live_row_when_counts_were_forged(atlas: dict[str, Study]) -> None:
    delete(7)
    kept = Revision.objects.get(sequence=2)
    sql(
        "UPDATE studies_publicstate SET revisions = 6, newest_hash = (SELECT hash FROM studies_revision WHERE sequence = 6)"
    )
    sql(
        f"UPDATE studies_study SET version = 1, newest_hash = '{kept.hash}', changed_at = published_at WHERE slug = 'bob'"
    )
    assert run()[1][0] == of("bob", 1, 2, LIVE + "journal")


def forge(sequence: int, **fields: object) -> Revision:
    """Change a revision and give it the hash that fits."""
    revision = Revision.objects.get(sequence=sequence)
    for name, value in fields.items():
        setattr(revision, name, value)
    revision.hash = link_of(revision).hash
    with lifted():
        revision.save()
    return revision


def test_forged_hash_is_named_by_what_was_built_on_it(atlas: dict[str, Study], subtests: pytest.Subtests) -> None:
    for sequence in range(1, 8):
        with subtests.test(sequence=sequence), undone():
            revision = forge(sequence, note="forged")
            code, lines = run()
            assert code == 1
            assert lines[0].startswith(f"study {revision.study.slug}, revision {revision.number} (number {sequence} of")


@pytest.mark.parametrize(
    "swap",
    [
        "UPDATE studies_revision SET sequence = CASE sequence WHEN 104 THEN 5 ELSE 4 END WHERE sequence > 100",
        "UPDATE studies_revision SET number = CASE number WHEN 102 THEN 3 ELSE 2 END WHERE number > 100",
    ],
)
def test_swapped_order_is_named(atlas: dict[str, Study], swap: str) -> None:
    column = "sequence" if "sequence" in swap else "number"
    sql(f"UPDATE studies_revision SET {column} = {column} + 100 WHERE sequence IN (4, 5)")
    sql(swap)
    code, lines = run()
    assert code == 1
    assert f"(number 4 of the atlas’s chain): {HASH}" in lines[0]


def insert(**fields: object) -> Revision:
    values = {
        "study": Study.objects.get(slug="bob"),
        "number": 3,
        "sequence": 8,
        "made_at": Revision.objects.get(sequence=7).made_at,
        "kind": "change",
        "reason": "other",
        "approver_role": "lead",
        "value_hashes": {},
        "previous_hash": Revision.objects.get(sequence=7).hash,
        "previous_global_hash": Revision.objects.get(sequence=7).hash,
    } | fields
    revision = Revision(**values)
    revision.hash = link_of(revision).hash
    revision.save()
    return revision


def test_inserted_revision_is_named(atlas: dict[str, Study]) -> None:
    insert()
    code, lines = run()
    assert code == 1
    assert lines[0] == of("bob", 3, 8, "the atlas counts only 7 revisions")


def test_revision_inserted_in_the_middle_is_named(atlas: dict[str, Study]) -> None:
    sql("UPDATE studies_revision SET sequence = sequence + 100 WHERE sequence > 5")
    sql("UPDATE studies_revision SET sequence = sequence - 99 WHERE sequence > 5")
    insert(sequence=6)
    assert run()[1][0] == of("bob", 3, 6, "it does not follow the number before it")


def test_study_removed_by_force_is_named(atlas: dict[str, Study]) -> None:
    orphan = Revision.objects.get(sequence=2)
    with lifted():
        Revision.objects.filter(pk=orphan.pk).update(study_id=99999)
        assert any(fault.sequence == 2 and "is gone" in fault.message for fault in verify())
        Revision.objects.filter(pk=orphan.pk).update(study_id=orphan.study_id)


def test_missing_refusal_is_named(atlas: dict[str, Study]) -> None:
    triggers.remove(connection)
    assert run() == (
        1,
        ["the history: the database does not refuse changes; run manage.py migrate", "The history is broken."],
    )


def test_removed_old_value_is_accepted_only_in_its_shape(atlas: dict[str, Study]) -> None:
    first = atlas["ada"].revisions.get(number=1)
    proposal = publishing.redact(revision=first, field="title", note="names a patient", by=make_user("lead"))
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=1, by=make_user("editor"))
    row = RevisionValue.objects.get(revision=first, field="title")
    assert (row.value, run()[0]) == (None, 0)
    sql(f"UPDATE studies_revisionvalue SET redaction_reason = '' WHERE id = {row.pk}")
    assert run()[1][0] == of("ada", 1, 1, "the value of title does not match its hash")


def test_removed_present_value_is_named(atlas: dict[str, Study]) -> None:
    """Applied while a newer value stood there, which somebody then deleted."""
    first = atlas["ada"].revisions.get(number=1)
    proposal = publishing.redact(revision=first, field="title", note="names a patient", by=make_user("lead"))
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=1, by=make_user("editor"))
    sql("DELETE FROM studies_revisionvalue WHERE value = '\"Ada two\"'")
    assert of("ada", 4, 6, "the present value of title was removed from the history") in run()[1]


def test_lost_and_forged_old_address_are_named(atlas: dict[str, Study], subtests: pytest.Subtests) -> None:
    publishing.rename(study=atlas["bob"], slug="bobby", note="The old one was wrong.", by=make_user("lead"))
    assert run()[0] == 0
    forged = {
        "deleted": "DELETE FROM studies_slugredirect",
        "renamed": "UPDATE studies_slugredirect SET slug = 'forged'",
        "turned": f"UPDATE studies_slugredirect SET study_id = {atlas['ada'].pk}",
    }
    for name, statement in forged.items():
        with subtests.test(name), undone():
            sql(statement)
            assert of("bobby", 3, 8, "its old addresses are not those of its history") in run()[1]


def test_forged_number_of_an_author_response_is_named(atlas: dict[str, Study]) -> None:
    values = {"author_responses": [{"text": "We agree.", "verified": "no"}]}
    proposal = proposals.propose(
        study=atlas["bob"], values=values, reason="other", note="They answered.", by=make_user("lead")
    )
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=1, by=make_user("lead"))
    assert run()[0] == 0
    sql("UPDATE studies_authorresponse SET revision_number = 1")
    message = "an author response names another version than the one that published it"
    assert run()[1][0] == of("bob", 3, 8, message)


def test_note_on_a_text_that_is_not_there_is_no_fault() -> None:
    """Somebody noted on the draft how a text came about, and then emptied the text."""
    study = make_study(**TEXTS, **CODED)
    study.text_provenance.create(field="findings", basis="abstract", drafter="person")
    publishing.publish_sample([study.pk])
    assert run()[0] == 0


def test_anchor_must_stand_in_the_chain(atlas: dict[str, Study]) -> None:
    anchor = Revision.objects.get(sequence=5).hash
    assert run("--anchor", anchor)[0] == 0
    assert run("--anchor", sha256_hex(b"other")) == (
        1,
        [f"the history: no revision has the hash {sha256_hex(b'other')}", "The history is broken."],
    )


def test_rewritten_history_passes_only_without_its_anchor(atlas: dict[str, Study]) -> None:
    """Whoever rewrites the whole chain from some number on is caught by a hash that was noted elsewhere."""
    anchor = PublicState.objects.get().newest_hash
    forged = forge(7, note="forged")
    Study.objects.filter(slug="bob").update(newest_hash=forged.hash)
    PublicState.objects.update(newest_hash=forged.hash)
    assert (run()[0], run("--anchor", anchor)[0]) == (0, 1)


def test_abstract_hash_follows_the_text(atlas: dict[str, Study]) -> None:
    abstract = Abstract.objects.get()
    abstract.sections = [{"label": "", "text": "We saw it!"}]
    abstract.save()
    assert run()[1][0] == of("ada", 4, 6, LIVE + "abstract")
