"""scripts/run as a person uses it: second starts, signals, ports and folders that cannot be used, data that must stay."""

import contextlib
import resource
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from tests.browser.following import PATIENCE
from tests.faults.mail_server import MailServer, Mood, mail_server
from tests.running import ROOT, Running, bare_environment
from tests.servers import until


@pytest.fixture
def data(sample_folder, tmp_path) -> Path:
    """A data folder of this test's own, with the sample atlas loaded and the static files collected."""
    return Path(shutil.copytree(sample_folder, tmp_path / "data"))


def refused(*arguments: str) -> subprocess.CompletedProcess[str]:
    words = [str(ROOT / "scripts" / "run"), *arguments]
    return subprocess.run(words, env=bare_environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)


def rows(data: Path) -> dict[str, list]:
    """The published record as it stands in the database file."""
    tables = ("studies_study", "studies_revision", "studies_revisionvalue", "studies_casedefinition")
    with sqlite3.connect(data / "atlas.sqlite3") as database:
        found = {table: database.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in tables}
    database.close()
    return found


def processor_seconds() -> float:
    """What the programs that this process started and that have ended took of the processor, however busy it was."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def is_serving(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_first_start_loads_the_sample_atlas(data):
    assert [len(rows(data)["studies_study"]), stat.S_IMODE((data / "local.env").stat().st_mode)] == [913, 0o600]


def test_second_start_is_quick_and_changes_no_data(data):
    before, spent = rows(data), processor_seconds()
    running = Running(data)
    assert is_serving(running.url + "/")
    assert running.stop() == 0
    assert rows(data) == before
    assert sorted(running.logins) == ["lead", "moderator"]
    assert [running.lines.count(line) for line in running.lines] == [1] * len(running.lines)
    assert [line for line in running.lines if line.endswith("…")] == []  # nothing was prepared or loaded
    assert processor_seconds() - spent < 8  # less than 2 on a machine that is free; the first start takes 12


def test_start_leaves_a_database_with_other_studies_alone(data):
    with sqlite3.connect(data / "atlas.sqlite3") as database:
        database.execute(
            "UPDATE studies_study SET title = 'Changed by hand' WHERE id = (SELECT min(id) FROM studies_study)"
        )
    database.close()
    before = rows(data)
    assert Running(data).stop() == 0
    assert rows(data) == before


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_everything_cleanly(data, with_signal):
    running = Running(data)
    port = int(running.url.rsplit(":", 1)[1])
    children = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text().split()
    assert running.stop(with_signal) == 0
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    assert "Traceback" not in "\n".join(running.lines)
    socket.create_server(("127.0.0.1", port)).close()  # the port is free again


def test_nothing_is_left_when_the_server_is_killed(data):
    running = Running(data)
    children = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text().split()
    running.stop(signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < end:
        time.sleep(0.1)
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []


@pytest.mark.full
def test_stop_before_it_is_ready_is_clean_and_the_next_start_finishes(tmp_path):
    data = tmp_path / "data"
    words = [str(ROOT / "scripts" / "run"), "--port", "0", "--data", str(data)]
    process = subprocess.Popen(
        words, env=bare_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if line.startswith("Loading the sample atlas"):
            process.terminate()
    process.stdout.close()
    assert (process.wait(timeout=PATIENCE), "Traceback" in "".join(seen)) == (0, False)
    assert Running(data).stop() == 0
    assert len(rows(data)["studies_study"]) == 913


def test_port_in_use_is_said_at_once(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = refused("--port", str(port), "--data", str(tmp_path))
    expected = f"Port {port} cannot be used (Address already in use). Choose another one with --port.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)
    assert list(tmp_path.iterdir()) == []


def test_data_folder_that_is_a_file_is_said(tmp_path):
    (tmp_path / "file").touch()
    done = refused("--port", "0", "--data", str(tmp_path / "file"))
    expected = (
        f"The data folder {tmp_path / 'file'} cannot be used: File exists. Choose another one: scripts/run --data DIR\n"
    )
    assert (done.returncode, done.stderr) == (1, expected)


def by_hand(data: Path, *words: str) -> str:
    """What a command prints that somebody starts beside the running atlas, with nothing but its folder named."""
    python = ROOT / ".venv" / "bin" / "python"
    variables = {**bare_environment(), "ATLAS_DATA_DIR": str(data)}
    done = subprocess.run(
        [python, "manage.py", *words], cwd=ROOT, env=variables, capture_output=True, text=True, check=True
    )
    return done.stdout


OWE_A_REMINDER = """
from django.contrib.auth.models import User
from django.utils import timezone
from contributions import outbox
from contributions.models import StaffSettings
for name in ("lead",):
    person = User.objects.get(username=name)
    User.objects.filter(pk=person.pk).update(email=f"{name}@example.org")
    StaffSettings.objects.create(user=person, wants_mail=True)
    counts = {"waiting": 3, "new": 1, "overdue": 0, "quarantined": 0, "long": 2}
    outbox.owe(what="long", user=person, at=timezone.now(), counts=counts)
"""
OWE_TWO = OWE_A_REMINDER.replace('("lead",)', '("lead", "moderator")')
RINGS_SOON = """# Every alarm of the process rings after a second at most.
import signal
ring = signal.setitimer
signal.setitimer = lambda which, seconds, *more: ring(which, min(seconds, 1), *more)
"""


def owed(data: Path) -> list[int]:
    """Tries of each mail that is owed."""
    with sqlite3.connect(data / "atlas.sqlite3") as database:
        found = database.execute("SELECT tries FROM contributions_notice").fetchall()
    database.close()
    return [tries for (tries,) in found]


def processes_on(data: Path) -> list[str]:
    """Command lines of all that run with this data folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is somebody else's
            if f"ATLAS_DATA_DIR={data}\0" in (place / "environ").read_text():
                found.append((place / "cmdline").read_text().replace("\0", " "))
    return found


def test_mail_that_is_owed_leaves_without_a_timer(data, tmp_path):
    by_hand(data, "shell", "--no-imports", "-c", OWE_A_REMINDER)
    letters = tmp_path / "letters"
    running = Running(data, environment=bare_environment() | {"EMAIL_URL": f"filemail:///{letters}"})
    until(lambda: not owed(data), "the mail to leave")
    assert running.stop() == 0
    (letter,) = [path.read_text() for path in letters.glob("*")]
    assert [line for line in letter.splitlines() if line.startswith(("To:", "Waiting", "http"))] == [
        "To: lead@example.org",
        "Waiting for 14 days or longer: 2.",
        f"{running.url}/admin/",
    ]


def with_dripping_server(server: MailServer) -> dict[str, str]:
    server.mood = Mood.DRIPS
    return bare_environment() | {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}


def test_mail_server_that_speaks_byte_by_byte_holds_a_trial_up_for_as_long_as_one_mail_may_take(data, tmp_path):
    """Its talk about the first mail is ended, and the second one has its turn."""
    by_hand(data, "shell", "--no-imports", "-c", OWE_TWO)
    (tmp_path / "sitecustomize.py").write_text(RINGS_SOON)
    with mail_server() as server:
        running = Running(data, environment=with_dripping_server(server) | {"PYTHONPATH": str(tmp_path)})
        until(lambda: server.asked == 2, "the second mail to have its turn")
        until(lambda: not [line for line in processes_on(data) if "mails.py" in line], "its process to end")
        assert (owed(data), is_serving(running.url + "/")) == ([1, 1], True)
        assert running.stop() == 0
    assert len([line for line in running.lines if "A notice could not be sent (" in line]) == 2


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_talk_with_a_mail_server_ends_with_the_trial(data, with_signal):
    by_hand(data, "shell", "--no-imports", "-c", OWE_A_REMINDER)
    with mail_server() as server:
        running = Running(data, environment=with_dripping_server(server))
        until(lambda: server.asked == 1, "the talk to begin")
        assert running.stop(with_signal) == (-signal.SIGKILL if with_signal == signal.SIGKILL else 0)
        until(lambda: processes_on(data) == [], "the process that talked to end")
    assert (owed(data), "Traceback" in "\n".join(running.lines)) == ([1], False)


def test_commands_by_hand_name_the_address_that_is_served(data):
    running = Running(data)
    link = by_hand(data, "one_time_login", "guest", "--role", "editor").split()[-1]
    assert (link.startswith(f"{running.url}/admin/once/"), is_serving(link)) == (True, True)
    assert running.stop() == 0


def test_very_long_query_gets_a_page(atlas):
    with urllib.request.urlopen(f"{atlas.url}/evidence/?q={'x' * 10_000}", timeout=PATIENCE) as answer:
        assert answer.status == 200


def test_cookies_of_other_programs_on_this_machine_trouble_no_trial(atlas):
    """A browser knows 127.0.0.1 without its port."""
    theirs = "; ".join(f"program{number}={'x' * 4_000}" for number in range(15))
    request = urllib.request.Request(f"{atlas.url}/evidence/", headers={"Cookie": theirs})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        assert answer.status == 200


def test_trial_is_served_with_compressed_files_that_caches_may_keep(atlas):
    page = urllib.request.urlopen(atlas.url + "/", timeout=PATIENCE).read().decode()
    sheet = page.split('<link rel="stylesheet" href="', 1)[1].split('"', 1)[0]
    request = urllib.request.Request(atlas.url + sheet, headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        assert (answer.headers["Content-Encoding"], "immutable" in answer.headers["Cache-Control"]) == ("br", True)


@pytest.mark.full
def test_fresh_clone_starts_in_an_empty_home(tmp_path):
    """The whole way of a newcomer: clone, one command, no configuration, no cache, only the system's programs."""
    clone = tmp_path / "atlas"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, capture_output=True)
    (tmp_path / "home").mkdir()
    environment = {"HOME": str(tmp_path / "home"), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    running = Running(clone / "var", timeout=600, environment=environment, root=clone)
    assert is_serving(running.url + "/evidence/")
    assert running.stop() == 0
    assert len(rows(clone / "var")["studies_study"]) == 913
