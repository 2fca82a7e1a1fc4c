"""The vocabularies of the private side; slugs are permanent."""

from django.db.models import TextChoices


class Kind(TextChoices):
    CORRECTION = "correction", "Correct something about a study"
    MISSING_PAPER = "missing_paper", "Tell us about a missing paper"
    CODING = "coding", "PEM or case definition"
    RETRACTION = "retraction", "Retraction or erratum"
    AUTHOR_RESPONSE = "author_response", "Response of an author of the paper"
    LIVED_EXPERIENCE = "lived_experience", "Lived experience"
    ACCESS = "access", "Accessibility or translation"
    OTHER = "other", "Something else"


class State(TextChoices):
    QUARANTINED = "quarantined", "Quarantined"
    RECEIVED = "received", "Received"
    IN_REVIEW = "in_review", "In review"
    ASKED = "asked", "Asked the contributor"
    AWAITING_SECOND = "awaiting_second", "Awaiting a second person"
    APPLIED = "applied", "Applied"
    NOTED = "noted", "Noted"
    DECLINED = "declined", "Declined"
    DUPLICATE = "duplicate", "Already known"
    SPAM = "spam", "Spam"
    CLOSED = "closed", "Closed without reply"
    TAKEN_BACK = "taken_back", "Taken back"
    ERASED = "erased", "Erased"


OPEN_STATES = frozenset({State.RECEIVED, State.IN_REVIEW, State.ASKED, State.AWAITING_SECOND})
ENDS = frozenset(
    {State.APPLIED, State.NOTED, State.DECLINED, State.DUPLICATE, State.SPAM, State.CLOSED, State.TAKEN_BACK}
)

# What the contributor reads on the receipt page.
STATE_SENTENCES = {
    State.QUARANTINED: "Your message has arrived. A person has to check it before it joins the queue.",
    State.RECEIVED: "Your message is waiting to be read.",
    State.IN_REVIEW: "A moderator is reading your message.",
    State.ASKED: "A moderator has asked you something. You can answer below.",
    State.AWAITING_SECOND: "A moderator has written a change. A second person has to agree to it.",
    State.APPLIED: "Your message led to a change in the atlas.",
    State.NOTED: "A moderator has read your message and keeps it as background.",
    State.DECLINED: "A moderator has read your message and decided against a change. The reason is below.",
    State.DUPLICATE: "What you told us was already known or already in the queue.",
    State.SPAM: "Your message was marked as spam. If that is wrong, please send it again in other words.",
    State.CLOSED: "We asked you something and heard nothing for 60 days, so your message was closed.",
    State.TAKEN_BACK: "You took this message back. Its text is deleted.",
    State.ERASED: "This message is deleted.",
}


class DeclineReason(TextChoices):
    NOT_AN_ERROR = "not_an_error", "The atlas already says what the paper says"
    NO_SOURCE = "no_source", "We could not find it in the paper or another source"
    OUT_OF_SCOPE = "out_of_scope", "It is not about an ME/CFS study"
    ADVICE = "advice", "The atlas gives no medical advice"
    PERSONAL = "personal", "It names or describes a private person"
    OTHER = "other", "Another reason, explained below"


class Use(TextChoices):
    """How a public text uses what the contributor wrote; the last two need their consent."""

    NONE = "none", "Not at all: a fact checked in the paper"
    SUMMARISED = "summarised", "Summarised in our words"
    QUOTED = "quoted", "Quoted"


class Side(TextChoices):
    CONTRIBUTOR = "contributor", "You"
    STAFF = "staff", "Moderator"


class ActorKind(TextChoices):
    CONTRIBUTOR = "contributor", "contributor"
    STAFF = "staff", "staff"
    CLOCK = "clock", "the clock"
    SYSTEM = "system", "the system"
