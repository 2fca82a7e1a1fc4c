"""Drawing what a list of studies has many of: checkboxes, years, cards. As plain templates they cost more than the search."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from studies import languages
from studies.search.choices import BAR_WIDTH, LONG, Bar, Group, Option

register = template.Library()

_escaped = lru_cache(maxsize=2000)(escape)  # for the names of values, which are the same on every page


@register.simple_tag
def facets(groups: Iterable[Group]) -> SafeString:
    """The facets with their checkboxes; those behind "more" in a part that opens."""
    return mark_safe("".join(map(_facet, groups)))  # noqa: S308 - every part is escaped or a number


def _facet(group: Group) -> str:
    in_english = _language(group)
    more = (
        f"<details><summary>{_more(len(group.more))}</summary>"
        f"<ul{in_english}>{_options(group.facet, group.more)}</ul></details>"
    )
    return (
        f"<fieldset><legend>{_escaped(group.legend)}</legend>\n"
        f"<ul{in_english}>{_options(group.facet, group.options)}</ul>\n{more if group.more else ''}\n</fieldset>\n"
    )


def _language(group: Group) -> str:
    """Names of definitions and topics are content, which is in English."""
    return languages.english_attributes() if group.facet in LONG else ""


def _more(number: int) -> str:
    return escape(ngettext("%(number)s more", "%(number)s more", number) % {"number": number})


def _options(facet: str, choices: Iterable[Option]) -> str:
    return "".join(
        f'<li><label><input type="checkbox" name="{facet}" value="{_escaped(option.value)}"'
        f"{' checked' if option.checked else ''}> {_escaped(option.label)} ({option.count})</label></li>"
        for option in choices
    )


@register.simple_tag
def year_bars(bars: Iterable[Bar]) -> SafeString:
    """The histogram as list items. A bar is decoration; its number stands beside it."""
    items = (
        f'<li><svg width="{BAR_WIDTH}" height="10" aria-hidden="true" focusable="false">'
        f'<rect class="bar-yes" width="{bar.width}" height="10"/></svg> '
        f'<a href="{escape(bar.address)}">{bar.label}</a> ({bar.count})</li>'
        for bar in bars
    )
    return mark_safe("".join(items))  # noqa: S308 - every part is escaped or a number


@register.simple_tag
def cards(drawn: Iterable[SafeString]) -> SafeString:
    """Drawn cards as list items."""
    return mark_safe("".join(f"<li>{card}</li>\n" for card in drawn))  # noqa: S308 - every card is safe
