"""Which faults of a database say that waiting helps, asked of the databases themselves, and what page they lead to."""

import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.db.utils import InternalError
from django.test import RequestFactory

from atlas_site import errors, patience
from atlas_site.outages import is_outage, only_reads
from studies.models import Topic
from tests.studies.pages import text_of


def fault_of(act):
    try:
        with transaction.atomic():
            act()
    except Exception as fault:  # noqa: BLE001 - whatever it is
        return fault
    raise AssertionError("It did not fail.")


def write_where_only_reading_is_allowed():
    if connection.vendor == "postgresql":
        ask("SET TRANSACTION READ ONLY")
        Topic.objects.create(slug="x", label="X")
        return
    connection.connection.execute("PRAGMA query_only = ON")
    try:
        Topic.objects.create(slug="x", label="X")
    finally:
        connection.connection.execute("PRAGMA query_only = OFF")


def ask(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def page_after(fault):
    try:
        raise fault
    except type(fault):
        return errors.server_error(RequestFactory().get("/studies/"))


@pytest.mark.django_db
def test_database_that_only_reads_is_an_outage_and_no_fault_of_ours():
    fault = fault_of(write_where_only_reading_is_allowed)
    assert (is_outage(fault), only_reads(fault)) == (True, True)
    page = page_after(fault)
    assert (page.status_code, page["Retry-After"], page["Cache-Control"]) == (503, "120", "no-store")
    assert text_of(page).startswith(
        "The atlas cannot answer right now It is not your fault. Pages can be read, but nothing can be stored"
    )


@pytest.mark.django_db
@pytest.mark.postgres
def test_statement_that_is_stopped_is_an_outage():
    fault = fault_of(lambda: ask("SET LOCAL statement_timeout = 20; SELECT pg_sleep(60)"))
    assert (type(fault), is_outage(fault), only_reads(fault)) == (OperationalError, True, False)
    page = page_after(fault)
    assert (page.status_code, page["Retry-After"]) == (503, "120")
    assert text_of(page).startswith(
        "The atlas cannot answer right now It is not your fault. The atlas does not reach its database"
    )
    assert page.content.count(b'role="search"') == 0


@pytest.mark.django_db
def test_mistakes_of_the_code_are_no_outage():
    wrong = fault_of(lambda: ask("SELECT nothing_like_this FROM studies_topic"))
    double = fault_of(lambda: [Topic.objects.create(slug="x", label="X") for _ in range(2)])
    assert isinstance(double, IntegrityError)
    assert isinstance(wrong, ProgrammingError | OperationalError)
    assert [is_outage(double), is_outage(InternalError("odd")), is_outage(ValueError()), is_outage(None)] == [False] * 4
    assert [only_reads(fault) for fault in (double, wrong, InternalError("odd"), None)] == [False] * 4
    assert page_after(double).status_code == 500


def test_limits_are_added_to_what_the_address_of_a_database_says():
    ours = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {"options": "-c work_mem=8MB", "connect_timeout": 5}}
    other = {"ENGINE": "django.db.backends.postgresql"}
    lite = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}}
    patience.limit({"default": ours, "replica": other, "lite": lite}, seconds=20)
    limits = "-c statement_timeout=20000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=300000"
    assert ours["OPTIONS"] == {"options": f"-c work_mem=8MB {limits}", "connect_timeout": 5}
    assert (other["OPTIONS"], lite["OPTIONS"]) == ({"options": limits}, {})


def test_no_limit_is_set_where_none_is_wanted():
    config = {"ENGINE": "django.db.backends.postgresql"}
    patience.limit({"default": config}, seconds=0)
    assert config == {"ENGINE": "django.db.backends.postgresql"}
