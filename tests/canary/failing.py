"""Pages that fail while they hold something private, for the tests of reports and logs: a private one and a public one."""

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import include, path

import atlas_site.urls


def fail(request: HttpRequest) -> HttpResponse:
    """Raise with the typed text in every place an exception has for text."""
    typed = request.POST.get("text", "") + request.GET.get("text", "")
    held = {"a local variable": typed}
    try:
        raise KeyError(typed)
    except KeyError as cause:
        error = ValueError(f"cannot read {held}")
        error.add_note(typed)
        raise error from cause


def fail_in_template(request: HttpRequest) -> HttpResponse:
    template = Engine(debug=True).from_string("{% with a=typed %}{{ a|add:broken.value }}{{ explode }}{% endwith %}")

    class Exploding:
        def __str__(self) -> str:
            raise ValueError(request.POST["text"])

    return HttpResponse(template.render(Context({"typed": request.POST["text"], "explode": Exploding()})))


def suspect(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation(request.POST["text"])


def unreadable(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST["text"].encode("ascii"))


def _pages(prefix: str) -> list:
    return [
        path(f"{prefix}/{view.__name__}/", view, name=f"{prefix}_{view.__name__}")
        for view in (fail, fail_in_template, suspect, unreadable)
    ]


handler400, handler500 = atlas_site.urls.handler400, atlas_site.urls.handler500
urlpatterns = [
    *_pages("contribute"),
    *_pages("public"),
    path("", include(atlas_site.urls)),
]
