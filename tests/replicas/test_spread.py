"""Three web processes behind a balancer that sends each request to another one: whatever one did, the others know."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count, cycle

import pytest

from atlas_site.caching.words import CACHE_HEADER, HIT
from tests.clock import in_one_window
from tests.replicas.conftest import Place, reads_from_standby
from tests.replicas.webs import Page, Visitor, Web, fields

pytestmark = [pytest.mark.postgres, pytest.mark.full]


@pytest.fixture(scope="module")
def webs(grown: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Web]]:
    """Three processes for all tests of this file."""
    grown.mend()
    place = replace(grown, folder=tmp_path_factory.mktemp("spread"), webs=[])
    for _ in range(3):
        place.web(CACHE_URL=f"filecache://{place.folder}/shared-cache", ATLAS_TRUSTED_PROXIES="1")
    for web in place.webs:
        reads_from_standby(web)
    yield place.webs
    for web in place.webs:
        web.stop()


def words(page: Page) -> str:
    return re.search(r'id="words">([^<]+)<', page.text)[1]


def test_session_of_one_process_is_good_at_the_others_until_it_ends(place: Place, webs):
    first, second, third = webs
    editor = Visitor(first)
    editor.sign_in(place.staff_link("ann", "lead"))
    for web in (second, third, first):
        editor.web = web
        assert editor.get("/admin/").status == 200
    editor.web = second
    number = place.primary.sql("SELECT id FROM studies_topic WHERE slug = 'autoimmunity'")[0][0]
    assert editor.fill_in(f"/admin/studies/topic/{number}/change/", description="Seen from all sides").status == 302
    editor.web = third
    assert fields(editor.get(f"/admin/studies/topic/{number}/change/").text)["description"] == "Seen from all sides"
    again = dict(editor.cookies)
    assert editor.post("/admin/logout/", {"csrfmiddlewaretoken": editor.cookies["csrftoken"]}).status in {200, 302}
    assert Visitor(first, cookies=again).get("/admin/").status == 302


def test_one_time_link_is_good_once_whichever_process_it_comes_to(place: Place, webs):
    first, second, third = webs
    link = place.staff_link("ben", "editor")
    path = link.partition("8000")[2]
    ben, late = Visitor(first), Visitor(third)
    form = fields(late.get(path).text)
    opened = fields(ben.get(path).text)
    ben.web = second
    assert ben.post(path, opened).status == 302
    assert ben.get("/admin/").status == 200
    assert late.post(path, form).status == 410
    assert late.get("/admin/").status == 302


def send_six(webs: list[Web], network: int) -> list[Page]:
    """The answers to six messages from one network, whose forms each process gave and took in turn."""
    turns, sent = cycle(webs), []
    person = Visitor(webs[0], headers={"X-Forwarded-For": f"10.{network}.2.77"})
    for number in range(6):
        person.web = next(turns)
        filled = fields(person.get("/contribute/?kind=other").text)
        person.web = next(turns)
        text = f"The {number}th thing that I saw in network {network}."
        sent.append(person.post("/contribute/", filled | {"step": "send", "text": text}))
    return sent


def test_messages_are_counted_together_and_opened_anywhere(webs):
    networks = count(1)
    sent = in_one_window(600, lambda: send_six(webs, next(networks)))
    assert [page.status for page in sent] == [200, 200, 200, 200, 200, 429]
    assert fields(sent[5].text)["text"].startswith("The 5th thing that I saw in network ")
    opened = Visitor(webs[1], headers={"X-Forwarded-For": "198.51.100.7"})
    form = fields(opened.get("/my-contribution/").text)
    opened.web = webs[2]
    assert opened.post("/my-contribution/", form | {"words": words(sent[0])}).status == 302
    opened.web = webs[0]
    assert "The 0th thing that I saw in network " in opened.get("/my-contribution/").text


def test_page_made_by_one_process_is_there_for_all_until_something_public_changes(place: Place, webs):
    first, second, third = (Visitor(web) for web in webs)
    path = "/topics/autoimmunity/"
    made = first.get(path)
    assert (second.get(path).headers[CACHE_HEADER], third.get(path).headers[CACHE_HEADER]) == (HIT, HIT)
    assert second.get(path).headers["ETag"] == made.headers["ETag"]
    place.publish("adams-2024-shared", "Blood that all shall see")
    place.standby.catch_up()
    new = {visitor.get(path).headers["ETag"] for visitor in (third, second, first)}
    assert len(new) == 1
    assert made.headers["ETag"] not in new
    assert {visitor.get("/evidence/adams-2024-shared/").status for visitor in (first, second, third)} == {200}


def test_threads_share_the_connections_of_a_pool(place: Place):
    """Eight threads, one process: no more connections than the pool has and the looks need, and everybody is answered."""
    named = {"DATABASE_URL": place.primary.url, "ATLAS_REPLICA_URLS": place.standby.url}
    urls = {name: f"{url}&application_name=pooled" for name, url in named.items()}
    web = place.web(DATABASE_POOL="2", ATLAS_PAGE_CACHE="0", **urls)
    reads_from_standby(web)
    paths = ["/", "/evidence/", "/evidence/?q=blood", "/pem/"] * 8
    with ThreadPoolExecutor(max_workers=8) as crowd:
        answers = list(crowd.map(lambda path: Visitor(web).get(path).status, paths))
    assert answers == [200] * len(paths)
    used = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pooled'"
    assert 2 <= place.standby.sql(used)[0][0] <= 2 + 1
    assert 2 <= place.primary.sql(used)[0][0] <= 2 + 2
