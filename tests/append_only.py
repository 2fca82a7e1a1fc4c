"""For the few tests that commit: lift the refusal to change history so that the database can be emptied afterwards.

Only tests use this. `committing` gives a database in which transactions really commit, as threads need it, and leaves it as
the migrations made it: rows gone, seed rows and triggers back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, transaction

from studies import triggers

SEEDS = ("seed_definitions", "seed_topics", "seed_public_state", "seed_groups")


@contextmanager
def lifted() -> Iterator[None]:
    """History can be changed inside the block: how a test plays somebody with the database's password."""
    connection.check_constraints()  # PostgreSQL drops no trigger while checks are pending
    triggers.remove(connection)
    try:
        yield
    finally:
        connection.check_constraints()
        triggers.install(connection)


def put_seeds_back() -> None:
    """Write the rows that migrations wrote and an emptied database lacks; again does no harm."""
    seed = import_module("studies.migrations.0002_seed")
    glossary = import_module("studies.migrations.0006_seed_glossary")
    desk = import_module("studies.migrations.0009_desk_seeds")
    phrases = import_module("studies.migrations.0013_phrases_for_crossref")
    terms = import_module("studies.migrations.0015_more_glossary_terms")
    sources = import_module("studies.migrations.0017_more_glossary_sources")
    rights = import_module("contributions.migrations.0002_staff_rights")
    with transaction.atomic():  # hundreds of rows, written to the disk once
        for name in SEEDS:
            getattr(seed, name)(apps, None)
        glossary.seed_glossary(apps, None)
        desk.seed_queries(apps, None)
        desk.seed_desk_rights(apps, None)
        phrases.quote_phrases(apps, None)
        terms.seed_more_terms(apps, None)
        sources.seed_sources(apps, None)
        rights.seed_rights(apps, None)


@pytest.fixture
def committing(transactional_db: None) -> Iterator[None]:
    """A database whose transactions commit. Emptying it needs the triggers away; `post_migrate` brings them back.

    tests/conftest.py puts the seed rows back after the test, when the database has been emptied.
    """
    yield
    triggers.remove(connection)
