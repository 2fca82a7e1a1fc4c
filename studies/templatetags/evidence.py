"""Drawing what a list of studies has many of: checkboxes. As plain templates they cost more than the search."""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from studies.search.choices import Option

register = template.Library()


@register.simple_tag
def options(facet: str, choices: Iterable[Option]) -> SafeString:
    """The checkboxes of a facet as list items."""
    items = (
        f'<li><label><input type="checkbox" name="{facet}" value="{escape(option.value)}"'
        f"{' checked' if option.checked else ''}> {escape(option.label)} ({option.count})</label></li>"
        for option in choices
    )
    return mark_safe("".join(items))  # noqa: S308 - every part is escaped or a number
