"""Reading a page's forms and sending them as a browser would: hidden values, texts, ticks and the button."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse
from django.test import Client

from tests.studies.pages import text_of

__all__ = [
    "Form", "alert", "form_of", "forms_of", "open_message", "send_form", "text_of", "without_token", "words_of",
]  # fmt: skip


OF_EVERY_PAGE = {"/evidence/", "/preferences/"}


@dataclass
class Form:
    """One form of a page: where it goes, what it would send, and the values of its buttons."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    ticks: set[str] = field(default_factory=set)  # the names of boxes that are not ticked
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.inside = False
        self.area = self.select = ""

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "form":
            self.forms.append(Form(found.get("action", "")))
            self.inside = found.get("method") == "post"
        elif self.inside:
            getattr(self, f"_{tag}", lambda found: None)(found)

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data):
        if self.area:
            self.forms[-1].values[self.area] += data

    def _input(self, found):
        form, name = self.forms[-1], found["name"]
        if found["type"] != "checkbox":
            form.values[name] = found.get("value", "")
        elif "checked" in found:
            form.values[name] = found.get("value", "on")
        else:
            form.ticks.add(name)

    def _textarea(self, found):
        self.area = found["name"]
        self.forms[-1].values[self.area] = ""

    def _select(self, found):
        self.select = found["name"]
        self.forms[-1].values[self.select] = ""

    def _option(self, found):
        if "selected" in found:
            self.forms[-1].values[self.select] = found["value"]

    def _button(self, found):
        self.forms[-1].buttons.append((found.get("name", ""), found.get("value", "")))


def forms_of(response: HttpResponse) -> list[Form]:
    """The forms that are sent by POST, in order; a browser drops the newline that begins a text area."""
    reader = _Reader()
    reader.feed(response.content.decode())
    forms = [form for form in reader.forms if form.values or form.buttons]
    for form in forms:
        form.values = {name: value.removeprefix("\n") for name, value in form.values.items()}
    return [form for form in forms if form.action not in OF_EVERY_PAGE]


def form_of(response: HttpResponse, action: str = "") -> Form:
    """The form that goes to this address, else the first."""
    forms = forms_of(response)
    return next(form for form in forms if not action or form.action == action)


def send_form(client: Client, form: Form, *, step: str = "send", **typed: str) -> HttpResponse:
    return client.post(form.action, {**form.values, "step": step, **typed})


def words_of(response: HttpResponse) -> str:
    """The six words on the page of a receipt."""
    (words,) = re.findall(r'id="words">([^<]+)<', response.content.decode())
    return words


def without_token(response: HttpResponse) -> str:
    """The page without what protects its forms, which differs each time."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]+"', r"\1", response.content.decode())


def alert(response: HttpResponse) -> str:
    """The notice above the heading, in words; "" where there is none."""
    before = response.content.decode().split("<h1", 1)[0]
    notice = re.search(r'<section class="(?:notice|box told)".*?</section>', before, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", notice[0]).split()) if notice else ""


def open_message(client: Client, words: str) -> HttpResponse:
    """Write the six words and follow to the message."""
    return client.post("/my-contribution/", {"words": words}, follow=True)
