"""What every test stands on: the database of this run, plain static files, and no silent skips under CI."""

import gc
import os
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from pytest_django.plugin import blocking_manager_key

from tests.append_only import committing, put_seeds_back  # noqa: F401 - a fixture for every test
from tests.clock import PATIENCE, is_real, slowly  # noqa: F401 - the same
from tests.environment import ENGINES, engine
from tests.short import left_to_the_full_suite
from tests.sqlite_files import close_for_good

UNDER_CI = os.environ.get("CI") == "true"
ONLY_WITH_DATABASE = "ATLAS_TEST_ONLY_WITH_DATABASE"
SHORT = "ATLAS_TEST_SHORT"
# A test is about the database itself where it uses one of these names or fixtures, or stands in one of these folders.
OF_THE_DATABASE = {
    "connection",
    "connections",
    "transaction",
    "CaptureQueriesContext",
    "IntegrityError",
    "OperationalError",
}
FOLDERS = {"search", "backups", "faults"}
COMMITTING = {"committing", "django_assert_num_queries", "django_assert_max_num_queries"}


def pytest_configure() -> None:
    # The same examples in every run, and a busy machine is not a fault. `--hypothesis-profile=explore` looks for new ones.
    slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile("explore", deadline=None, suppress_health_check=slow)
    hypothesis.settings.register_profile(
        "atlas", derandomize=True, database=None, deadline=None, suppress_health_check=slow
    )
    hypothesis.settings.register_profile("short", parent=hypothesis.settings.get_profile("atlas"), max_examples=25)
    hypothesis.settings.load_profile("short" if os.environ.get(SHORT) else "atlas")
    # Pages are rendered without collectstatic having run; tests/test_house.py checks the real storage.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def pytest_collection_finish() -> None:
    """What is there now stays to the end. Looking through it for garbage again and again takes a good part of a long run."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(trylast=True)  # after tests/browser has set its mark
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out (not skip) what is about the other engine alone, what asks no database where it has run already, and in the
    short suite cases that are left to the full one."""
    _each_module_has_one_database(items)
    others = [name for name in ENGINES if name != engine()]
    left_out = {item for item in items if any(item.get_closest_marker(name) for name in others)}
    if os.environ.get(ONLY_WITH_DATABASE):
        left_out |= {item for item in items if not _asks_a_database(item)}
    if os.environ.get(SHORT):
        left_out |= _left_to_the_full_suite(items)
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _each_module_has_one_database(items: list[pytest.Item]) -> None:
    """The sample atlas stands in for the empty database until a module ends, and the processes of a run take each other's tests
    in any order. Raises pytest.UsageError: which of the two a test of the module sees would be chance."""
    modules: dict[Path, set[bool]] = {}
    for item in items:
        if _opens_a_database(item):
            modules.setdefault(item.path, set()).add("sample_atlas" in item.fixturenames)
    if mixed := [str(path) for path, kinds in modules.items() if len(kinds) > 1]:
        raise pytest.UsageError(f"Some tests use the sample atlas and some an empty database: {', '.join(mixed)}")


def _left_to_the_full_suite(items: list[pytest.Item]) -> set[pytest.Item]:
    """Not what is slow, which the short suite does not run anyhow, nor what is about one engine, nor what asks no database."""
    here = [item for item in items if not any(item.get_closest_marker(name) for name in ("full", *ENGINES))]
    browser = [item.nodeid for item in here if item.get_closest_marker("browser")]
    others = [item.nodeid for item in here if not item.get_closest_marker("browser") and _asks_a_database(item)]
    about = {item.nodeid.partition("[")[0] for item in here if _is_about_the_database(item)}
    left = left_to_the_full_suite(browser, engine=engine(), browser=True)
    left |= left_to_the_full_suite(others, engine=engine(), browser=False, about_database=about)
    return {item for item in items if item.nodeid in left}


def _asks_a_database(item: pytest.Item) -> bool:
    """By its mark, by a fixture, because it is about one engine, or because it starts servers of the engine of this run."""
    marks = any(item.get_closest_marker(name) for name in ENGINES)
    return marks or _opens_a_database(item) or _asks_for_the_engine(item)


def _opens_a_database(item: pytest.Item) -> bool:
    """The one of this process, through Django."""
    return bool(item.get_closest_marker("django_db")) or not {"db", "committing"}.isdisjoint(item.fixturenames)


def _asks_for_the_engine(item: pytest.Item) -> bool:
    return vars(item.module).get("engine") is engine  # type: ignore[attr-defined]


def _is_about_the_database(item: pytest.Item) -> bool:
    """Transactions, queries, constraints, locks and search, which the two databases do each in a way of its own."""
    test = item.function  # type: ignore[attr-defined]
    test = test.hypothesis.inner_test if hasattr(test, "hypothesis") else test
    names = {*test.__code__.co_names, *item.fixturenames}
    here = item.path.parent.name in FOLDERS or _asks_for_the_engine(item)
    return here or not names.isdisjoint(OF_THE_DATABASE | COMMITTING)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """After a test that committed, whose database is empty now, write what migrations wrote. And no test may leave a moved
    clock, or a connection that is still open, to the others."""
    yield
    assert is_real(), "This test left time.time or timezone.now changed."
    if "committing" in item.fixturenames and nextitem is not None:
        with item.config.stash[blocking_manager_key].unblock():
            put_seeds_back()
            if engine() == "sqlite":
                close_for_good()


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Under CI a skipped test is a failure: something that should be on the machine is not."""
    skipped = terminalreporter.stats.get("skipped", [])
    if UNDER_CI and skipped:
        for report in skipped:
            terminalreporter.write_line(f"SKIPPED, which CI does not allow: {report.nodeid}")
        terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """SQLite tests use a file, as the product does: an in-memory database locks differently between threads.

    On a busy machine fifty who come at once queue for long: for their turn to write, or for a server to let them in.
    """
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database.setdefault("TEST", {})["NAME"] = str(Path(os.environ["ATLAS_DATA_DIR"]) / "test.sqlite3")
        database["OPTIONS"]["timeout"] = PATIENCE
    else:
        database["OPTIONS"]["connect_timeout"] = PATIENCE
