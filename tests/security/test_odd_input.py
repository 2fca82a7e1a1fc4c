"""No text that can come in a request is a fault of ours: every public address with each of its parameters, every part of
a path, every header, every form, and the lists of the desk."""

import re
from urllib.parse import quote

import pytest
from django.contrib.admin import site
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contributions.forms import LABELS
from contributions.models import Bucket, Contribution
from contributions.views.session import KEY
from contributions.vocabulary import Kind, State
from studies.api import queries
from tests.contributions.factories import send
from tests.running import ROOT
from tests.security.matrix import PUBLIC
from tests.security.odd import ASKED, BYTES, TEXTS, VALUES, addresses
from tests.security.test_matrix import things  # noqa: F401 - a fixture
from tests.signing_in import sign_in
from tests.studies.factories import make_user

pytestmark = pytest.mark.django_db
# In the short suite too: what PostgreSQL does not store, what is no character, and digits that are no number.
FIRST = ("nul", "half a pair", "raised digit")
VIEWS = [
    *(ROOT / "studies" / "views").glob("*.py"),
    *(ROOT / "contributions" / "views").glob("*.py"),
    ROOT / "atlas_site" / "preferences_pages.py",
]
FORM = "application/x-www-form-urlencoded"
PATHS = [
    "/{}",
    "/evidence/{}/",
    "/evidence/{}.ris",
    "/evidence/{}.txt",
    "/evidence/{slug}.{}",
    "/evidence/{}/history/",
    "/evidence/{slug}/v/{}/",
    "/evidence/{slug}/diff/{}/1/",
    "/evidence/{slug}/diff/1/{}/",
    "/evidence/{}/timemap/",
    "/evidence.{}",
    "/definitions/{}/",
    "/topics/{}/",
    "/guides/{}/",
    "/start/{}/",
    "/policies/{}/",
    "/data/{}/",
    "/data/none/{}",
    "/feeds/{}.atom",
    "/feeds/topics/{}.atom",
    "/feeds/{}/x.atom",
    "/sitemap-{}.xml",
    "/contribute/{}/",
    "/api/v1/{}",
    "/api/v1/studies/{}",
    "/api/v1/studies/{}/revisions",
    "/api/v1/topics/{}",
    "/static/{}",
    "/admin/{}/",
    "/admin/once/{}/",
    "/.well-known/{}",
]
READ = ("/", "/evidence/{slug}/", "/evidence/{slug}/timegate/", "/api/v1/studies", "/evidence.csv", "/contribute/")
HEADERS = (
    "accept",
    "accept-language",
    "accept-encoding",
    "accept-datetime",
    "if-none-match",
    "if-modified-since",
    "range",
    "cookie",
    "referer",
    "user-agent",
    "origin",
    "authorization",
    "x-forwarded-for",
    "x-forwarded-proto",
    "content-type",
)


@pytest.fixture
def named(things, settings):  # noqa: F811
    """What stands in the addresses; programs may ask as often as they like here."""
    settings.ATLAS_API_PER_MINUTE = settings.ATLAS_API_PER_HOUR = 0
    return {name: things[name] for name in ("slug", "topic", "guide", "start")}


def read(answer) -> int:
    """The status, after the whole answer was made."""
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer.status_code


def faults(client, addresses_asked) -> list[tuple[str, int]]:
    asked = ((address, read(client.get(address))) for address in addresses_asked)
    return [(address[:200], status) for address, status in asked if status >= 500]


def with_each(address, parameter, names):
    sign = "&" if "?" in address else "?"
    return (f"{address}{sign}{parameter}={VALUES[name]}" for name in names)


def test_no_parameter_of_a_public_address_is_a_fault(named):
    browser = Client(raise_request_exception=False)
    for _, address, parameter in addresses(named):
        assert faults(browser, with_each(address, parameter, FIRST)) == []


@pytest.mark.full
@pytest.mark.parametrize("part", range(8))
def test_no_text_in_any_parameter_of_a_public_address_is_a_fault(named, part):
    browser = Client(raise_request_exception=False)
    for _, address, parameter in addresses(named)[part::8]:
        assert faults(browser, with_each(address, parameter, VALUES)) == []
        assert faults(browser, [f"{address}{'&' if '?' in address else '?'}{VALUES['nul']}=1"]) == []


def test_table_names_every_parameter_that_a_view_looks_at():
    looked_at = {
        name for path in VIEWS for name in re.findall(r'request\.GET(?:\.\w+\(|\[)"([\w-]+)"', path.read_text())
    }
    said = {name for asked in ASKED.values() for parameters in asked.values() for name in parameters}
    models = (queries.Listed, queries.Lookup, queries.Since)
    assert sorted((looked_at | {name for model in models for name in model.model_fields}) - said) == []
    assert sorted(set(ASKED) - set(PUBLIC)) == []
    assert len(looked_at) > 10


@pytest.mark.full
@pytest.mark.parametrize("path", PATHS)
def test_no_text_in_a_path_is_a_fault(named, path):
    browser = Client(raise_request_exception=False)
    assert faults(browser, [path.replace("{slug}", named["slug"]).format(value) for value in VALUES.values()]) == []


@pytest.mark.full
@pytest.mark.parametrize("header", HEADERS)
def test_no_text_in_a_header_is_a_fault(named, header):
    """As a server hands it on: each byte is one letter."""
    browser = Client(raise_request_exception=False)
    sent = [text.encode("utf-8", "surrogatepass")[:500] for text in TEXTS.values()] + list(BYTES.values())
    for number, data in enumerate(sent):
        path, letters = READ[number % len(READ)].format(**named), data.decode("latin-1")
        for value in (letters, f"{letters};q={letters}", f'W/"{letters}"', f"look={letters}; sessionid={letters}"):
            assert read(browser.get(path, headers={header: value})) < 500, (path, value[:80])


def posted(browser, path, fields, name="", value=""):
    """An encoded form in which one field holds these bytes, percent-encoded."""
    rest = "&".join(f"{field}={quote(text)}" for field, text in fields.items() if field != name)
    return browser.post(path, f"{rest}&{name}={value}" if name else rest, content_type=FORM)


MESSAGE = {
    "text": "Something is wrong here",
    **{name: "x" for name in LABELS if name not in {"text", "field"}},
    "contact": "a@example.org",
    "may_contact": "on",
    "shown": "1",
    "form": "x",
    "step": "send",
}
# Address: the status of the form as it stands here, by which it is known to be reached, and its fields. `{words}` opens a
# message, which this browser has open already.
FORMS = {
    "/contribute/": (200, {"kind": "other", **MESSAGE}),
    "/contribute/{slug}/": (200, {"kind": "correction", "field": "key_point", **MESSAGE}),
    "/my-contribution/": (302, {"words": "{words}"}),
    "/my-contribution/add/": (302, {"text": "more"}),
    "/my-contribution/delete/": (200, {"act": "everything"}),
    "/my-contribution/download/": (200, {}),
    "/my-contribution/leave/": (200, {}),
    "/my-contribution/receipt/": (200, {"words": "{words}"}),
    "/preferences/": (302, {"theme": "dark", "next": "/", "language": "en"}),
    "/reading-list/": (200, {"studies": "adams-2024", "format": "ris"}),
    "/oai/": (200, {"verb": "GetRecord", "identifier": "x", "metadataPrefix": "oai_dc"}),
    "/admin/login/": (200, {"username": "somebody", "password": "x", "next": "/admin/"}),
}


class Sender:
    """Sends forms, each as the first of the day: no limit is reached, and a message is open where the form is about one."""

    def __init__(self, named) -> None:
        self.named, self.receipt = named, None

    def __call__(self, path, fields, name="", value=""):
        Bucket.objects.all().delete()
        browser = Client(raise_request_exception=False)
        if path.startswith("/my-contribution/"):
            self._open(browser)
        known = {**self.named, "words": self.receipt.words if self.receipt else ""}
        filled = {field: text.format(**known) for field, text in fields.items()}
        answer = posted(browser, path.format(**known), filled, name, value)
        assert read(answer) != 429, (name, value[:80])
        assert answer.streaming or b"There were too many tries" not in answer.content, (name, value[:80])
        return answer

    def _open(self, browser) -> None:
        if not self.receipt or Contribution.objects.get(pk=self.receipt.contribution.pk).state == State.ERASED:
            self.receipt = send(at=timezone.now())
        session = browser.session
        session[KEY] = str(self.receipt.contribution.uuid)
        session.save()


@pytest.mark.full
@pytest.mark.parametrize("path", FORMS)
def test_no_text_in_a_form_is_a_fault(named, path):
    sent, (status, fields) = Sender(named), FORMS[path]
    assert sent(path, fields).status_code == status
    for name in (*fields, "unasked", "csrfmiddlewaretoken"):
        few = path == "/admin/login/" and name not in {
            "username",
            "password",
        }  # each is followed by the slow check of a password
        for what in FIRST if few else VALUES:
            assert sent(path, fields, name, VALUES[what]).status_code < 500, (name, what)


@pytest.mark.full
@pytest.mark.parametrize("kind", Kind.values)
def test_no_text_is_a_fault_with_any_kind_of_message(named, kind):
    sent = Sender(named)
    for path in ("/contribute/", f"/contribute/{named['slug']}/"):
        for name in LABELS:
            fields = {**MESSAGE, "kind": kind, "field": "key_point"}
            assert sent(path, fields, name, VALUES["nul"]).status_code < 500, (path, name)


def test_limits_would_be_noticed(named, slowly):
    """Without a clean start each, the sixth message of ten minutes would be answered by the limit alone."""
    path, browser = "/contribute/", Client()
    statuses = [posted(browser, path, FORMS[path][1]).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def lists_of_the_desk() -> list[str]:
    return [reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist") for model in site._registry]


def parameters_of(page: str) -> set[str]:
    """Names in the links and fields of a list of the desk: its filters, its order, its pages."""
    links = re.findall(r'href="\?([^"]*)"', page)
    return {pair.partition("=")[0] for link in links for pair in link.replace("&amp;", "&").split("&") if pair} | {
        "q",
        "p",
        "o",
        "all",
        "_changelist_filters",
        "e",
    }


@pytest.mark.parametrize("part", range(4))
def test_no_text_in_a_list_of_the_desk_is_a_fault(named, part):
    browser = sign_in(Client(raise_request_exception=False), make_user("lead"))
    seen = 0
    for address in lists_of_the_desk()[part::4]:
        page = browser.get(address, follow=True)
        if page.status_code == 403:
            continue
        for parameter in sorted(parameters_of(page.content.decode())):
            seen += 1
            assert faults(browser, with_each(address, parameter, FIRST)) == []
    assert seen > 20
