"""What tests of pages share: the words of a page, its queries, one more revision of a study."""

import re
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from studies import revisions
from studies.models import Study
from studies.snapshots import current
from studies.vocabulary import Reason, RevisionKind, StaffRole
from tests.studies.factories import make_user


def text_of(response: HttpResponse) -> str:
    """The words of the page's main part, on one line; tags count as spaces."""
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main.split(">", 1)[1]).split())


def queries(client: Client, path: str) -> int:
    """How many queries the page takes once the process has read the public state."""
    client.get(path)
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def change(
    study: Study, *, second: StaffRole | None = None, rows: Callable[[], object] | None = None, **columns: Any
) -> None:
    """Record one more revision of a published study, by an editor (and a second person); `rows` writes other rows."""
    before = current([study.pk])[study.pk]
    if rows:
        rows()
    if columns:
        Study.objects.filter(pk=study.pk).update(**columns)
    act = revisions.Act(
        RevisionKind.CHANGE,
        Reason.CORRECTION,
        StaffRole.EDITOR,
        note="The paper says so.",
        evidence_url="https://example.org/paper",
        approver=make_user("editor"),
        second_role=second,
        second=make_user("lead") if second else None,
    )
    revisions.record(study=study, before=before, act=act)
