"""The canary sweep: what contributors and staff write to each other stands on their own two pages and nowhere else."""

import gzip
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache, caches
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django.utils.log import AdminEmailHandler

from atlas_site.cache_clients import ready
from atlas_site.caching import keeping, shared
from contributions import retention, scrubbing
from contributions.models import Contribution
from contributions.querysets import BODY_DAYS, SILENCE_DAYS
from contributions.vocabulary import ENDS, Kind, State
from studies.exporting import FORMATS
from studies.models import Abstract
from studies.snapshots import abstract_hash
from studies.views.study import PARTS
from tests.caching.redis_server import SERVER, Redis
from tests.canary import contributing, desk
from tests.canary.channels import CHANNELS, ciphertexts, files_of_database, leaks
from tests.canary.crawling import crawl, public_views, view_name
from tests.canary.errors import FAULTS
from tests.canary.listening import written_log
from tests.canary.watching import CONTRIBUTOR, LIST, PUBLIC
from tests.canary.world import World, make_world
from tests.clock import PATIENCE, slow_clock
from tests.signing_in import sign_in

pytestmark = pytest.mark.usefixtures("committing")
ADMIN = f"/{configured.ADMIN_PATH}"
HARVESTS = [("ListRecords", "oai_dc"), ("ListRecords", "mods"), ("ListIdentifiers", "oai_dc")]
# Views that no link leads to, and why they cannot hold anything: they only take forms, or need a token.
NOT_LINKED = {
    "contributions:add", "contributions:delete", "contributions:download", "contributions:leave",
    "contributions:receipt_file", "one_time_login",
}  # fmt: skip


@pytest.fixture(scope="module")
def redis(tmp_path_factory) -> Iterator[Redis | None]:
    """The server in which processes share pages; None where this machine has none (CI always has one)."""
    server = Redis(tmp_path_factory.mktemp("redis")) if SERVER else None
    yield server
    if server:
        server.end()


@pytest.fixture(autouse=True)
def _alone(settings, tmp_path: Path, monkeypatch, redis: Redis | None) -> Iterator[None]:
    """A ledger, a folder for uploads and a shared cache that no other process writes into."""
    if redis:
        named = ready({"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis.url})
        settings.CACHES = settings.CACHES | {"pages": named | {"KEY_PREFIX": "pages"}}
        redis.ask("FLUSHALL")
        monkeypatch.setattr(shared, "_away_until", 0.0)
    settings.ATLAS_ERASURE_LEDGER = tmp_path / "erasures.log"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    settings.ATLAS_RELEASES_DIR = tmp_path / "releases"
    settings.ATLAS_METRICS_TOKEN, settings.ATLAS_METRICS_DIR = "a word for watchers", tmp_path / "metrics"
    settings.ATLAS_SLOW_STATEMENT_MS = 0.001  # every statement is a slow one, and in the log
    # Other processes of a parallel run have transactions open on the same server, and cleaning waits for them.
    monkeypatch.setattr(scrubbing, "LOCK_TIMEOUT", PATIENCE * 1000)
    monkeypatch.setattr(retention, "NIGHTLY_PATIENCE", PATIENCE)
    settings.ATLAS_PAGE_CACHE = True
    keeping.forget()
    cache.clear()
    yield
    for pool in getattr(caches["pages"]._cache, "_pools", {}).values() if redis else ():
        pool.disconnect()


@pytest.fixture
def world(settings) -> Iterator[World]:
    """With Django's mails to administrators switched on, which the atlas itself never does."""
    settings.ADMINS = [("Admin", "admin@example.org")]
    handler = AdminEmailHandler(include_html=True)
    handler.setLevel(logging.ERROR)
    logging.getLogger("django").addHandler(handler)
    with written_log() as heard:
        yield make_world(heard)
    logging.getLogger("django").removeHandler(handler)


def for_programs(world: World) -> list[str]:
    """Addresses that no page links to."""
    harvests = [f"/oai/?verb={verb}&metadataPrefix={prefix}" for verb, prefix in HARVESTS]
    versions = [f"/evidence/{study.slug}/{name}/" for study in world.studies for name in ("timemap", "timegate")]
    first = ["/.well-known/security.txt", "/robots.txt", "/llms.txt", "/sitemap.xml", "/sitemap-studies.xml"]
    return [*harvests, "/oai/?verb=Identify", "/oai/?verb=ListSets", *versions, *first, *api(world)]


def api(world: World) -> list[str]:
    """Every call of the API."""
    single = [f"studies/{study.slug}" for study in world.studies]
    single += [f"{call}/{part}" for call in single for part in ("revisions", "revisions/1", "differences/1/1")]
    lists = [
        "studies",
        "studies?text=with&fields=texts,links",
        "facets",
        "changes",
        "definitions",
        "topics",
        "meta",
        "openapi.json",
    ]
    return [
        f"/api/v1/{call}" for call in [*lists, *single, "definitions/ccc-2003", "topics/none", "lookup?id=10.1000/x"]
    ]


def files(world: World) -> list[str]:
    """Every file and part of every study, files of all together, and the papers as a reference manager takes them."""
    lists = [f"/evidence.{suffix}" for suffix in FORMATS]
    single = [f"/evidence/{study.slug}.{suffix}" for study in world.studies for suffix in (*FORMATS, "txt", "md")]
    single += [f"{study.get_absolute_url()}{part}" for study in world.studies for part in PARTS]
    asked = [f"/unapi?id={study.slug}&format={name}" for study in world.studies for name in ("ris", "bibtex")]
    return [*lists, *single, *asked, "/unapi", *(f"/unapi?id={study.slug}" for study in world.studies)]


def browse(world: World, *, roles: list[str], each: int) -> set[str]:
    """What a reader, these members of staff and a contributor with an open message can reach; the views a reader saw."""
    call_command("export_atlas")
    seen = crawl(world.reader(), ["/", *for_programs(world)], each=each)
    for address in files(world):
        world.reader().get(address)
    assert watch(world) == [200, 200, 200]
    for role in roles:
        crawl(world.staff[role], [ADMIN, desk.QUEUE, *map(desk.detail, world.sent)], each=each)
    for sent in world.sent[:1]:
        crawl(sent.client, ["/my-contribution/"], each=2)
    return {view_name(address) for address in seen}


def watch(world: World) -> list[int]:
    """What programs are told that watch the server: status codes."""
    told = {"HTTP_AUTHORIZATION": f"Bearer {configured.ATLAS_METRICS_TOKEN}"}
    return [world.reader().get(address, **told).status_code for address in ("/healthz", "/readyz", "/metrics")]


def provoke(world: World, names: list[str]) -> None:
    for name in names:
        status, run = FAULTS[name]
        assert run(world) == status, name


def end_everything(world: World) -> None:
    """A lead erases the first that has ended, its sender deletes the next, the clock takes the rest."""
    rows = {sent.pk: sent for sent in world.sent}
    for sent in world.sent:
        if sent.row.state not in ENDS:
            contributing.come_back(sent)
            contributing.take_back(sent)
    by_lead, by_sender = (rows[one.pk] for one in Contribution.objects.filter(state__in=ENDS, pk__in=rows)[:2])
    desk.act(world.staff["lead"], by_lead, "erase", sure="on")
    contributing.come_back(by_sender)
    contributing.delete_everything(by_sender)
    done = retention.purge(at=timezone.now() + timedelta(days=SILENCE_DAYS + BODY_DAYS + 1))
    assert done["scrubbed"] == 1
    assert set(Contribution.objects.values_list("state", flat=True)) == {State.ERASED}
    for name, client in world.staff.items():  # whose sessions such a time ends, too
        sign_in(client, User.objects.get(username=name))


def assert_gone(world: World, secret: list[bytes]) -> None:
    """Nobody is shown anything any more, and the files hold neither text nor ciphertext."""
    kept = b"".join(data for _, data in files_of_database(with_logs=False))
    assert [piece for piece in secret if piece in kept] == []
    world.answers.clear()
    for sent in world.sent:
        answer = sent.client.send("/my-contribution/", {"words": sent.words})
        assert answer.status_code in {422, 429}
        world.answers.clear()  # it says again what was typed into it
        assert sent.client.get("/my-contribution/").status_code == 200
        assert world.staff["lead"].get(desk.detail(sent)).status_code == 200
    browse(world, roles=["lead"], each=2)
    strict(world)
    assert leaks(world) == []


def strict(world: World) -> None:
    """From now on nothing may stand anywhere: every label counts as one that is never allowed."""
    world.secrets.words = {word: f"never: {label}" for word, label in world.secrets.words.items()}
    world.secrets.literals = {text: f"never: {label}" for text, label in world.secrets.literals.items()}


def secrets_of(world: World) -> list[bytes]:
    return [piece for sent in world.sent if sent.row.wrapped_key for piece in ciphertexts(sent.pk)]


SMALL_WALK = ["answered", "applied", "declined"]
SMALL_FAULTS = ["lost_protection", "ended_meanwhile", "failing_while_sending", "failing_at_the_desk", "too_large"]


def test_nothing_private_gets_out(world, redis):
    """The small sweep of every run; the full one below has every kind, state, fault and role."""
    for name in SMALL_WALK:
        desk.walk(world, contributing.send(world, Kind.CORRECTION, world.studies[0]), name)
    provoke(world, SMALL_FAULTS)
    call_command("remind")
    call_command("send_notices")
    seen = browse(world, roles=["moderator", "lead"], each=2)
    assert public_views() - seen == NOT_LINKED
    assert redis is None or len(redis.held()) > 10
    assert leaks(world) == []
    secret = secrets_of(world)
    end_everything(world)
    assert_gone(world, secret)


@pytest.mark.full
def test_nothing_private_gets_out_of_any_kind_state_or_fault(world, settings):
    for number, name in enumerate(sorted(desk.WALKS, key=lambda name: name != "closed")):
        desk.walk(world, contributing.send(world, Kind.CORRECTION, world.studies[number % 2]), name)
    with slow_clock():  # it is sent at once, which counts against it, however long the machine takes
        quarantined = contributing.send(world, Kind.OTHER, homepage="https://example.com")
    assert quarantined.row.state == State.QUARANTINED
    for kind in Kind:
        contributing.send(world, kind, world.studies[1])
    desk.walk_draft(world, contributing.send(world, Kind.MISSING_PAPER))
    provoke(world, list(FAULTS))
    settings.DEBUG = True  # Django's technical pages
    provoke(world, [name for name, (status, _) in FAULTS.items() if status in {403, 404, 500}])
    settings.DEBUG = False
    call_command("remind")
    call_command("send_notices")
    seen = browse(world, roles=list(world.staff), each=12)
    assert public_views() - seen == NOT_LINKED
    assert leaks(world) == []
    secret = secrets_of(world)
    end_everything(world)
    assert_gone(world, secret)


def test_reading_list_stands_in_its_own_answer_alone(world, monkeypatch):
    """What a reader keeps says much about that reader: no address, log, table or cookie holds it, whatever goes wrong."""
    word = world.secrets.word("list: kept by a reader")
    reader = world.reader()
    typed = {"studies": f"10.1000/{word}\nadams-2020-{word}\n{world.studies[0].slug}"}
    page = reader.post(LIST, typed)
    assert (page.status_code, page.content.count(word.encode()) >= 2) == (200, True)
    for suffix in ("txt", "ris", "json"):
        assert reader.post(LIST, typed | {"format": suffix}).status_code == 200
    assert reader.put(LIST, f"{word}").status_code == 405
    monkeypatch.setattr("studies.views.reading_list.looked_up", failing)
    assert reader.post(LIST, typed).status_code == 500
    assert leaks(world) == []
    assert "POST studies:reading_list 500" in world.log.getvalue()


def test_abstract_without_a_licence_stands_nowhere(world):
    """It may be searched; it is on no page and in no file, feed or answer for programs."""
    word = world.secrets.word("never: an abstract without a licence")
    study = world.studies[0]
    sections = [{"label": "", "text": f"The abstract says {word} of everybody."}]
    Abstract.objects.create(study=study, sections=sections, license="", sha256=abstract_hash(sections))
    browse(world, roles=[], each=3)
    assert [answer for answer in world.answers if word.encode() in answer.body] == []


def failing(text: str) -> None:
    raise RuntimeError(text)


@pytest.mark.skipif(SERVER is None, reason="redis-server is not on this machine")
def test_sweep_would_find_a_leak_in_each_channel(world):
    """Proof that the sweep can fail: one word put by hand into each channel is found there."""
    word = world.secrets.word("text: put there by hand")
    client = world.reader()
    client.get(f"/evidence/?q={word}")
    logging.getLogger("django.request").error(word)
    mail.EmailMessage(word, word, to=["x@example.org"]).send()
    User.objects.filter(username="lead").update(last_name=word)
    session = Client().session
    session["held"] = word
    session.save()
    cache.set("held", word)
    caches["pages"].set("held", word)
    (Path(configured.DATA_DIR) / "held.txt").write_text(word)
    Path(configured.ATLAS_RELEASES_DIR).mkdir()
    (Path(configured.ATLAS_RELEASES_DIR) / "held.jsonl.gz").write_bytes(gzip.compress(word.encode()))
    world.answers.append(world.answers[0].__class__(CONTRIBUTOR, "GET", "/x/", 200, word, b""))
    found = {line.partition(":")[0] for line in leaks(world)}
    (Path(configured.DATA_DIR) / "held.txt").unlink()
    assert found == set(CHANNELS)


def test_text_stands_where_it_may(world):
    """The other half: its contributor and a moderator do see it, so an empty page proves nothing above."""
    sent = contributing.send(world, Kind.CORRECTION, world.studies[0])
    page = world.staff["moderator"].get(desk.detail(sent))
    own = contributing.come_back(sent)
    typed = {label for label in world.secrets.words.values() if label.startswith("text:")}
    assert set(world.secrets.found_in(own.content)) == typed
    assert set(world.secrets.found_in(page.content)) == typed
    assert "contact: address of correction" in world.secrets.found_in(
        world.staff["lead"].get(desk.detail(sent)).content
    )
    for who in ("editor", PUBLIC):
        client = world.staff.get(who) or world.reader()
        assert client.get(desk.detail(sent)).status_code in {302, 403}
