"""Sentences that an answer to a contributor can start from. Staff edit them before they send anything."""

from __future__ import annotations

from dataclasses import dataclass

from contributions.vocabulary import DeclineReason


@dataclass(frozen=True)
class Start:
    """`label` names the sentence in a list for staff; `text` is what the contributor would read."""

    label: str
    text: str


ASK = {
    "where": Start(
        "Where it stands",
        "Thank you for writing. We could not find the place yet. Where in the paper does it stand? A page, a table or a "
        "sentence is enough.",
    ),
    "source": Start(
        "A source",
        "Thank you for writing. Do you know a source that shows this? A link, a DOI or the name of a journal is enough.",
    ),
    "meaning": Start(
        "What is meant",
        "Thank you for writing. We are not sure that we understand you rightly. Could you say in other words what should be "
        "different on the page?",
    ),
    "author": Start(
        "Whether an author writes",
        "Thank you for writing. Before we show an answer of an author, we have to be sure who writes. Could you write to us "
        "from the mail address that stands in the paper?",
    ),
}
NOTE = {
    "background": Start(
        "Kept as background",
        "Thank you for writing. We have read your message. It changes no page today, and we keep it in mind.",
    ),
    "experience": Start(
        "Lived experience",
        "Thank you for telling us about this. A page of the atlas can only say what a paper says, so your experience does not "
        "stand there. It helps us to see what readers need.",
    ),
}
DUPLICATE = {
    "known": Start(
        "Known already",
        "Thank you for writing. Somebody told us the same a little earlier, and we are looking at it.",
    ),
    "there": Start("In the atlas already", "Thank you for writing. The atlas has this already. You find it under:"),
}
APPLY = {
    "changed": Start(
        "The page was changed",
        "Thank you for telling us. You were right, and the page is changed. Its history says what changed and why. It says "
        "nothing about you.",
    ),
}
DRAFT = {
    "drafted": Start(
        "A draft was made",
        "Thank you for telling us about this paper. The atlas did not have it. We have started a draft, and it becomes public "
        "when a person has checked it.",
    ),
}
DECLINE = {
    DeclineReason.NOT_AN_ERROR: Start(
        "Not an error",
        "Thank you for writing. We compared the page with the paper, and the page says what the paper says. So we left it "
        "as it is. If you see another place in the paper, please tell us.",
    ),
    DeclineReason.NO_SOURCE: Start(
        "No source",
        "Thank you for writing. We looked in the paper and did not find this. A page can only say what a source shows. If you "
        "find one, please tell us.",
    ),
    DeclineReason.OUT_OF_SCOPE: Start(
        "Out of scope",
        "Thank you for writing. The atlas is about studies of ME/CFS, and this is about something else. So we did not change "
        "anything.",
    ),
    DeclineReason.ADVICE: Start(
        "Medical advice",
        "Thank you for writing. The atlas gives no medical advice, because we do not know you and are not your doctors. "
        "Please talk to somebody who treats you.",
    ),
    DeclineReason.PERSONAL: Start(
        "About a private person",
        "Thank you for writing. Your message is about a private person. The atlas says nothing about private people, so we "
        "did not use it.",
    ),
    DeclineReason.OTHER: Start("Another reason", "Thank you for writing. We did not change anything, because"),
}
