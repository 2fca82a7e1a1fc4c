"""The sample atlas harvested by another's harvester over HTTP: all of it, a set of it, and what changed in a range of time."""

from collections.abc import Iterator

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from oaipmh_scythe import HTTPConfig, Scythe
from oaipmh_scythe.exceptions import BadResumptionToken, NoRecordsMatch

from studies.models import Study, StudyDefinition
from studies.vocabulary import APPLIED
from tests.studies.harvesting import checked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas")]


@pytest.fixture(scope="module")
def address(sample_atlas: None) -> Iterator[str]:
    """Of a server with the sample atlas, on a free port of this machine."""
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None
    yield f"http://127.0.0.1:{server.port}/oai/"
    server.terminate()


@pytest.fixture
def scythe(address: str, settings) -> Iterator[Scythe]:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    with Scythe(address) as harvester:
        yield harvester


def ids(found):
    return [int(each.identifier.rpartition("-")[2]) for each in found]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_harvester_takes_every_study_once(address, settings, method):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    with Scythe(address, http_config=HTTPConfig(http_method=method)) as harvester:
        found = ids(harvester.list_identifiers(metadata_prefix="oai_dc"))
    assert (len(found), sorted(found)) == (913, sorted(Study.objects.values_list("pk", flat=True)))


@pytest.mark.parametrize("prefix", ["oai_dc", "mods"])
def test_harvester_reads_every_record(scythe, prefix):
    records = list(scythe.list_records(metadata_prefix=prefix))
    assert len(records) == len({record.header.identifier for record in records}) == 913
    if prefix == "oai_dc":
        slugs = {f"http://testserver/evidence/{slug}/" for slug in Study.objects.values_list("slug", flat=True)}
        assert {record.metadata["identifier"][0] for record in records} == slugs


def test_harvester_takes_a_set(scythe):
    asked = [each.setSpec for each in scythe.list_sets()]
    assert len(asked) > 60
    applied = StudyDefinition.objects.filter(role__in=APPLIED, definition__slug="ccc-2003").values("study")
    found = ids(scythe.list_identifiers(metadata_prefix="oai_dc", set_="definition:ccc-2003"))
    assert sorted(found) == sorted(Study.objects.filter(pk__in=applied).values_list("pk", flat=True))
    assert len(found) > 3


def test_harvester_takes_a_range_of_time(scythe):
    changed = Study.objects.earliest("changed_at").changed_at
    found = ids(scythe.list_identifiers(metadata_prefix="oai_dc", from_=f"{changed:%Y-%m-%d}"))
    assert len(found) == 913
    with pytest.raises(NoRecordsMatch):
        list(scythe.list_identifiers(metadata_prefix="oai_dc", until="2025-12-31"))


def test_harvester_understands_our_errors(scythe):
    with pytest.raises(BadResumptionToken):
        list(scythe.list_records(resumption_token="junk"))
    assert scythe.identify().deletedRecord == "persistent"
    assert [each.metadataPrefix for each in scythe.list_metadata_formats()] == ["oai_dc", "mods"]


@pytest.mark.parametrize("prefix", ["oai_dc", "mods"])
def test_every_page_of_the_sample_atlas_fits_the_schemas(client, prefix):
    query, pages = f"?verb=ListRecords&metadataPrefix={prefix}", 0
    while query:
        tree = checked(client.get(f"/oai/{query}"))
        pages += 1
        more = tree.findtext("{*}ListRecords/{*}resumptionToken")
        query = f"?verb=ListRecords&resumptionToken={more}" if more else ""
    assert pages == 10
