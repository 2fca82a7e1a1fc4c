"""Citations as plain text: Vancouver (NLM), APA 7, Harvard, and the atlas entry.

Sources of the rules: Citing Medicine (NLM, journal articles; ICMJE: six authors, then et al.), the Publication Manual of
the APA, 7th edition (twenty authors, then nineteen and the last), and for Harvard the form that most British universities
teach ("cite them right": three authors, of more the first and et al.). A citation of a paper that was retracted
begins with that word, so that it cannot get lost when the line is copied.
"""

import re

from studies.formats.notes import INCOMPLETE, mark, marked_title, notice, one_line, plain_title
from studies.records import Author, Collective, Person, Record

MONTHS = "January February March April May June July August September October November December".split()

# Small words between given names that give no initial.
_PARTICLES = frozenset(
    {"da", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "e", "la", "van", "von", "y"}
)


def vancouver(record: Record) -> str:
    authors = _vancouver_authors(record)
    parts = [
        mark(record) + _stopped(authors or plain_title(record)),
        _stopped(plain_title(record)) if authors else "",
        source(record),
        notice(record),
    ]
    return " ".join(part for part in parts if part)


def source(record: Record) -> str:
    """Where the paper stands, as Vancouver has it: `BMJ Open. 2025 Apr 2;15(4):1085-94. doi: 10.1136/… .`"""
    parts = (
        one_line(record.journal_abbreviation or record.journal),
        _vancouver_issue(record),
        _vancouver_identifiers(record),
    )
    return " ".join(_stopped(part) for part in parts if part)


def apa(record: Record) -> str:
    authors, title = _apa_authors(record), _stopped(plain_title(record))
    year = f"({record.year if record.year is not None else 'n.d.'})."
    head = [_stopped(authors), year, title] if authors else [title, year]
    parts = [*head, _stopped(_apa_journal(record)), record.paper_url, notice(record)]
    return mark(record) + " ".join(part for part in parts if part)


def harvard(record: Record) -> str:
    """`Mansoubi, M. and Berger, A. (2025) ‘Title’, BMJ Open, 15(4), pp. 1085–1094. Available at: https://doi.org/…`."""
    authors, title = _harvard_authors(record), f"‘{plain_title(record)}’"
    year = f"({record.year if record.year is not None else 'no date'})"
    head = f"{authors} {year} {title}" if authors else f"{title} {year}"
    place = ", ".join(part for part in (head, *_harvard_journal(record)) if part)
    found = f"Available at: {record.paper_url}" if record.paper_url else ""
    return mark(record) + " ".join(part for part in (_stopped(place), found, notice(record)) if part)


def _harvard_authors(record: Record) -> str:
    """Three authors are named, of four or more the first; a list with gaps always ends with et al."""
    names = [_apa_name(author) for author in record.authors]
    if not record.authors_complete:
        return f"{', '.join(names[:3])}{' et al.' if names else ''} [{INCOMPLETE}]".strip()
    if len(names) > 3:
        return f"{names[0]} et al."
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _harvard_journal(record: Record) -> tuple[str, str, str]:
    issue = f"({record.issue})" if record.issue else ""
    first, last = record.first_page, record.last_page
    one = f"p. {first}" if first.isdecimal() else f"article {first}"
    pages = f"pp. {first}–{last}" if last else one if first else ""
    return one_line(record.journal or record.journal_abbreviation), one_line(f"{record.volume}{issue}"), one_line(pages)


def atlas_entry(record: Record) -> str:
    """How to cite the atlas's own page; refuses a record that is no entry of the atlas."""
    if not record.atlas_url:
        raise ValueError("the record is no entry of the atlas")
    changed = record.atlas_changed_on
    version = [f"Version {record.atlas_version}"] if record.atlas_version else []
    dated = [f"{changed.day} {MONTHS[changed.month - 1]} {changed.year}"] if changed else []
    parts = [
        "ME/CFS Study Atlas.",
        _stopped(f"Entry about: {marked_title(record)}"),
        _stopped(record.pem_label),
        _stopped(", ".join(version + dated)),
        record.atlas_url,
    ]
    return " ".join(part for part in parts if part)


def initials(given: str) -> list[str]:
    """The initials of each given name: `Rob CI` gives R and CI, `Jean-Paul` J-P, `María del Mar` M and M."""
    words = given.replace(".-", "-").replace(".", " ").split()
    return [found for word in words if word not in _PARTICLES and (found := _initials_of(word))]


def _initials_of(word: str) -> str:
    """A short word in capitals is a row of initials already."""
    parts = ["".join(filter(str.isalpha, part)) for part in re.split("[-‐‑–]", word)]
    return "-".join(part if part.isupper() and len(part) <= 3 else part[0].upper() for part in parts if part)


def _vancouver_authors(record: Record) -> str:
    names = [vancouver_name(author) for author in record.authors]
    shown = names[:6]
    if len(names) > 6 or (names and not record.authors_complete):
        shown.append("et al")
    joined = ", ".join(shown)
    return joined if record.authors_complete else f"{joined} [{INCOMPLETE}]".strip()


def vancouver_name(author: Author) -> str:
    if isinstance(author, Collective):
        return one_line(author.name)
    letters = "".join(initials(author.given)).replace("-", "")[:2]
    return one_line(f"{author.family} {letters}")


def _vancouver_issue(record: Record) -> str:
    """`2025 Apr 2;15(4):1085-94`."""
    issue = f"({record.issue})" if record.issue else ""
    place = f";{record.volume}{issue}" if record.volume or issue else ""
    pages = f":{_short_pages(record)}" if record.pages else ""
    return one_line(vancouver_date(record) + place + pages)


def vancouver_date(record: Record) -> str:
    if record.year is None:
        return "[no date]"
    parts = [str(record.year)]
    if record.month:
        parts.append(MONTHS[record.month - 1][:3])
        if record.day:
            parts.append(str(record.day))
    return " ".join(parts)


def _short_pages(record: Record) -> str:
    """Digits that repeat are left out: 1085-1094 is 1085-94. Pages with letters are kept whole."""
    first, last = record.first_page, record.last_page
    if not (first.isdecimal() and last.isdecimal() and len(first) == len(last)):
        return f"{first}-{last}" if last else first
    same = next((place for place in range(len(first)) if first[place] != last[place]), len(first) - 1)
    return f"{first}-{last[same:]}"


def _vancouver_identifiers(record: Record) -> str:
    numbers = [f"PMID: {record.pmid}"] if record.pmid else []
    numbers += [f"PMCID: {record.pmcid}"] if record.pmcid else []
    parts = [f"doi: {record.doi}"] if record.doi else []
    parts += ["; ".join(numbers)] if numbers else []
    if not parts and record.url:
        return f"Available from: {record.url}"
    return ". ".join(parts)


def _apa_authors(record: Record) -> str:
    names = [_apa_name(author) for author in record.authors]
    if not record.authors_complete:
        return ", ".join([*names[:19], *(["et al."] if names else [])]) + f" [{INCOMPLETE}]"
    if len(names) > 20:
        return f"{', '.join(names[:19])}, … {names[-1]}"
    if len(names) > 1:
        return f"{', '.join(names[:-1])}, & {names[-1]}"
    return "".join(names)


def _apa_name(author: Author) -> str:
    if isinstance(author, Collective):
        return one_line(author.name)
    return one_line(", ".join(part for part in (author.family, _apa_initials(author)) if part))


def _apa_initials(author: Person) -> str:
    """`L. A.`; a hyphen between given names stays: `J.-P.`."""
    spaced = (re.sub(r"([^-])(?=[^-])", r"\1 ", name) for name in initials(author.given))
    return re.sub(r"([^\s-])", r"\1.", " ".join(spaced))


def _apa_journal(record: Record) -> str:
    """`BMJ Open, 15(4), Article e094658` or `Journal, 40(5), 1085–1094`."""
    issue = f"({record.issue})" if record.issue else ""
    first, last = record.first_page, record.last_page
    number = f"{first}–{last}" if last else first
    if first and not last and not first.isdecimal():
        number = f"Article {first}"
    parts = (record.journal or record.journal_abbreviation, f"{record.volume}{issue}", number)
    return one_line(", ".join(part for part in parts if part))


def _stopped(text: str) -> str:
    return text if not text or text.endswith((".", "?", "!")) else f"{text}."
