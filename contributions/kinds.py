"""What the form asks for each kind of message, and in which words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from contributions.vocabulary import Kind

ABOUT_STUDY = _("Its address in the atlas, its DOI or PMID, or its title.")


@dataclass(frozen=True)
class Asked:
    """`subject` and `why` in the list of kinds, `heading` of the form; `label` and `hint` of the box to be filled.

    `fields`: the further boxes, in order. `identifier`: label and hint of that box where no study is known.
    """

    subject: str
    heading: str
    why: str
    label: str
    hint: str
    fields: tuple[str, ...] = ("evidence",)
    identifier: tuple[str, str] = (_("Which study is it about?"), ABOUT_STUDY)


ASKED: dict[Kind, Asked] = {
    Kind.CORRECTION: Asked(
        _("An error in a study"),
        _("Tell us about an error"),
        _("Something about a study is wrong or missing."),
        _("What is wrong?"),
        _("A few words are enough."),
        ("field", "proposed", "evidence"),
    ),
    Kind.MISSING_PAPER: Asked(
        _("A missing paper"),
        _("Tell us about a missing paper"),
        _("A paper on ME/CFS that the atlas does not have."),
        _("Which paper is it?"),
        _("Its title, or anything that helps us find it."),
        ("identifier",),
        (_("Its number or link, if you have it"), _("A DOI, a PMID, a PMCID or a link, in any spelling.")),
    ),
    Kind.CODING: Asked(
        _("PEM or a case definition"),
        _("Tell us about PEM or a case definition"),
        _("The PEM badge or the case definition of a study is wrong."),
        _("What should it say, and why?"),
        _("A few words are enough."),
        ("quote", "place", "evidence"),
    ),
    Kind.RETRACTION: Asked(
        _("A journal took a paper back or corrected it"),
        _("Tell us about a retraction or a correction"),
        _("A retraction, a correction or a note of concern."),
        _("What happened to the paper?"),
        _("A few words are enough."),
    ),
    Kind.AUTHOR_RESPONSE: Asked(
        _("You wrote the paper"),
        _("Answer as an author of the paper"),
        _("You want to answer what the atlas says about your paper."),
        _("What would you like to say?"),
        _("Staff will ask how they can check that you are an author. So please leave a mail address below."),
    ),
    Kind.LIVED_EXPERIENCE: Asked(
        _("Your own experience"),
        _("Tell us about your own experience"),
        _("You have ME/CFS, or care for somebody who has."),
        _("What would you like to tell us?"),
        _(
            "Please leave out names and other facts that could show who somebody is. "
            "It stays private unless you tick a box below."
        ),
    ),
    Kind.ACCESS: Asked(
        _("A page that is hard to read or to use"),
        _("Tell us what is hard to read or to use"),
        _("A page does not work for you, or you need another language."),
        _("What is hard, and on which page?"),
        _("A few words are enough."),
        ("language",),
    ),
    Kind.OTHER: Asked(
        _("Something else"),
        _("Tell us something else"),
        _("Anything that fits nowhere above."),
        _("What would you like to tell us?"),
        _("A few words are enough."),
    ),
}  # fmt: skip
NEEDS_NO_STUDY = frozenset({Kind.MISSING_PAPER, Kind.ACCESS, Kind.OTHER})


def kinds_for(*, about_study: bool) -> list[Kind]:
    """The kinds that make sense on the form of a study, or on the general one."""
    return [kind for kind in Kind if not (about_study and kind == Kind.MISSING_PAPER)]


def kind_from(text: str, *, about_study: bool) -> Kind | None:
    """The kind with this slug, where the form offers it."""
    return next((kind for kind in kinds_for(about_study=about_study) if kind == text), None)


def fields_of(kind: Kind, *, about_study: bool) -> tuple[str, ...]:
    """The boxes beside the message itself. Without a study there is no place to pick, but a study to name."""
    fields = ASKED[kind].fields
    if about_study:
        return fields
    if kind in NEEDS_NO_STUDY:
        return fields
    return ("identifier", *(name for name in fields if name not in {"field", "proposed"}))
