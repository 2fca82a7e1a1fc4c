"""Drawing what a list of studies has many of: badges and checkboxes. As plain templates they cost more than the search."""

from collections.abc import Iterable
from functools import cache
from html import escape

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from studies.search.choices import Option

register = template.Library()


@register.simple_tag
@cache
def pem_badge(pem: str) -> SafeString:
    """The badge without its hint, drawn once for each value."""
    return render_to_string("includes/pem_badge.html", {"pem": pem})


@register.simple_tag
def options(facet: str, choices: Iterable[Option]) -> SafeString:
    """The checkboxes of a facet as list items."""
    items = (
        f'<li><label><input type="checkbox" name="{facet}" value="{escape(option.value)}"'
        f"{' checked' if option.checked else ''}> {escape(option.label)} ({option.count})</label></li>"
        for option in choices
    )
    return mark_safe("".join(items))  # noqa: S308 - every part is escaped or a number
