"""What the tests of the staff pages share: addresses, and forms sent as a browser would send them."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from contributions.models import Contribution
from tests.studies.filling import _Fields

QUEUE = "/admin/contributions/contribution/"


def at(one: Contribution, page: str = "change") -> str:
    return reverse(f"admin:contributions_contribution_{page.replace('-', '_')}", args=[one.pk])


def forms_on(page: HttpResponse) -> dict[str, dict[str, list[str]]]:
    """Every form that is posted from the page: the last part of its address to the values in it."""
    parser = _Fields()
    parser.feed(page.content.decode())
    found: dict[str, dict[str, list[str]]] = {}
    for form in parser.forms:
        address = form["attrs"].get("action", "").split("?")[0].split("#")[0]
        if form["attrs"].get("method") == "post" and "/contributions/" in address:
            values = found.setdefault(address.rstrip("/").rsplit("/", 1)[-1], {})
            for name, value in form["pairs"]:
                values.setdefault(name, []).append(value)
    return found


def press(desk: Client, one: Contribution, act: str, *, page: HttpResponse | None = None, **typed: Any) -> HttpResponse:
    """Open the page, type into the form of this act, and press its button."""
    shown = forms_on(page or desk.get(at(one)))[act]
    values = {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
    return desk.post(at(one, act), shown | values)


def offered(page: HttpResponse) -> set[str]:
    """The acts and pages that the page offers."""
    pages = {each["address"].split("?")[0].rstrip("/").rsplit("/", 1)[-1] for each in page.context["pages"]}
    return set(forms_on(page)) | pages
