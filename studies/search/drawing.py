"""The list page as HTML. It is drawn once with gaps (`studies/gaps.py`), which are filled here with what each page has.

As plain templates the checkboxes, years and cards cost more than the search.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from studies import languages, structured
from studies.gaps import filled
from studies.paging import Pages
from studies.search import choices
from studies.search.choices import BAR_WIDTH, LONG, Bar, Chip, Group, Option
from studies.search.engine import Page, WaysOn
from studies.search.filters import Filters
from studies.search.results import results

TEMPLATE = "studies/evidence.html"
NAME = "Studies"  # of the list, for programs

_escaped = lru_cache(maxsize=2000)(escape)  # for the names of values, which are the same on every page


def drawn(page: Page, *, site: Mapping[str, object], notices: Sequence[str], ways_on: WaysOn) -> SafeString:
    """The whole page. `site` is what every template gets (`atlas_site.pages.site`)."""
    fixed, gaps = parts(page, site=site, notices=notices, ways_on=ways_on)
    return filled(TEMPLATE, fixed=fixed, gaps=gaps)


def parts(
    page: Page, *, site: Mapping[str, object], notices: Sequence[str], ways_on: WaysOn
) -> tuple[dict[str, Hashable], dict[str, object]]:
    """What the template may decide by, and what it only prints."""
    own = {name: site[name] for name in ("here", "page_address")}
    shown, chips = results(page), choices.chips(page)
    fixed = {name: value for name, value in site.items() if name not in own} | {
        "section": "evidence",
        "found": bool(shown),
    }
    gaps = {
        **own,
        "path": page_path(site),
        "title": title_of(page, chips),
        **_form(page, chips),
        "status": _status(page),
        "reading": _reading(page, chips, notices, ways_on, bool(shown)),
        "sorts": _sorts(page),
        "start": page.pages.start + 1,
        "cards": _cards(shown.values()),
        "graph": _graph(page, page_path(site), shown),
        "pages": _pages(page.pages),
        "first_address": page.pages.first_address,
        "nothing": "" if shown else _nothing(page, chips, ways_on),
    }
    return fixed, gaps  # type: ignore[return-value]


def page_path(site: Mapping[str, object]) -> str:
    """The address of the list without its question."""
    return str(site["here"]).partition("?")[0]


def title_of(page: Page, chips: Sequence[Chip]) -> str:
    """What the list shows, for the browser's title: “LDN”, PEM required: 3 studies, page 2."""
    asked = [f"“{page.filters.q}”"] if page.filters.q else []
    asked += [chip.text for chip in chips]
    place = gettext(", page %(number)s") % {"number": page.pages.number} if page.pages.number > 1 else ""
    return f"{', '.join(asked)}: {studies(page.result.total)}{place}" if asked else f"{gettext('All studies')}{place}"


def studies(number: int) -> str:
    """A number of studies in words: 1 study, 913 studies."""
    return ngettext("%(number)s study", "%(number)s studies", number) % {"number": number}


def _form(page: Page, chips: Sequence[Chip]) -> dict[str, object]:
    """The search box and the filters as they were sent."""
    filters = page.filters
    return {
        "q": filters.q,
        "hidden": _hidden(filters),
        "chosen": _chosen(len(chips)),
        "facets": _facets(choices.groups(page)),
        "year_from": filters.year_from or "",
        "year_to": filters.year_to or "",
        "bars": _year_bars(choices.bars(page)),
        "undated": _undated(page.result.undated),
    }


def _hidden(filters: Filters) -> SafeString:
    """What the form carries on although it shows no field for it."""
    sent = {"sort": filters.sort, "synonyms": "" if filters.synonyms else "off"}
    fields = (f'<input type="hidden" name="{name}" value="{escape(value)}">\n' for name, value in sent.items() if value)
    return SafeString("".join(fields))


def _chosen(number: int) -> str:
    return " " + ngettext("(%(number)s chosen)", "(%(number)s chosen)", number) % {"number": number} if number else ""


def _undated(number: int) -> SafeString:
    named = gettext("No year recorded:")
    text = f"{named} {studies(number)}."
    return SafeString(f"<p>{escape(text)}</p>" if number else "")


def _status(page: Page) -> SafeString:
    steps = {"number": page.pages.number, "last": page.pages.last}
    place = gettext(", page %(number)s of %(last)s") % steps if page.pages.last > 1 else ""
    return SafeString(f"<b>{escape(studies(page.result.total))}</b>{escape(place)}")


def _reading(page: Page, chips: Sequence[Chip], notices: Sequence[str], ways_on: WaysOn, found: bool) -> SafeString:
    """How the request was read; on most pages without words there is nothing to say."""
    if not (page.query or chips or notices):
        return SafeString()
    suggestion = _suggestion(page, ways_on) if found else None
    context = {"page": page, "suggestion": suggestion, "notices": notices, "chips": chips}
    return render_to_string("studies/evidence_reading.html", context)


def _nothing(page: Page, chips: Sequence[Chip], ways_on: WaysOn) -> SafeString:
    alone = [choices.search_for(page, text) for text in ways_on.alone]
    context = {"page": page, "chips": chips, "suggestion": _suggestion(page, ways_on), "alone": alone}
    return render_to_string("studies/evidence_nothing.html", context)


def _suggestion(page: Page, ways_on: WaysOn) -> Chip | None:
    return choices.search_for(page, ways_on.corrected) if ways_on.corrected else None


def _sorts(page: Page) -> SafeString:
    items = (
        f'<a href="{escape(to)}">{_said(sort.label)}</a>' if to else f'<b aria-current="true">{_said(sort.label)}</b>'
        for sort, to in choices.sorts(page)
    )
    return SafeString(" · ".join(items))


def _pages(pages: Pages) -> SafeString:
    """Links to other pages; none where there is one page."""
    steps = {"before": pages.before, "after": pages.after}
    numbers = {"number": pages.number, "last": pages.last}
    ends = {"first_address": pages.first_address, "last_address": pages.last_address}
    given = {name: address for name, address in steps.items() if address}
    return filled("includes/pagination.html", fixed={}, gaps={**given, **numbers, **ends}, within="pages")


def _said(words: str) -> str:
    return _escaped(languages.said(words))


def _facets(groups: Iterable[Group]) -> SafeString:
    """The facets with their checkboxes; those behind "more" in a part that opens."""
    return SafeString("".join(map(_facet, groups)))


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


def _options(facet: str, options: Iterable[Option]) -> str:
    return "".join(
        f'<li><label><input type="checkbox" name="{facet}" value="{_escaped(option.value)}"'
        f"{' checked' if option.checked else ''}> {_escaped(option.label)} ({option.count})</label></li>"
        for option in options
    )


def _year_bars(bars: Sequence[Bar]) -> SafeString:
    """The histogram as a list. A bar is decoration; its number stands beside it."""
    items = (
        f'<li><svg width="{BAR_WIDTH}" height="10" aria-hidden="true">'
        f'<rect class="bar-yes" width="{bar.width}" height="10"/></svg> '
        f'<a href="{escape(bar.address)}">{bar.label}</a> ({bar.count})</li>'
        for bar in bars
    )
    return SafeString(f"<ol>{''.join(items)}</ol>" if bars else "")


def _graph(page: Page, path: str, shown: Iterable[str]) -> SafeString:
    """The list for programs, on the pages that crawlers may read (robots.txt): those of the list of all studies."""
    if page.filters.page_address(1) != "?":
        return SafeString()
    here = path + page.filters.page_address(page.pages.number).removesuffix("?")
    graph = structured.of_whole_list(here, NAME, shown)
    return SafeString(f'<script type="application/ld+json">{graph}</script>\n')


def _cards(drawn: Iterable[SafeString]) -> SafeString:
    """Drawn cards as list items."""
    return SafeString("".join(f"<li>{card}</li>\n" for card in drawn))
