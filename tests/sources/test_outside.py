"""The client as the settings describe it."""

import pytest

from studies.outside import open_client, retraction_watch_file
from studies.sources import SOURCES
from studies.sources.addresses import ADDRESSES
from studies.sources.faults import NotConfigured, OffLimits
from tests.sources.asking import SECRET


def test_client_asks_the_usual_services_over_https_by_default(settings):
    settings.ATLAS_SOURCE_ADDRESSES = dict.fromkeys(ADDRESSES, "")
    settings.ATLAS_SOURCES_LOOPBACK = False
    client = open_client()
    assert {name: service.address for name, service in client.services.items()} == ADDRESSES
    assert {address.partition("://")[0] for address in ADDRESSES.values()} == {"https"}
    assert client.loopback is False


def test_client_of_the_settings_asks_the_stand_in(settings, stub, tmp_path):
    settings.ATLAS_CONTACT = "editor@example.org"
    settings.ATLAS_URL = "https://atlas.example.org"
    settings.ATLAS_TOOL_NAME = "our-atlas"
    settings.ATLAS_SOURCE_ADDRESSES = stub.addresses
    settings.ATLAS_SOURCE_API_KEYS = {"pubmed": SECRET, "openalex": ""}
    settings.ATLAS_SOURCES_LOOPBACK = True
    settings.DATA_DIR = tmp_path
    held = stub.shelves.papers[0].record
    assert SOURCES["crossref"].fetch(open_client(), doi=held.doi).record.doi == held.doi
    assert stub.asked[-1].headers["User-Agent"] == "our-atlas (+https://atlas.example.org; mailto:editor@example.org)"
    assert SOURCES["pubmed"].fetch(open_client(), pmid=held.pmid).record.pmid == held.pmid
    assert stub.asked[-1].parameters["api_key"] == SECRET
    assert len(list((tmp_path / "sources" / "answers").iterdir())) == 2
    assert retraction_watch_file() == tmp_path / "sources" / "retraction_watch.csv"


def test_stand_in_needs_the_setting_for_it(settings, stub):
    settings.ATLAS_CONTACT = "editor@example.org"
    settings.ATLAS_SOURCE_ADDRESSES = stub.addresses
    settings.ATLAS_SOURCES_LOOPBACK = False
    with pytest.raises(OffLimits):
        SOURCES["crossref"].fetch(open_client(), doi="10.1000/1")
    assert stub.asked == []


def test_nothing_is_asked_before_a_contact_is_set(settings, stub):
    settings.ATLAS_CONTACT = ""
    settings.ATLAS_SOURCE_ADDRESSES = stub.addresses
    settings.ATLAS_SOURCES_LOOPBACK = True
    with pytest.raises(NotConfigured):
        SOURCES["pubmed"].fetch(open_client(), pmid="1")
    assert stub.asked == []
