"""The forms of a contributor. Only one box has to be filled; nothing typed is cut off or thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from contributions import correcting, naming
from contributions.kinds import ASKED, fields_of
from contributions.terms import TERMS
from contributions.vocabulary import Kind
from studies.models import Study

LONG, MIDDLE, SHORT = 20_000, 5_000, 2_000
TICKS = ("may_summarise", "may_quote", "may_contact", "notify")
# What a person typed, in reading order; the names are those of messages.py.
TYPED = ("text", "field", "proposed", "quote", "place", "identifier", "evidence", "language")
LABELS = {
    "text": _("Your message"),
    "field": _("Where on the page"),
    "proposed": _("What it should say instead"),
    "quote": _("Sentence from the paper"),
    "place": _("Where it stands in the paper"),
    "identifier": _("Study or paper"),
    "evidence": _("Link or source"),
    "language": _("Language"),
}


class Text(forms.CharField):
    """Text without a limit in the browser, which would cut a pasted text off without a word."""

    def __init__(self, *, limit: int, rows: int = 0, name: str, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        widget.attrs.update(options.pop("attrs", {}))
        super().__init__(required=options.pop("required", False), widget=widget, **options)
        said = f"{name} is too long. Please shorten it to {limit:,} characters, or send it in parts."
        self.validators.append(MaxLengthValidator(limit, said))

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")


class PlainForm(forms.Form):
    """A form that is checked on the server alone."""

    use_required_attribute = False


class ContributionForm(PlainForm):
    """Everything a contributor may send, of which a kind and a study leave over what makes sense."""

    text = Text(limit=LONG, rows=8, name="Your message", required=True)
    field = forms.ChoiceField(required=False, label=_("Which part of the page is it?"))
    proposed = Text(limit=LONG, rows=6, name="Your wording", label=_("What should it say instead?"))
    quote = Text(limit=MIDDLE, rows=3, name="The sentence", label=_("The sentence in the paper that shows it"))
    place = Text(
        limit=SHORT,
        name="The place",
        label=_("Where that sentence stands"),
        help_text=_("Such as: methods, page 4, or table 2."),
    )
    identifier = Text(limit=SHORT, name="This", attrs={"autocomplete": "off", "spellcheck": "false"})
    evidence = Text(
        limit=SHORT,
        name="The source",
        label=_("A link or another source"),
        attrs={"autocomplete": "off", "spellcheck": "false"},
    )
    language = Text(limit=SHORT, name="The language", label=_("Which language do you need?"))
    may_summarise = forms.BooleanField(required=False, label=TERMS.summarise)
    may_quote = forms.BooleanField(required=False, label=TERMS.quote)
    may_contact = forms.BooleanField(required=False, label=TERMS.contact)
    contact = forms.EmailField(
        required=False,
        label=_("Your mail address"),
        error_messages={"invalid": _("This does not look like a mail address. It should look like name@example.org.")},
        widget=forms.TextInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    )
    notify = forms.BooleanField(required=False, label=TERMS.notify)

    def __init__(self, *args: Any, kind: Kind, study: Study | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind
        self.extra = fields_of(kind, about_study=study is not None)
        for name in TYPED[1:]:
            if name not in self.extra:
                del self.fields[name]
        self._word(ASKED[kind])

    def _word(self, asked: Any) -> None:
        text = self.fields["text"]
        text.label, text.help_text = asked.label, asked.hint
        text.error_messages["required"] = _("Write something in this box, so that there is a message to send.")
        if "identifier" in self.fields:
            self.fields["identifier"].label, self.fields["identifier"].help_text = asked.identifier
            self.fields["text"].required = self.kind != Kind.MISSING_PAPER
        if "field" in self.fields:
            self.fields["field"].choices = [("", gettext("I do not know, or several")), *correcting.choices()]

    def clean_identifier(self) -> str:
        return naming.normalised(self.cleaned_data["identifier"])

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        self._check_paper(values)
        self._check_contact(values)
        return values

    def _check_paper(self, values: Mapping[str, Any]) -> None:
        """Of a missing paper, its number alone is a whole message."""
        if self.kind != Kind.MISSING_PAPER or {"text", "identifier"} & set(self.errors):
            return
        if not (values["text"] or values["identifier"]):
            self.add_error("text", _("Write the title of the paper here, or its number or link in the next box."))

    def _check_contact(self, values: Mapping[str, Any]) -> None:
        if "contact" in self.errors:
            return
        if values["contact"] and not values["may_contact"]:
            self.add_error("may_contact", _("Tick this box if we may use your address, or clear the address."))
        elif (values["may_contact"] or values["notify"]) and not values["contact"]:
            self.add_error("contact", _("Write your mail address, or clear the boxes about writing to you."))

    def content(self) -> dict[str, str]:
        """What the private thread stores of a valid form (messages.py)."""
        values = {name: self.cleaned_data.get(name, "") for name in TYPED}
        return {"text": values.pop("text"), **{name: value for name, value in values.items() if value}}

    @property
    def has_choices(self) -> bool:
        """Whether the part about consent and contact was used, so that it is shown open."""
        return any(self[name].value() or name in self.errors for name in (*TICKS, "contact"))


def refilled(sent: Mapping[str, str], *, kind: Kind, study: Study | None) -> ContributionForm:
    """The form with everything that was sent, not yet checked."""
    initial = {name: sent.get(name, "") for name in (*TYPED, "contact")}
    ticks = {name: bool(sent.get(name)) for name in TICKS}
    return ContributionForm(initial=initial | ticks, kind=kind, study=study)


class WordsForm(PlainForm):
    """The six words of a receipt, in any spelling."""

    words = Text(
        limit=400,
        name="This",
        required=True,
        label=_("Your six words"),
        help_text=_("Capital letters, spaces and hyphens make no difference."),
        error_messages={"required": _("Write the six words that you were given when you sent your message.")},
        attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class AddForm(PlainForm):
    """More text for the thread."""

    text = Text(
        limit=LONG,
        rows=6,
        name="Your text",
        required=True,
        label=_("Your text"),
        error_messages={"required": _("Write something in this box, so that there is a text to send.")},
    )
