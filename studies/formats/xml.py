"""Text for XML 1.0: escaped, and without the characters that no XML file may hold. Pure."""

import re
from xml.sax.saxutils import escape, quoteattr

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: str) -> str:
    """As the content of an element."""
    return escape(_FORBIDDEN.sub("", value))


def element(name: str, value: str, **attributes: str) -> str:
    """`<name attribute="…">value</name>`; nothing where the value is empty."""
    return f"<{name}{_written(attributes)}>{text(value)}</{name}>" if value.strip() else ""


def group(name: str, *parts: str, **attributes: str) -> str:
    """An element around others; nothing where all of them are empty."""
    inner = "".join(parts)
    return f"<{name}{_written(attributes)}>{inner}</{name}>" if inner else ""


def _written(attributes: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(_FORBIDDEN.sub('', value))}" for name, value in attributes.items())
