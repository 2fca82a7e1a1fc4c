"""What templates need to be read in several languages. Every template has these without asking (settings.TEMPLATES)."""

from datetime import date

from django import template
from django.template.base import Parser, Token
from django.templatetags.i18n import do_translate
from django.utils import translation
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
    """Words of a vocabulary in the reader's language; as they are where the catalogue does not have them.

    They are looked up each time: among them are faults of forms, which may repeat what somebody typed and must not be kept.
    """
    return gettext(words) if words else ""


@register.filter
def day(moment: date | None) -> str:
    """A date in words, as the reader's language writes it."""
    return languages.day(moment)


register.filter(languages.english_words)
register.filter(languages.english_part)


@register.tag
def translate(parser: Parser, token: Token) -> template.Node:
    """Django's tag; words that stand in the template itself are looked up once for each language."""
    node = do_translate(parser, token)
    written = node.filter_expression.token
    plain = len(token.split_contents()) == 2 and written[0] in "\"'" and not node.filter_expression.filters
    return Translated(node.filter_expression.var.literal) if plain else node


class Translated(template.Node):
    """Words of a template in the reader's language: what Django's `TranslateNode` makes of them, in a quarter of the time."""

    child_nodelists = ()

    def __init__(self, words: str) -> None:
        # Catalogues have the percent signs of templates doubled.
        self.words = words.replace("%", "%%")

    def render(self, context: template.Context) -> SafeString:
        return SafeString(languages.said(self.words).replace("%%", "%"))


@register.tag
def english_only(parser: Parser, token: Token) -> "EnglishOnly":
    """`{% english_only %}…{% endenglish_only %}`: long texts, which are there in English alone; marked as that elsewhere."""
    content = parser.parse(("endenglish_only",))
    parser.delete_first_token()
    return EnglishOnly(content)


class EnglishOnly(template.Node):
    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        attributes = languages.english_attributes()
        if not attributes:
            return self.nodelist.render(context)
        with translation.override(languages.ENGLISH):
            return format_html("<div{}>{}</div>", attributes, self.nodelist.render(context))
