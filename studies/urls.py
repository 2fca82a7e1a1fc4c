"""Addresses of the public atlas."""

from django.urls import path

from atlas_site import pages
from studies.views import guides, history, reference
from studies.views.citation import citation
from studies.views.evidence import evidence
from studies.views.evidence_map import map_of_evidence
from studies.views.home import home
from studies.views.study import study

app_name = "studies"
urlpatterns = [
    # The list of studies
    path("evidence/", evidence, name="evidence"),
    path("", home, name="home"),
    # /evidence/<study>/: the page and its downloads
    path("evidence/<slug:slug>/", study, name="study"),
    path("evidence/<slug:slug>.<slug:suffix>", citation, name="citation"),
    # /evidence/<study>/: its history
    path("evidence/<slug:slug>/history/", history.history, name="history"),
    path("evidence/<slug:slug>/v/<int:number>/", history.version, name="version"),
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
    # About the atlas
    path("about/", pages.about, name="about"),
    path("policies/<slug:slug>/", pages.policy, name="policy"),
]
