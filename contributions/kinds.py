"""What the form asks for each kind of message, and in which words."""

from __future__ import annotations

from dataclasses import dataclass

from contributions.vocabulary import Kind

ABOUT_STUDY = "Its address in the atlas, its DOI or PMID, or its title."


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
    identifier: tuple[str, str] = ("Which study is it about?", ABOUT_STUDY)


ASKED: dict[Kind, Asked] = {
    Kind.CORRECTION: Asked(
        "An error in a study",
        "Tell us about an error",
        "Something about a study is wrong or missing.",
        "What is wrong?",
        "A few words are enough.",
        ("field", "proposed", "evidence"),
    ),
    Kind.MISSING_PAPER: Asked(
        "A missing paper",
        "Tell us about a missing paper",
        "A paper on ME/CFS that the atlas does not have.",
        "Which paper is it?",
        "Its title, or anything that helps us find it.",
        ("identifier",),
        ("Its number or link, if you have it", "A DOI, a PMID, a PMCID or a link, in any spelling."),
    ),
    Kind.CODING: Asked(
        "PEM or a case definition",
        "Tell us about PEM or a case definition",
        "The PEM badge or the case definition of a study is wrong.",
        "What should it say, and why?",
        "A few words are enough.",
        ("quote", "place", "evidence"),
    ),
    Kind.RETRACTION: Asked(
        "A journal took a paper back or corrected it",
        "Tell us about a retraction or a correction",
        "A retraction, a correction or a note of concern.",
        "What happened to the paper?",
        "A few words are enough.",
    ),
    Kind.AUTHOR_RESPONSE: Asked(
        "You wrote the paper",
        "Answer as an author of the paper",
        "You want to answer what the atlas says about your paper.",
        "What would you like to say?",
        "Staff will ask how they can check that you are an author. So please leave a mail address below.",
    ),
    Kind.LIVED_EXPERIENCE: Asked(
        "Your own experience",
        "Tell us about your own experience",
        "You have ME/CFS, or care for somebody who has.",
        "What would you like to tell us?",
        "Please leave out names and other facts that could show who somebody is. It stays private unless you tick a box below.",
    ),
    Kind.ACCESS: Asked(
        "A page that is hard to read or to use",
        "Tell us what is hard to read or to use",
        "A page does not work for you, or you need another language.",
        "What is hard, and on which page?",
        "A few words are enough.",
        ("language",),
    ),
    Kind.OTHER: Asked(
        "Something else",
        "Tell us something else",
        "Anything that fits nowhere above.",
        "What would you like to tell us?",
        "A few words are enough.",
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
