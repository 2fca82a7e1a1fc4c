"""Readers of public pages are answered by the standby, whoever writes by the primary; what is late is one old state, whole."""

import json
import re

import pytest

from tests.replicas.conftest import Place, reads_from_standby
from tests.replicas.webs import Page, Visitor
from tests.servers import until

pytestmark = [pytest.mark.postgres, pytest.mark.full]

STANDBY, PRIMARY = (f'atlas_reader_requests_total{{database="{name}"}}' for name in ("replica-1", "default"))
TOPIC = "immunology"


def answered(place, web, act) -> dict[str, float]:
    """How many readers each database answered while `act` ran."""
    before = web.figures()
    act()
    after = web.figures()
    return {name: after.get(name, 0) - before.get(name, 0) for name in (STANDBY, PRIMARY)}


def heading(page: Page) -> str:
    return re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)[1].strip()


def seen(visitor: Visitor, slug: str) -> dict[str, object]:
    """What the public pages say of the state of the atlas, page by page."""
    listed = visitor.get("/evidence/?q=blood").text
    told = json.loads(visitor.get("/api/v1/studies?q=blood").text)
    return {
        "study": visitor.get(f"/evidence/{slug}/").status,
        "list": re.search(r"<b>(\d+) stud", listed)[1],
        "named in the list": slug in listed,
        "api": told["total"],
        "counter": told["atlas"]["counter"],
        "topic": visitor.get(f"/topics/{TOPIC}/").text.count("/evidence/adams-2024-"),
        "file": visitor.get("/evidence.csv?q=blood").text.count("adams-2024-"),
    }


def test_readers_come_to_the_standby_and_writers_to_the_primary(place: Place):
    web = place.web()
    reads_from_standby(web)
    reader, editor = Visitor(web), Visitor(web)
    pages = ["/", "/evidence/", "/evidence/?q=breath", "/evidence/adams-2024-blood-1/", "/api/v1/studies"]
    assert answered(place, web, lambda: [reader.get(path) for path in pages]) == {STANDBY: 5, PRIMARY: 0}
    editor.sign_in(place.staff_link("ann", "editor"))
    nobody = {STANDBY: 0, PRIMARY: 0}
    assert answered(place, web, lambda: [editor.get(path) for path in pages]) == nobody
    assert answered(place, web, lambda: [reader.get("/contribute/"), reader.get("/my-contribution/")]) == nobody


def test_pages_of_a_late_standby_are_one_old_state_and_an_editor_sees_the_own_work(place: Place):
    web = place.web(ATLAS_REPLICA_LAG_SECONDS="100000")
    reads_from_standby(web)
    reader, editor = Visitor(web), Visitor(web)
    editor.sign_in(place.staff_link("ann", "lead"))
    old = seen(reader, "adams-2024-late")
    assert seen(editor, "adams-2024-late") == old

    place.standby.pause_replay()
    place.publish("adams-2024-late", "Blood that came late")
    change = place.primary.sql("SELECT id FROM studies_topic WHERE slug = %s", [TOPIC])[0][0]
    assert editor.fill_in(f"/admin/studies/topic/{change}/change/", label="Markers in blood").status == 302

    new = seen(editor, "adams-2024-late")
    assert new["study"] == 200
    assert new["api"] == old["api"] + 1
    assert heading(editor.get(f"/topics/{TOPIC}/")) == "Markers in blood"
    # In turn, so that the process keeps a state of each database and takes none for the other.
    for _ in range(3):
        assert seen(reader, "adams-2024-late") == old
        assert seen(editor, "adams-2024-late") == new
    assert heading(reader.get(f"/topics/{TOPIC}/")) != "Markers in blood"

    place.standby.resume_replay()
    place.standby.catch_up()
    assert seen(reader, "adams-2024-late") == new
    assert heading(reader.get(f"/topics/{TOPIC}/")) == "Markers in blood"


def test_standby_that_is_too_late_is_left_until_it_has_caught_up(place: Place):
    web = place.web(ATLAS_REPLICA_LAG_SECONDS="2")
    reads_from_standby(web)
    place.standby.pause_replay()
    place.publish("adams-2024-missed", "Blood that readers shall not miss")
    reader = Visitor(web)
    until(lambda: reader.get("/evidence/adams-2024-missed/").status == 200, "readers to be sent to the primary")
    assert answered(place, web, lambda: reader.get("/")) == {STANDBY: 0, PRIMARY: 1}
    place.standby.resume_replay()
    until(lambda: answered(place, web, lambda: reader.get("/"))[STANDBY] == 1, "readers to come back")
