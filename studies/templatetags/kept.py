"""Use what a block drew a second time on the same page."""

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString

register = template.Library()


class KeepNode(Node):
    """Draws its contents, and keeps them under a name for the rest of the page."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name, self.nodelist = name, nodelist

    def render(self, context: Context) -> SafeString:
        drawn = self.nodelist.render(context)
        context[self.name] = SafeString(drawn.strip())
        return drawn


@register.tag
def keep(parser: Parser, token: Token) -> KeepNode:
    """`{% keep title %}…{% endkeep %}` draws what stands in it; `{{ title }}` draws the same again."""
    _, name = token.split_contents()
    nodelist = parser.parse(("endkeep",))
    parser.delete_first_token()
    return KeepNode(name, nodelist)
