"""One study whose every text tries to break out of the format that it is written into."""

from studies.models import Study
from tests.studies.factories import CODED, published_study

# HTML, attributes, a script, templates, XML, LaTeX, Markdown, RIS, BibTeX, headers, spreadsheets, terminals, direction.
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"' onmouseover=alert(3) x='"
ENDINGS = "</script><!--]]>--></title></textarea></style>{{7*7}}{% debug %}${7*7}&#60;b&#62;&lt;i&gt;"
RECORDS = "ER  - TY  - JOUR TI  - Forged}} @article{forged, title={Forged}} \\input{/etc/passwd} %$#&_~^\\"
DIRECTION = "\u202emoc.live\u202c \u2066x\u2069 \u200f\u200b\u00ad"
FLOOD = "Z" + "\u0335\u0321\u0322" * 8
FORMULA = '=HYPERLINK("https://evil.example","x")+cmd|\' /C calc\'!A0'
LINKS = "[x](javascript:alert(4)) ![y](https://evil.example/y.png) <https://evil.example> | `c`"
SLUG = "hostile-2024-study"

TEXT = f"{MARKUP} {ENDINGS} {LINKS}"


def hostile_study():
    """Published; values that models refuse for their form (identifiers, dates) are ordinary.

    No rule lets signs that turn the direction into the record, so they are put there behind its back.
    """
    study = _published()
    turned = {"title": f"{study.title} {DIRECTION}", "limitations": f"{study.limitations} {DIRECTION} {FLOOD}"}
    Study.objects.filter(pk=study.pk).update(**turned)
    study.refresh_from_db()
    return study


def _published():
    return published_study(
        **CODED,
        slug=SLUG,
        title=f"{FORMULA} {MARKUP} {ENDINGS} {RECORDS}",
        journal=f"@J {MARKUP}",
        journal_abbreviation=f"-{MARKUP}",
        volume="=1+1",
        issue="<b>\"'",
        pages="-1</script>",
        doi='10.1000/x"><script>alert(5)</script>',
        pmid="1234567",
        authors=[f"={MARKUP}, <i>{FLOOD}", {"collective": f"+Group {ENDINGS} and others"}],
        topics=["sleep"],
        abstract=f"Blood {TEXT} {DIRECTION} {FLOOD}",
        question=f"={TEXT} Does it?",
        key_point=f"={TEXT} It did.",
        main_limitation=f"+{TEXT} It is small.",
        summary=f"@{TEXT}\nER  - \nTY  - JOUR\nTI  - Forged",
        significance=f"-{TEXT} It helps.",
        limitations=RECORDS,
        basis="abstract",
    )
