"""The vocabularies of the private side; slugs are permanent."""

from django.db.models import TextChoices
from django.utils.translation import gettext_noop as _


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
    QUARANTINED = "quarantined", _("Quarantined")
    RECEIVED = "received", _("Received")
    IN_REVIEW = "in_review", _("In review")
    ASKED = "asked", _("Asked the contributor")
    AWAITING_SECOND = "awaiting_second", _("Awaiting a second person")
    APPLIED = "applied", _("Applied")
    NOTED = "noted", _("Noted")
    DECLINED = "declined", _("Declined")
    DUPLICATE = "duplicate", _("Already known")
    SPAM = "spam", _("Spam")
    CLOSED = "closed", _("Closed without reply")
    TAKEN_BACK = "taken_back", _("Taken back")
    ERASED = "erased", _("Erased")


OPEN_STATES = frozenset({State.RECEIVED, State.IN_REVIEW, State.ASKED, State.AWAITING_SECOND})
ENDS = frozenset(
    {State.APPLIED, State.NOTED, State.DECLINED, State.DUPLICATE, State.SPAM, State.CLOSED, State.TAKEN_BACK}
)

# What the contributor reads on the receipt page.
STATE_SENTENCES = {
    State.QUARANTINED: _("Your message has arrived. A person has to check it before it joins the queue."),
    State.RECEIVED: _("Your message is waiting to be read."),
    State.IN_REVIEW: _("A moderator is reading your message."),
    State.ASKED: _("A moderator has asked you something. You can answer below."),
    State.AWAITING_SECOND: _("A moderator has written a change. A second person has to agree to it."),
    State.APPLIED: _("Your message led to a change in the atlas."),
    State.NOTED: _("A moderator has read your message and keeps it as background."),
    State.DECLINED: _("A moderator has read your message and decided against a change. The reason is below."),
    State.DUPLICATE: _("What you told us was already known or already in the queue."),
    State.SPAM: _("Your message was marked as spam. If that is wrong, please send it again in other words."),
    State.CLOSED: _("We asked you something and heard nothing for 60 days, so your message was closed."),
    State.TAKEN_BACK: _("You took this message back. Its text is deleted."),
    State.ERASED: _("This message is deleted."),
}


class DeclineReason(TextChoices):
    NOT_AN_ERROR = "not_an_error", _("The atlas already says what the paper says")
    NO_SOURCE = "no_source", _("We could not find it in the paper or another source")
    OUT_OF_SCOPE = "out_of_scope", _("It is not about an ME/CFS study")
    ADVICE = "advice", _("The atlas gives no medical advice")
    PERSONAL = "personal", _("It names or describes a private person")
    OTHER = "other", _("Another reason, explained below")


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


class Mail(TextChoices):
    """What a mail is about. None of them says anything of a message."""

    ANSWER = "answer", "News for a contributor"
    REMINDER = "reminder", "Messages wait, for moderators"
    LONG = "long", "Messages have waited for long, for leads"
