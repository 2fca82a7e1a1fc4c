"""COinS: an OpenURL in an empty element, from which reference managers pick up the paper.

It describes another work than the page it stands on, which is the truth: the page is not the paper. Lists hold one
for each study.
"""

from collections.abc import Iterator
from html import escape
from urllib.parse import quote, urlencode, urlsplit

from studies.formats.notes import marked_title, one_line
from studies.records import Collective, Record


def render(record: Record) -> str:
    """The element, escaped: safe to put into a page as it is."""
    return f'<span class="Z3988" title="{escape(context_object(record))}"></span>'


def context_object(record: Record) -> str:
    """The OpenURL itself, percent-encoded but not escaped for HTML."""
    pairs = [(key, text) for key, value in _pairs(record) if (text := one_line(value))]
    return urlencode(pairs, quote_via=quote, safe=":/")


def _pairs(record: Record) -> Iterator[tuple[str, str]]:
    yield "ctx_ver", "Z39.88-2004"
    yield "rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"
    yield "rft.genre", "article"
    yield "rft.atitle", marked_title(record)
    yield "rft.jtitle", record.journal
    yield "rft.stitle", record.journal_abbreviation
    yield from _authors(record)
    yield "rft.date", record.date
    yield "rft.volume", record.volume
    yield "rft.issue", record.issue
    yield "rft.spage", record.first_page
    yield "rft.epage", record.last_page
    yield "rft.issn", record.issn
    yield "rft_id", f"info:doi/{record.doi}" if record.doi else ""
    yield "rft_id", f"info:pmid/{record.pmid}" if record.pmid else ""
    host = urlsplit(record.atlas_url).netloc
    yield "rfr_id", f"info:sid/{host}" if host else ""


def _authors(record: Record) -> Iterator[tuple[str, str]]:
    """The first author in parts, then every author whole; readers drop the repetition."""
    for number, author in enumerate(record.authors):
        if isinstance(author, Collective):
            yield "rft.au", author.name
            continue
        if number == 0:
            yield "rft.aulast", author.family
            yield "rft.aufirst", author.given
        yield "rft.au", f"{author.family}, {author.given}" if author.given else author.family
