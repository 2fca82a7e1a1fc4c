"""Several syncs, and editors, at the same moment: nothing arrives twice and nobody waits for ever."""

import pytest

from studies.models import Arrival, Study, SyncRun
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
