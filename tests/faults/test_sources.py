"""Source services that hang, drip, break off, send rubbish or are gone, under the real commands and a real server of the site.

What each fault is called stands in tests/sources; here is what the others notice of it: nothing.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg
import pytest

from atlas_site.caching.words import STALE
from scripts.postgres import serving as serving_postgres
from studies.fetching import AT_ONCE, BUSY
from tests.environment import engine
from tests.faults.site import OTHER, STUDY, TEXT, Contributor, Site, look
from tests.ports import quiet_port
from tests.replicas.webs import Visitor, Web, fields, folder_environment, manage, run_python
from tests.running import ROOT
from tests.servers import until
from tests.sources.stub import Stub, serving
from tests.studies.syncs import serving_articles

pytestmark = pytest.mark.full
NOT_ANSWERED = r" (?:did not answer in 6 seconds|was not asked: the others took too long)\."
NUMBER, ADD = 30, "/admin/studies/study/add/"
# The command as it is, but that it waits for some seconds instead of minutes, and not between two questions.
IMPATIENT = """
import sys, django
django.setup()
from django.core.management import call_command
from studies import outside
from studies.sources.http import Client
from studies.sources.pacing import Clock
from studies.sources.wire import Limits
outside.Limits = lambda: Limits(connect=8, read=8, total=12)
outside.Clock = lambda: Clock(sleep=lambda seconds: None)
outside.Client = lambda **wishes: Client(tries=1, **wishes)
call_command(*sys.argv[1:])
"""
READY = """
from studies.models import SourceQuery
from tests.sources.shelves import FIRST_DAY
SourceQuery.objects.update(text="chronic fatigue", since=FIRST_DAY)
"""
EMPTY = """
from contributions.models import Bucket, Contribution
from studies.models import Arrival, Finding, IntegrityCheck, Study, SyncRun
from studies.vocabulary import State
for rows in (Bucket, Contribution, Finding, IntegrityCheck, Arrival, SyncRun):
    rows.objects.all().delete()
Study.objects.filter(state=State.DRAFT).delete()
"""
ARRIVED = """
import json
from studies.models import Arrival, Study
print(json.dumps([Study.objects.filter(state="draft").count(), sorted(Arrival.objects.values_list("study__doi", flat=True))]))
"""
FAR = 201  # the paper of the study that is published is none of those that arrive elsewhere in this file
PUBLISH = f"""
from itertools import count
from tests.sources.shelves import Shelves
from tests.studies import factories
from tests.studies.test_integrity import study_of
factories._numbers = count(1000)  # another process has made people before
study = study_of(Shelves.filled({FAR}).papers[-1].record)
print(study.slug, study.doi)
"""
NEXT_DAY = """
from datetime import timedelta
from django.utils import timezone
from studies.models import IntegrityCheck
IntegrityCheck.objects.filter(faults__gt=0).update(due_at=timezone.now() - timedelta(seconds=1))
"""


@pytest.fixture(scope="module")
def grown(tmp_path_factory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with database(folder) as url:
        site = Site(folder, folder_environment(folder, DATABASE_URL=url))
        site.fill()
        run_python(site.settings, READY)
        yield site


@contextmanager
def database(folder) -> Iterator[str]:
    if engine() == "sqlite":
        yield f"sqlite:///{folder / 'atlas.sqlite3'}"
    else:
        with serving_postgres() as server:
            yield server.url


@pytest.fixture
def site(grown, tmp_path) -> Iterator[Site]:
    own = Site(tmp_path, grown.settings)
    yield own
    own.stop()
    run_python(grown.settings, EMPTY)


def start(site: Site, environment: dict[str, str], *words: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", IMPATIENT, *words],
        cwd=ROOT,
        env=site.settings | environment | {"DJANGO_SETTINGS_MODULE": "atlas_site.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(command: subprocess.Popen) -> tuple[int, list[str], list[str]]:
    """Its code, and the lines of its answer and of what it told besides."""
    said, told = command.communicate()
    return command.returncode, said.splitlines(), told.splitlines()


def asked(stub: Stub, where: str) -> int:
    return sum(where in each.path for each in stub.asked)


def goes_on(site: Site, web: Web, someone: Contributor) -> None:
    """While somebody waits for a source: pages as ever, a message is stored, and nobody holds a transaction."""
    assert {look(web, path)[0] for path in (STUDY, OTHER)} == {200}
    assert STALE not in {look(web, path)[1] for path in (STUDY, OTHER)}
    assert open_transactions(site) == 0
    assert someone.send().status == 200


def open_transactions(site: Site) -> int:
    """SQLite tells none; there a message could not be stored beside one."""
    if engine() == "sqlite":
        return 0
    question = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
    with closing(psycopg.connect(site.settings["DATABASE_URL"].replace("postgres://", "postgresql://"))) as asked_for:
        return asked_for.execute(question).fetchone()[0]


def nothing_happened_to(someone: Contributor, site: Site) -> None:
    assert someone.opens()
    assert [[text.replace("\r\n", "\n") for text in texts] for texts in site.held()] == [[TEXT]]


TOO_SLOW = "{} sent its answer too slowly: not all of it in 12 seconds."
FAULTS = {
    # By source: what it does, and the sentence of the command. None: it is well.
    "hangs, breaks, is well, sends rubbish": {
        "PubMed": ("slow:600", "PubMed did not answer in 8 seconds."),
        "Crossref": ("broken", "Crossref has a fault of its own (HTTP 500)."),
        "Europe PMC": None,
        "OpenAlex": ("wrong_type", "OpenAlex answered with text/html, not with application/json."),
    },
    "is well, is gone, drips, drips in its head": {
        "PubMed": None,
        "Crossref": ("gone", "Crossref could not be reached."),
        "Europe PMC": ("drip", TOO_SLOW.format("Europe PMC")),
        "OpenAlex": ("trickle", TOO_SLOW.format("OpenAlex")),
    },
}
WHERE = {"PubMed": "/entrez/", "Crossref": "/crossref/", "Europe PMC": "/europepmc/", "OpenAlex": "/openalex/"}
CHECKED = {
    "PubMed": ("trickle", TOO_SLOW.format("PubMed")),
    "Crossref": None,
    "Europe PMC": ("gone", "Europe PMC could not be reached."),
    "OpenAlex": ("malformed", "The answer of OpenAlex cannot be read. The answer is not complete JSON."),
}
NOT_DUE = "0 compared, 0 new findings, 0 seen again, 0 settled, 0 not answered."
FAILED = "0 compared, 0 new findings, 0 seen again, 0 settled, 1 not answered."
FOUND = "1 compared, 1 new findings, 0 seen again, 0 settled, 0 not answered."
SEEN = "1 compared, 0 new findings, 0 seen again, 0 settled, 0 not answered."
FIRST = [
    *(f"{label}: {FAILED if fault else FOUND}" for label, fault in CHECKED.items()),
    f"Retraction Watch: {SEEN} {TOO_SLOW.format('Retraction Watch')}",
]
SECOND = [
    *(f"{label}: {FOUND if fault else NOT_DUE}" for label, fault in CHECKED.items()),
    f"Retraction Watch: {SEEN}",
]


def misbehaving(stub: Stub, faults: dict) -> dict[str, str]:
    """Let each service do what it does; the environment of a command that asks them."""
    environment = dict(stub.environment)
    for label, fault in faults.items():
        if fault and fault[0] == "gone":
            environment[f"ATLAS_{label.upper().replace(' ', '')}_URL"] = f"http://127.0.0.1:{quiet_port()}/"
        elif fault:
            stub.misbehave(fault[0], where=WHERE[label], always=True)
    return environment


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_sync_names_who_failed_and_the_next_run_loses_nothing(site, faults):
    web = site.web()
    someone = Contributor.at(web)
    waited_for = next(WHERE[label] for label, fault in faults.items() if fault and fault[0] in ("slow:600", "drip"))
    with serving_articles(NUMBER) as stub:
        command = start(site, misbehaving(stub, faults), "sync")
        until(lambda: asked(stub, waited_for), "the service that is waited for to be asked")
        goes_on(site, web, someone)
        code, lines, told = ended(command)
        well = f"{NUMBER} read, {NUMBER} arrived, 0 known, 0 notices, 0 refused, 0 left out."
        none = "0 read, 0 arrived, 0 known, 0 notices, 0 refused, 0 left out."
        expected = [f"{label}: {f'{none} {fault[1]}' if fault else well}" for label, fault in faults.items()]
        assert (lines, code, told) == (expected, 1, [])
        stub.behave()
        code, lines, told = ended(start(site, stub.environment, "sync"))
        known = f"{NUMBER} read, 0 arrived, {NUMBER} known, 0 notices, 0 refused, 0 left out."
        assert (lines, code, told) == (
            [f"{label}: {known if fault else none}" for label, fault in faults.items()],
            0,
            [],
        )
        wanted = sorted(held.record.doi for held in stub.shelves.papers)
    assert json.loads(run_python(site.settings, ARRIVED)) == [NUMBER, wanted]
    nothing_happened_to(someone, site)


def test_check_of_what_is_published_names_who_failed_and_makes_up_for_it(site):
    """A study that all sources know got another journal at each of them. The table of an earlier day is there."""
    web = site.web()
    someone = Contributor.at(web)
    every = ["pubmed", "crossref", "europepmc", "openalex", "retraction_watch"]
    with serving(number=FAR) as stub:
        slug, doi = run_python(site.settings, PUBLISH).split()
        stub.shelves.change(doi, journal="Another Journal")
        assert ended(start(site, stub.environment, "check_integrity", "retraction_watch"))[0] == 0
        environment = misbehaving(stub, CHECKED)
        stub.misbehave("trickle", where="retraction_watch", always=True)
        command = start(site, environment, "check_integrity", *every)
        until(lambda: asked(stub, "/entrez/"), "PubMed to be asked")
        goes_on(site, web, someone)
        code, lines, told = ended(command)
        assert (code, lines) == (1, FIRST)
        assert told == [f"{slug}: {fault[1]}" for fault in CHECKED.values() if fault]
        stub.behave()
        run_python(site.settings, NEXT_DAY)
        assert ended(start(site, stub.environment, "check_integrity", *every)) == (0, SECOND, [])
    nothing_happened_to(someone, site)


def test_look_ups_that_hang_leave_threads_for_readers_and_the_number_in_the_form(site):
    """More people look a paper up than the process has threads, and no source answers."""
    with serving(number=NUMBER) as stub:
        web = site.web(**stub.environment)
        someone, editor = Contributor.at(web), Visitor(web)
        editor.sign_in(manage(site.settings, "one_time_login", "ann", "--role", "editor").rsplit(" ", 1)[1].strip())
        doi = stub.shelves.papers[0].record.doi
        form = fields(editor.get(ADD).text) | {"identifier": doi}
        stub.misbehave("slow:600", always=True)
        with ThreadPoolExecutor(AT_ONCE + 10) as pool:
            first = [pool.submit(editor.post, ADD, form) for _ in range(AT_ONCE)]
            until(lambda: asked(stub, "/entrez/") == AT_ONCE, "PubMed to be asked")
            assert open_transactions(site) == 0
            others = [pool.submit(editor.post, ADD, form) for _ in range(10)]
            assert (look(web, OTHER)[0], {each.done() for each in first}) == (200, {False})
            assert someone.send().status == 200
            pages = [each.result() for each in (*first, *others)]
        assert {(page.status, fields(page.text)["identifier"]) for page in pages} == {(200, doi)}
        outcomes = [BUSY in page.text for page in pages]
        assert (outcomes[:AT_ONCE], True in outcomes) == ([False] * AT_ONCE, True)
        named = [page.text for page, is_busy in zip(pages, outcomes, strict=True) if not is_busy]
        # Who comes last is not asked any more where the others took a little longer than their time.
        told = [re.findall(NOT_ANSWERED, text) for text in named]
        assert {(len(each), " did not answer in 6 seconds." in each) for each in told} == {(4, True)}
        stub.behave()
        assert editor.post(ADD, form).status == 302
    nothing_happened_to(someone, site)
