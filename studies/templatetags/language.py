"""What templates need to be read in several languages. Every template has these without asking (settings.TEMPLATES)."""

from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from studies import languages

register = template.Library()


@register.simple_tag
def page_language() -> SafeString:
    """The attributes `lang` and `dir` of the whole page."""
    return format_html('lang="{}" dir="{}"', languages.current(), languages.direction())


@register.simple_tag
def english() -> SafeString:
    """The attributes of a part that is only there in English; none on an English page, where they say nothing new."""
    return languages.english_attributes()


@register.filter
def local(words: str) -> str:
    """Words of a vocabulary in the reader's language; as they are where the catalogue does not have them."""
    return gettext(words) if words else ""


@register.filter
def day(moment: date | None) -> str:
    """A date in words, as the reader's language writes it."""
    return languages.day(moment)


register.filter(languages.english_words)
