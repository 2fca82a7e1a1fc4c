"""The drill of docs/operations.md with real commands: back up, restore into an empty place, erase again, check, export."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.postgres import binaries
from tests.environment import engine
from tests.faults.site import Contributor, Site
from tests.replicas.webs import folder_environment, manage, run_python
from tests.running import ROOT
from tests.servers import Primary

pytestmark = pytest.mark.full
ERASE = """
from django.utils import timezone
from contributions import retention, thread
from contributions.models import Contribution
found = Contribution.objects.earliest("pk")
thread.take_back(contribution=found, at=timezone.now())
retention.erase(contribution=Contribution.objects.get(pk=found.pk), actors=retention.CLOCK, at=timezone.now())
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An atlas on the engine of this run, with everything that a backup needs."""
    server = Primary() if engine() == "postgres" else None
    url = server.url if server else f"sqlite:///{tmp_path / 'atlas.sqlite3'}"
    more = {"ATLAS_BACKUPS_DIR": str(tmp_path / "backups"), "ATLAS_RELEASES_DIR": str(tmp_path / "releases")}
    if server:
        more |= {"ATLAS_POSTGRES_BIN": str(binaries())}
        if "LD_LIBRARY_PATH" in server._environment:
            more |= {"LD_LIBRARY_PATH": server._environment["LD_LIBRARY_PATH"]}
    made = Site(tmp_path, folder_environment(tmp_path, DATABASE_URL=url, **more))
    try:
        made.fill()
        (tmp_path / "erasures.log").touch()
        yield made
    finally:
        made.stop()
        if server:
            server.remove()


def test_backup_is_restored_and_nothing_erased_comes_back(site):
    web = site.web()
    gone, stays = Contributor.at(web), Contributor.at(web)
    assert [gone.send().status, stays.send().status] == [200, 200]
    file = manage(site.settings, "backup").splitlines()[-1]
    run_python(site.settings, ERASE)
    assert (gone.opens(), stays.opens()) == (False, True)
    said = manage(site.settings, "restore_check", file).splitlines()
    assert [line.partition(":")[0] for line in said[:-1]] == [
        "migrate --no-input --verbosity 0", "replay_erasures", "replay_erasures --count", "verify_history",
    ]  # fmt: skip
    assert said[1:3] == [
        "replay_erasures: Erased again: 1.",
        "replay_erasures --count: Erased before and here again: 0.",
    ]
    assert said[3].startswith("verify_history: The history is whole: 3 revisions")
    assert said[4] == f"{Path(file).name} can be restored."
    assert (gone.opens(), stays.opens()) == (False, True)


@pytest.mark.postgres
def test_release_is_written_by_the_role_that_reads_nothing_private(site):
    url = site.settings["DATABASE_URL"]
    home = url.rpartition("host=")[2]
    role = (ROOT / "deploy" / "dump_role.sql").read_text()
    run_python(site.settings, f"from django.db import connection as c\nc.cursor().execute({role!r})")
    dumping = site.settings | {"DATABASE_URL": f"postgres://atlas_dump@/atlas?host={home}"}
    said = manage(dumping, "export_atlas")
    (release,) = [path for path in (site.folder / "releases").iterdir() if path.name.startswith("atlas-")]
    assert release.name in said
    words = [sys.executable, str(ROOT / "scripts" / "verify_dump.py"), str(release)]
    checked = subprocess.run(words, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    refused = (
        "from django.db import connection as c\n"
        "try:\n    c.cursor().execute('SELECT body FROM contributions_message')\n"
        "except Exception as fault:\n    print(fault)"
    )
    assert run_python(dumping, refused).startswith("permission denied for table contributions_message")
    noted = "from atlas_site.models import TimerRun\nprint(list(TimerRun.objects.values_list('name', 'ok')))"
    assert run_python(site.settings, noted) == "[('export_atlas', True)]\n"
