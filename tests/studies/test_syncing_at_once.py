"""Several syncs, and editors, at the same moment: nothing arrives twice and nobody waits for ever."""

import time

import pytest

from studies import arrivals
from studies.errors import Stale
from studies.models import Arrival, Study, SyncRun
from tests.clock import PATIENCE
from tests.sources.shelves import FIRST_DAY
from tests.studies.factories import make_arrival, make_user
from tests.studies.syncs import ask_from_the_first_day, serving_articles, sync
from tests.studies.test_concurrency import at_once

pytestmark = pytest.mark.usefixtures("committing")


def test_two_syncs_of_one_source_at_once_are_one():
    ask_from_the_first_day()
    with serving_articles(250) as stub:
        reports = at_once([lambda: sync(stub), lambda: sync(stub)])
    faults = sorted(report.fault[:44] for report in reports)
    if faults[0] == faults[1]:  # the second began when the first was over
        assert sorted((report.arrived, report.known) for report in reports) == [(0, 0), (250, 0)]
    else:
        assert faults == ["", "A run of PubMed is under way since " + faults[1][35:44]]
    assert (Arrival.objects.count(), Study.objects.count()) == (250, 250)
    assert set(SyncRun.objects.values_list("state", flat=True)) == {"done"}


def test_two_sources_at_once_make_one_draft_of_each_paper():
    ask_from_the_first_day()
    with serving_articles(250) as stub:
        reports = at_once([lambda: sync(stub, "pubmed"), lambda: sync(stub, "europepmc")])
    assert [report.fault for report in reports] == ["", ""]
    assert sum(report.arrived for report in reports) == Arrival.objects.count() == Study.objects.count() == 250
    assert sum(report.known for report in reports) == 250


def test_two_people_decide_on_one_paper_and_the_second_is_told():
    people = [make_user("editor", username=f"editor-{number}") for number in range(3)]
    arrival = make_arrival()
    shown = [Arrival.objects.get(pk=arrival.pk) for _ in people]
    acts = [
        lambda: arrivals.take(arrival=shown[0], version=0, by=people[0]),
        lambda: arrivals.set_aside(arrival=shown[1], version=0, reason="other", by=people[1]),
        lambda: arrivals.set_aside(arrival=shown[2], version=0, reason="fatigue_only", by=people[2]),
    ]
    results = at_once(acts)
    assert sum(isinstance(result, Stale) for result in results) == 2
    arrival.refresh_from_db()
    sentence = arrivals.decision(Arrival.objects.select_related("decided_by").get(pk=arrival.pk))
    assert {str(result) for result in results if isinstance(result, Stale)} == {sentence}
    assert arrival.version == 1


@pytest.mark.full
def test_editors_put_papers_aside_while_a_sync_goes_on_and_another_source_is_asked():
    ask_from_the_first_day()
    editor = make_user("editor")

    def put_every_second_aside():
        done, until = 0, time.monotonic() + PATIENCE
        while done < 100 and time.monotonic() < until:
            for arrival in Arrival.objects.filter(state="waiting", pk__gt=0).order_by("pk")[:5]:
                try:
                    arrivals.set_aside(arrival=arrival, version=arrival.version, reason="other", by=editor)
                except Stale:
                    continue
                done += 1
        return done

    with serving_articles(450) as stub:
        acts = [lambda: sync(stub, "pubmed"), lambda: sync(stub, "europepmc"), put_every_second_aside]
        reports = at_once(acts)
        assert [type(result).__name__ for result in reports] == ["Report", "Report", "int"], reports
        assert [report.fault for report in reports[:2]] == ["", ""]
        assert reports[0].arrived + reports[1].arrived == Arrival.objects.count() == 450
        aside = Arrival.objects.filter(state="out_of_scope").count()
        assert (aside >= 100, Study.objects.count()) == (True, 450 - aside)
        SyncRun.objects.update(until=FIRST_DAY)
        assert [sync(stub, source).arrived for source in ("pubmed", "europepmc", "openalex")] == [0, 0, 0]
