"""deploy/prometheus/atlas.yml: it can be read, and every figure and label in it is one of /metrics."""

import re
from datetime import timedelta

import pytest
import yaml
from django.utils import timezone

from atlas_site.account_events import Event
from atlas_site.replicas import following
from atlas_site.watching import alarms, figures, measuring, room, timers
from atlas_site.watching.counting import Tally
from tests.contributions.factories import received
from tests.running import ROOT
from tests.watching.test_timers import ran

RULES = ROOT / "deploy" / "prometheus" / "atlas.yml"
SUFFIX = re.compile(r"_(bucket|sum|count)$")


def rules() -> dict[str, dict]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def named(expression: str) -> set[str]:
    return {SUFFIX.sub("", name) for name in re.findall(r"\batlas_\w+", expression)}


@pytest.fixture
def told(db, monkeypatch, settings, tmp_path) -> str:
    """All that /metrics tells of a server with a replica, on which something of each kind has happened."""
    settings.ATLAS_METRICS_DIR = tmp_path
    tally = Tally()
    tally.count(view="home", method="GET", status=503, seconds=0.1, database=0)
    tally.count(view="home", method="GET", status=429, seconds=0.1, database=0)
    monkeypatch.setattr(measuring, "_tally", tally)
    for name in timers.DUE:
        ran(name)
    received(at=timezone.now() - timedelta(days=1))
    replica = following.State("replica_1", is_away=False, lag=1.0)
    monkeypatch.setattr(following, "states", lambda: [replica])
    return "\n".join(figures.lines())


def test_every_figure_of_the_rules_is_told(told):
    known = set(re.findall(r"^# TYPE (\w+) ", told, re.MULTILINE))
    used = set().union(*(named(rule["expr"]) for rule in rules().values()))
    assert (used - known, len(used) > 12) == (set(), True)


def test_every_label_of_the_rules_is_told(told):
    used = {pair for rule in rules().values() for pair in re.findall(r'\w+=~?"[^"]+"', rule["expr"])}
    single = {f'{name}="{value}"' for pair in used for name, values in [pair.replace("=~", "=").split("=")]
              for value in values.strip('"').split("|")}  # fmt: skip
    assert {pair for pair in single - {'job="atlas"'} if pair not in told} == set()
    assert 'event="password_wrong"' in single


def test_each_rule_says_in_words_what_is_wrong():
    for name, rule in rules().items():
        assert set(rule) <= {"alert", "expr", "for", "annotations"}, name
        assert re.fullmatch(r"[A-Z].{10,110}\.", rule["annotations"]["summary"]), name
        assert rule["expr"].count("(") == rule["expr"].count(")"), name


def test_rules_and_the_command_agree_on_what_is_unusual(settings):
    """Who uses Prometheus is called at the same numbers as who does not."""
    text = {name: rule["expr"] for name, rule in rules().items()}
    limits = {name: least for name, _, least, _ in alarms.UNUSUAL}
    found = {name: float(expression.rsplit(" ", 1)[1]) for name, expression in text.items()
             if re.search(r" >=? [\d.e]+$", expression)}  # fmt: skip
    assert found["AtlasWrongPasswords"] == limits["wrong"]
    assert found["AtlasCodeReused"] == limits["reused"] - 1
    assert found["AtlasManyRefused"] == limits["refused"]
    assert found["AtlasRequestsFail"] == limits["failed"]
    assert found["AtlasManyRequests"] == settings.ATLAS_ALARM_REQUESTS
    assert float(text["AtlasDiskFull"].rsplit(" ", 1)[1]) == room.LEAST


def test_every_kind_of_account_event_is_told_from_the_start(told):
    """A counter that begins with its first event would hide that one from increase()."""
    assert [event.name for event in Event if f'event="{event.name.lower()}"}} 0' not in told] == []


def test_every_rule_is_in_the_document():
    text = (ROOT / "docs" / "operations.md").read_text().split("### Alarms")[1].split("\n## ")[0]
    assert [name for name in rules() if f"`{name}`" not in text] == []
