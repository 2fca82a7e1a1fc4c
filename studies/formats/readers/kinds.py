"""Which kinds of references are papers, in the words of RIS, BibTeX, CSL, Crossref and Zotero. Pure.

The atlas holds studies of published papers. So articles, contributions to conferences, preprints and reports (guidelines
come as these) are read; books, theses, web pages, data and the like are refused, since an editor can still enter by hand
the rare one that the atlas needs, while a wrong one costs triage. A book or a chapter with a PubMed number is read, as it
is from PubMed itself: that is how reports of academies come. What managers of references use for "anything" is read where
it can be found again: with an identifier or a journal. A kind nobody knows is treated like that too.
"""

from collections.abc import Iterable

PAPERS = frozenset(
    "jour ejour jfull inpr abst conf cpaper rprt "  # RIS
    "article inproceedings conference techreport report suppperiodical "  # BibTeX and BibLaTeX
    "article-journal article paper-conference review "  # CSL
    "journal-article proceedings-article posted-content report-component "  # Crossref
    "journalarticle preprint conferencepaper".split()  # Zotero
)

# Kinds that are no papers, by what they are called in a sentence.
_OTHERS = {
    "a book": "book ebook edbook whole-book mvbook collection mvcollection monograph edited-book reference-book "
    "book-set book-series classic clswk booklet",
    "a part of a book": "chap echap inbook incollection bookinbook suppbook suppcollection inreference chapter "
    "book-chapter book-section book-part book-track reference-entry booksection",
    "an entry of a dictionary or encyclopedia": "dict ency encyc entry entry-dictionary entry-encyclopedia "
    "dictionaryentry encyclopediaarticle",
    "a thesis": "thes thesis phdthesis mastersthesis dissertation",
    "whole proceedings": "proceedings mvproceedings proceedings-series",
    "a whole journal": "periodical journal journal-issue journal-volume ser serial",
    "a web page": "elec web blog icomm online electronic www webpage post post-weblog forumpost blogpost",
    "a data set": "data dataset dbase database aggr",
    "software": "comp software computerprogram",
    "a patent": "pat patent",
    "an article in a newspaper or magazine": "news newspaper article-newspaper article-magazine newspaperarticle "
    "magazinearticle mgzn",
    "a review of a book or of a submission": "review-book peer-review",
    "a law or a case": "bill case stat hear legal unbill unbil jurisdiction legislation legal_case hearing regulation "
    "treaty statute govdoc",
    "a standard": "stand standard",
    "a manual or leaflet": "manual pamphlet pamp",
    "sound, pictures or film": "advs art audio chart equa figure graphic map mpct motion_picture movie music mult "
    "musical_score performance slide sound song video vide broadcast artwork film audiorecording videorecording "
    "podcast radiobroadcast tvbroadcast",
    "a talk, letter or interview": "pcomm letter interview personal_communication speech presentation",
    "a grant": "grant",
    "a part of another publication": "component",
    "an attachment, not a reference": "attachment",
    "a note, not a reference": "note annotation",
}
_NAMES = {kind: name for name, kinds in _OTHERS.items() for kind in kinds.split()}


_READ_FROM_PUBMED = frozenset({"a book", "a part of a book"})
_WHOLE = frozenset({"conference review"})  # what Scopus calls the proceedings themselves


def why_no_paper(kind: str, types: Iterable[str] = (), *, traceable: bool, in_pubmed: bool) -> str:
    """A sentence that refuses the record, or nothing. `traceable`: it has an identifier or names a journal."""
    word = kind.strip().casefold()
    if any(told.strip().casefold() in _WHOLE for told in types):
        return "This is whole proceedings, and the atlas holds papers."
    if word in PAPERS or (in_pubmed and _NAMES.get(word) in _READ_FROM_PUBMED):
        return ""
    if word in _NAMES:
        return f"This is {_NAMES[word]} (“{kind.strip()}”), and the atlas holds papers."
    if traceable:
        return ""
    if word:
        return f"Its kind (“{kind.strip()}”) does not say that it is a paper, and it has no identifier and no journal."
    return "It has no kind, no identifier and no journal, so nothing says that it is a paper."
