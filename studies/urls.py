"""Addresses of the public atlas."""

from django.urls import path, re_path

from atlas_site import pages
from studies.api.describing import describe
from studies.api.gate import call
from studies.views import crawling, data, feeds, files, guides, history, mementos, reference
from studies.views.evidence import evidence
from studies.views.evidence_map import map_of_evidence
from studies.views.home import home
from studies.views.negotiating import by_accept
from studies.views.oai import oai
from studies.views.reading_list import reading_list
from studies.views.study import study
from studies.views.texts import text
from studies.views.unapi import unapi

SUFFIX = r"(?P<suffix>[a-z]+(?:\.[a-z]+)?)"
TEXTS = {"text/plain": (text, {"suffix": "txt"}), "text/markdown": (text, {"suffix": "md"})}

app_name = "studies"
urlpatterns = [
    # The list of studies
    path("evidence/", by_accept(evidence, files.LIST_FILES), name="evidence"),
    re_path(rf"^evidence\.{SUFFIX}$", files.list_file, name="list_file"),
    path("", home, name="home"),
    # /evidence/<study>/: the page and its downloads
    path("evidence/<slug:slug>/", by_accept(study, files.STUDY_FILES | TEXTS), name="study"),
    re_path(r"^evidence/(?P<slug>[-\w]+)\.(?P<suffix>txt|md)$", text, name="text"),
    re_path(rf"^evidence/(?P<slug>[-\w]+)\.{SUFFIX}$", files.study_file, name="citation"),
    path("unapi", unapi, name="unapi"),
    # /evidence/<study>/: its history
    path("evidence/<slug:slug>/history/", history.history, name="history"),
    path("evidence/<slug:slug>/v/<int:number>/", history.version, name="version"),
    path("evidence/<slug:slug>/timemap/", mementos.timemap, name="timemap"),
    path("evidence/<slug:slug>/timegate/", mementos.timegate, name="timegate"),
    path("evidence/<slug:slug>/diff/<int:a>/<int:b>/", history.difference, name="difference"),
    # Reference shelves
    path("definitions/", reference.definitions, name="definitions"),
    path("definitions/<slug:slug>/", reference.definition, name="definition"),
    path("pem/", reference.pem_explained, name="pem"),
    path("topics/", reference.topics, name="topics"),
    path("topics/<slug:slug>/", reference.topic, name="topic"),
    path("map/", map_of_evidence, name="map"),
    path("retractions/", reference.retractions, name="retractions"),
    path("changes/", reference.changes, name="changes"),
    # Texts of the atlas's own
    path("guides/", guides.guides, name="guides"),
    path("guides/<slug:slug>/", guides.guide, name="guide"),
    path("start/", guides.start, name="start"),
    path("start/<slug:slug>/", guides.start_path, name="start_path"),
    path("glossary/", guides.glossary, name="glossary"),
    path("questions/", guides.questions, name="questions"),
    # Data
    path("data/", data.data, name="data"),
    path("data/columns/", files.columns, name="columns"),
    path("data/columns.csv", files.columns_file, name="columns_file"),
    path("data/<slug:name>/", data.release, name="release"),
    path("data/<slug:name>/<path:file>", data.release_file, name="release_file"),
    # The API
    path("api/v1/", describe, name="api"),
    path("api/v1/<path:rest>", call, name="api_call"),
    # Harvesting
    path("oai/", oai, name="oai"),
    # Kept in the reader's browser
    path("reading-list/", reading_list, name="reading_list"),
    # Feeds
    path("feeds/", feeds.feeds, name="feeds"),
    path("feeds/<slug:name>.<slug:suffix>", feeds.feed, name="feed"),
    path("feeds/<slug:shelf>/<slug:slug>.<slug:suffix>", feeds.shelf_feed, name="shelf_feed"),
    # For programs that look for a way in
    path("robots.txt", crawling.robots, name="robots"),
    path("sitemap.xml", crawling.sitemap_index, name="sitemap_index"),
    path("sitemap-<slug:section>.xml", crawling.sitemap, name="sitemap"),
    path("opensearch.xml", crawling.opensearch, name="opensearch"),
    path("llms.txt", crawling.llms, name="llms"),
    # About the atlas
    path("about/", pages.about, name="about"),
    path("policies/<slug:slug>/", pages.policy, name="policy"),
]
