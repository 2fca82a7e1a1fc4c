"""What was erased is not called gone from the primary's files while a standby keeps it there for its readers."""

import psycopg
import pytest

from contributions.scrubbing import NOBODY_SEES_OLD_ROWS
from tests.replicas.conftest import Place
from tests.replicas.webs import run_python
from tests.servers import standby, until

pytestmark = [pytest.mark.postgres, pytest.mark.full]
REPORTS = ["hot_standby_feedback=on", "wal_receiver_status_interval=1s"]
SEEN = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender' AND backend_xmin IS NOT NULL"
SCRUB = "from contributions.scrubbing import scrub\nprint(scrub())"


def test_rows_that_readers_of_a_standby_may_see_are_left_to_the_next_run(place: Place):
    with standby(place.primary, options=REPORTS) as reporting:
        with psycopg.connect(f"host={reporting.home} user=atlas dbname=atlas") as reader:
            reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            reader.execute("SELECT count(*) FROM studies_study")
            until(lambda: place.primary.sql(SEEN) == [(1,)], "the standby to report")
            place.primary.sql("SELECT pg_current_xact_id()")
            assert run_python(place.settings, SCRUB).strip() == "False"
        until(lambda: run_python(place.settings, SCRUB).strip() == "True", "the standby to report again")


def test_role_without_rights_over_other_roles_sees_the_standby_too(place: Place):
    place.primary.sql("CREATE ROLE plain LOGIN")
    with (
        standby(place.primary, options=REPORTS) as reporting,
        psycopg.connect(f"host={reporting.home} user=atlas dbname=atlas") as reader,
        psycopg.connect(f"host={place.primary.home} user=plain dbname=atlas", autocommit=True) as plain,
    ):
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM studies_study")
        until(lambda: place.primary.sql(SEEN) == [(1,)], "the standby to report")
        place.primary.sql("SELECT pg_current_xact_id()")
        [(deleted,)] = place.primary.sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        assert plain.execute(NOBODY_SEES_OLD_ROWS, {"deleted": deleted}).fetchone() == (False,)
