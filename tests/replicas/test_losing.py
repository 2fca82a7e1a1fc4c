"""A standby or the primary goes away: readers read on, contributors keep their text, and all comes back without a hand."""

import pytest

from atlas_site.caching.words import CACHE_HEADER, STALE
from tests.replicas.conftest import Place, reads_from_standby
from tests.replicas.test_reading import PRIMARY, STANDBY, answered
from tests.replicas.webs import Visitor, fields
from tests.servers import Standby, until

pytestmark = [pytest.mark.postgres, pytest.mark.full]

PAGES = (
    *(
        "/",
        "/evidence/",
        "/evidence/?q=blood",
        "/evidence/adams-2024-blood-1/",
        "/evidence/adams-2024-blood-1/history/",
    ),
    *(
        "/topics/",
        "/definitions/",
        "/pem/",
        "/map/",
        "/retractions/",
        "/changes/",
        "/guides/",
        "/glossary/",
        "/questions/",
    ),
    *(
        "/figures/",
        "/data/",
        "/about/",
        "/start/",
        "/policies/privacy/",
        "/reading-list/",
        "/preferences/",
        "/sitemap.xml",
    ),
    *("/api/v1/studies", "/oai/?verb=Identify", "/evidence.csv", "/evidence/adams-2024-blood-2.ris", "/feeds/"),
)
TEXT = "The number of patients is wrong: the paper says 24."


def not_fresh(visitor: Visitor) -> dict[str, str]:
    """What became of every public page that is not there as it is now."""
    found = {path: visitor.get(path) for path in PAGES}
    return {
        path: f"{page.status} {page.headers[CACHE_HEADER]}"
        for path, page in found.items()
        if page.status != 200 or page.headers[CACHE_HEADER] == STALE
    }


def form(visitor: Visitor) -> dict[str, str]:
    return fields(visitor.get("/contribute/?kind=other").text) | {"step": "send", "text": TEXT}


@pytest.mark.parametrize("ending", ["kill", "end"])
def test_readers_do_not_notice_that_the_standby_goes(place: Place, ending):
    web = place.web()
    reads_from_standby(web)
    reader = Visitor(web)
    assert not_fresh(reader) == {}
    getattr(place.standby, ending)()
    assert not_fresh(reader) == {}
    assert answered(place, web, lambda: reader.get("/")) == {STANDBY: 0, PRIMARY: 1}
    until(lambda: web.figures()['atlas_replica_up{replica="replica-1"}'] == 0.0, "the loss to be told")
    place.standby.start()
    until(lambda: answered(place, web, lambda: reader.get("/"))[STANDBY] == 1, "readers to come back")


def test_readers_read_on_without_the_primary_and_contributors_keep_their_text(place: Place):
    web = place.web()
    reads_from_standby(web)
    reader, contributor, editor = Visitor(web), Visitor(web), Visitor(web)
    editor.sign_in(place.staff_link("ann", "editor"))
    filled = form(contributor)

    place.primary.kill()
    assert not_fresh(reader) == {}
    lost = contributor.post("/contribute/", filled)
    assert (lost.status, lost.headers["Retry-After"]) == (503, "120")
    assert fields(lost.text)["text"] == TEXT
    assert editor.get("/admin/").status == 503
    until(lambda: reader.get("/readyz").text == "reading\n", "the loss to be told")
    assert reader.get("/readyz").status == 200
    assert not_fresh(reader) == {}

    place.primary.start()
    assert 'id="words"' in contributor.post("/contribute/", fields(lost.text) | {"step": "send"}).text
    until(lambda: reader.get("/readyz").text == "ready\n", "the primary to be seen")
    assert editor.get("/admin/").status == 200


def test_process_that_starts_without_the_primary_serves_readers(place: Place):
    place.primary.kill()
    reader = Visitor(place.web())
    assert not_fresh(reader) == {}
    assert reader.post("/contribute/", {"step": "send", "text": TEXT}).status in {403, 503}


def test_readers_are_not_sent_to_a_primary_that_hangs(place: Place):
    web = place.web()
    reads_from_standby(web)
    reader, contributor = Visitor(web), Visitor(web)
    filled = form(contributor)
    with place.primary.frozen():
        assert not_fresh(reader) == {}
        lost = contributor.post("/contribute/", filled)  # waits until the breaker lets it go
        assert (lost.status, fields(lost.text)["text"]) == (503, TEXT)
        until(lambda: reader.get("/readyz").text == "reading\n", "the loss to be told")
        assert not_fresh(reader) == {}
    until(
        lambda: 'id="words"' in contributor.post("/contribute/", fields(lost.text) | {"step": "send"}).text, "a receipt"
    )


def test_promoted_standby_takes_the_writes_where_both_are_named(place: Place):
    """The addresses of both servers in DATABASE_URL: whichever takes writes is the primary, without a new start."""
    first = Standby(place.primary)
    try:
        first.promote()
        second = Standby(first)
        try:
            both = f"postgres://atlas@/atlas?host={first.home},{second.home}&target_session_attrs=read-write"
            web = place.web(DATABASE_URL=both, ATLAS_REPLICA_URLS=second.url)
            reads_from_standby(web)
            reader, contributor = Visitor(web), Visitor(web)
            filled = form(contributor)
            second.catch_up()
            first.kill()
            assert contributor.post("/contribute/", filled).status == 503
            second.promote()
            assert 'id="words"' in contributor.post("/contribute/", form(contributor)).text
            assert not_fresh(reader) == {}
            assert second.sql("SELECT count(*) FROM contributions_contribution")[0][0] > 0
        finally:
            second.remove()
    finally:
        first.remove()
