"""An atlas with one of each thing that a release can hold, its release, and the program that checks it."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from studies import proposals, publishing
from studies.dumping import writing
from studies.models import Study
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study

FIRST, SECOND, THIRD, GONE = range(1_000_001, 1_000_005)  # far from the numbers that databases give
CHECKER = settings.BASE_DIR / "scripts" / "verify_dump.py"
SECRETS = {
    "abstract": "secretabstractwords",
    "note of the staff": "secretstaffnote",
    "draft": "Secret Draft Title",
    "name": "secretname",
}


def carry_out(proposal: Any) -> None:
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=make_user("moderator"))


def make_atlas() -> dict[str, Study]:
    """Three published studies, a withdrawn one, a merged one, a draft, and things that must not leave."""
    lead = make_user("lead", username=SECRETS["name"])
    first = published_study(
        **TEXTS, **CODED, slug="first", authors=["Müller, Ana", {"collective": "The Group"}], topics=["sleep"],
        abstract=SECRETS["abstract"], editor_notes=SECRETS["note of the staff"], findings=["=One", "Two"], pk=FIRST,
    )  # fmt: skip
    second, third = published_study(slug="second", pk=SECOND), published_study(slug="third", pk=THIRD)
    gone = published_study(slug="gone", pk=GONE)
    values = {
        "links": [{"study": second.pk, "type": "replicates"}],
        "flags": [{"kind": "contested", "reason": "Two journals disagree."}],
        "author_responses": [{"text": "We thank the reader.", "verified": "yes"}],
    }
    carry_out(proposals.propose(study=first, values=values, reason="correction", note="Why.", by=lead))
    carry_out(publishing.withdraw(study=gone, reason="out_of_scope", note="Not about ME/CFS.", by=lead))
    carry_out(publishing.merge(source=third, target=second, note="The same paper.", by=lead))
    make_study(title=SECRETS["draft"])
    return {study.slug: study for study in Study.objects.exclude(state="draft")}


@pytest.fixture
def atlas() -> dict[str, Study]:
    return make_atlas()


@pytest.fixture(scope="session")
def release(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of its release, written once for all tests of a process, which only read it; the database is empty again."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_atlas()
        found, _ = writing.export(tmp_path_factory.mktemp("releases"))
        transaction.set_rollback(True)
    return found.folder


def check(folder: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-I", CHECKER, folder, *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
