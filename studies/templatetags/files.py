"""Links to the files of a list, and of a study: one line of names."""

from functools import lru_cache
from html import escape

from django import template
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString, mark_safe

from studies import addresses
from studies.exporting import FORMATS

register = template.Library()

# What a line of links offers, in this order.
OFFERED = ("ris", "bib", "nbib", "csl.json", "csv", "json", "md", "vancouver.txt", "apa.txt", "harvard.txt")


@register.simple_tag
def list_files(query: str) -> SafeString:
    """Links to the list at these parameters (`?topic=…`) in every format."""
    return _links(_of_lists(get_script_prefix()), escape(query))


@register.simple_tag
def study_files(slug: str, pmid: str | None) -> SafeString:
    """Links to the files of one study; NBIB only for a paper with a PubMed number."""
    places = {suffix: addresses.with_slug("studies:citation", slug, suffix) for suffix in _FOR_MANAGERS}
    return _links([(FORMATS[suffix].name, place) for suffix, place in places.items() if suffix != "nbib" or pmid], "")


_FOR_MANAGERS = ("ris", "bib", "nbib", "csl.json", "csv", "json")


@lru_cache
def _of_lists(prefix: str) -> list[tuple[str, str]]:
    return [(FORMATS[suffix].name, reverse("studies:list_file", args=[suffix])) for suffix in OFFERED]


def _links(places: list[tuple[str, str]], query: str) -> SafeString:
    links = (f'<a href="{place}{query}">{name}</a>' for name, place in places)
    return mark_safe(", ".join(links))  # noqa: S308 - names and addresses are ours, the query is escaped
