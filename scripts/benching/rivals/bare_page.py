"""A study page as a bare Django page: the same record, no middleware, no layout, one plain template.

What a page costs at least in this framework with this data: the queries for the study and everything that belongs to it,
and one template that prints it.
"""

import os

import django
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402

from studies.models import Study  # noqa: E402

settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []

TEMPLATE = engines["django"].from_string("""<!doctype html><html lang="en"><title>{{ s.title }}</title>
<h1>{{ s.title }}</h1><p>{% for a in s.authors.all %}{{ a.family }}{{ a.collective }} {{ a.given }}, {% endfor %}{{ s.journal }} {{ s.published_on }}</p>
<p>{{ s.get_pem_display }} {{ s.get_design_display }} {{ s.get_peer_review_display }} {{ s.get_evidence_level_display }} {{ s.get_retraction_status_display }}</p>
<p>{{ s.patients }} {{ s.controls }} {{ s.population_label }} {{ s.get_basis_display }}</p>
{% for f in s.flags.all %}<p>{{ f.get_kind_display }}: {{ f.reason }} {{ f.link }}</p>{% endfor %}
{% for d in s.definitions.all %}<p>{{ d.definition.name }} {{ d.get_role_display }} {{ d.quote }} {{ d.get_locator_display }}</p>{% endfor %}
<p>{{ s.question }}</p><p>{{ s.key_point }}</p><p>{{ s.main_limitation }}</p>
<h2>In plain language</h2><p>{{ s.summary }}</p><h2>Why it matters</h2><p>{{ s.significance }}</p><h2>What it does not prove</h2><p>{{ s.limitations }}</p>
<ul>{% for t in s.findings %}<li>{{ t }}</li>{% endfor %}{% for t in s.conclusions %}<li>{{ t }}</li>{% endfor %}
{% for t in s.open_questions %}<li>{{ t }}</li>{% endfor %}{% for t in s.strengths %}<li>{{ t }}</li>{% endfor %}</ul>
{% for link in s.links_out.all %}<p>{{ link.get_type_display }} {{ link.target.title }}</p>{% endfor %}
{% for link in s.links_in.all %}<p>{{ link.get_type_display }} {{ link.source.title }}</p>{% endfor %}
<p>{% for t in s.topics.all %}{{ t.label }} {% endfor %}</p>
{% for t in s.text_provenance.all %}<p>{{ t.field }} {{ t.get_drafter_display }} {{ t.get_approver_role_display }}</p>{% endfor %}
{% for r in s.author_responses.all %}<p>{{ r.text }}</p>{% endfor %}
{% if s.abstract.may_be_shown %}<p>{{ s.abstract.text }}</p>{% endif %}
<p>{{ s.doi }} {{ s.pmid }} {{ s.pmcid }} version {{ s.version }} {{ s.changed_at }}</p></html>""")  # noqa: E501


def study(request: HttpRequest, slug: str) -> HttpResponse:
    found = Study.objects.published().with_everything().filter(slug=slug).first()
    return HttpResponse(TEMPLATE.render({"s": found}) if found else "", status=200 if found else 404)


urlpatterns = [path("evidence/<slug:slug>/", study), path("", lambda request: HttpResponse("ready"))]
application = get_wsgi_application()
