"""All that /metrics tells. Labels are names of views, queues and commands; nothing leads to a person or a study."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from math import isfinite

from django.db import Error
from django.utils import timezone

from atlas_site.account_events import Event
from atlas_site.replicas import following
from atlas_site.watching import measuring, queues, room, timers
from atlas_site.watching.exposing import Sample, events, metric, requests
from contributions import outbox
from studies.models import PublicState


def lines() -> list[str]:
    """The whole answer, line by line. Where the database does not answer, what this server counted is told all the same."""
    tally = measuring.counted()
    counted = [*requests(tally), *events(tally, (event.name.lower() for event in Event))]
    try:
        stored = list(_stored())
    except Error:
        stored = []
    answers = metric("atlas_database_up", "gauge", "1 while the database answers.", [({}, int(bool(stored)))])
    return [*counted, *answers, *_replicas(), *_room(), *stored]


def _room() -> Iterator[str]:
    left: list[Sample] = [({"folder": name}, number) for name, number in room.free().items()]
    yield from metric("atlas_disk_free_bytes", "gauge", "Bytes that are free where a folder is.", left)


def _replicas() -> Iterator[str]:
    states = following.states()
    up: list[Sample] = [({"replica": each.name}, int(not each.is_away)) for each in states]
    behind: list[Sample] = [({"replica": each.name}, each.lag) for each in states if isfinite(each.lag)]
    yield from metric("atlas_replica_up", "gauge", "1 while the replica answers.", up)
    yield from metric("atlas_replica_lag_seconds", "gauge", "Seconds it is behind at most; none if unknown.", behind)


def _stored() -> Iterator[str]:
    waiting: list[Sample] = [({"queue": name}, count) for name, count in queues.sizes().items()]
    yield from metric("atlas_waiting", "gauge", "What waits for staff.", waiting)
    days = queues.oldest_days(timezone.now())
    oldest: list[Sample] = [({}, days)] if days is not None else []
    yield from metric("atlas_oldest_contribution_days", "gauge", "Whole days that the oldest one has waited.", oldest)
    mail = outbox.standing(timezone.now())
    unsent: list[Sample] = [({"state": "late"}, mail.late), ({"state": "given_up"}, mail.given_up)]
    yield from metric("atlas_mails_unsent", "gauge", "Mails that are owed and did not leave.", unsent)
    counter = PublicState.objects.values_list("counter", flat=True).get(pk=1)
    yield from metric("atlas_public_counter", "counter", "Moves with every public change.", [({}, counter)])
    yield from _timers()


def _timers() -> Iterator[str]:
    states = list(timers.states(timezone.now()).values())
    ended: list[Sample] = [({"timer": each.name}, each.last.ended_at.timestamp()) for each in states if each.last]
    good: list[Sample] = [({"timer": each.name}, each.good_at.timestamp()) for each in states if each.good_at]
    outcome: list[Sample] = [({"timer": each.name}, int(each.last.ok)) for each in states if each.last]
    overdue: list[Sample] = [({"timer": each.name}, int(each.is_overdue)) for each in states]
    yield from chain(
        metric("atlas_timer_ended_seconds", "gauge", "When a command last ended.", ended),
        metric("atlas_timer_succeeded_seconds", "gauge", "When a command last did all its work.", good),
        metric("atlas_timer_ok", "gauge", "1 where the last run did all its work.", outcome),
        metric("atlas_timer_overdue", "gauge", "1 where a command should have succeeded since.", overdue),
    )
    for name, told, command in (
        ("atlas_backup_seconds", "When the last good backup ended.", "backup"),
        ("atlas_chain_verified_seconds", "When the history was last found whole.", "verify_history"),
    ):
        found: list[Sample] = [
            ({}, each.good_at.timestamp()) for each in states if each.name == command and each.good_at
        ]
        yield from metric(name, "gauge", told, found)
