"""A module whose tests would see two databases, by chance one or the other, is refused before any test runs."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.conftest import _each_module_has_one_database as check


def item(path, *fixtures, marked=True):
    return SimpleNamespace(
        path=Path(path), fixturenames=fixtures, get_closest_marker=lambda name: marked and name == "django_db"
    )


def test_sample_atlas_beside_an_empty_database_is_refused_and_named():
    loaded, empty = item("a.py", "sample_atlas", "client"), item("a.py", "client")
    with pytest.raises(pytest.UsageError, match=r": a\.py$"):
        check([loaded, empty, item("b.py")])
    with pytest.raises(pytest.UsageError, match=r": a\.py$"):
        check([loaded, item("a.py", "committing", marked=False)])


def test_modules_of_one_kind_and_tests_without_a_database_are_well():
    check([item("a.py", "sample_atlas"), item("a.py", "sample_atlas", "db"), item("b.py"), item("a.py", marked=False)])
