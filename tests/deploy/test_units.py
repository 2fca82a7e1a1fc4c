"""The files of deploy/: every command they start exists and takes its options, and the programs they are for accept them."""

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, get_commands, load_command_class

from atlas_site.management.timed import TimedCommand
from atlas_site.watching import timers
from tests.running import ROOT

DEPLOY = ROOT / "deploy"
SYSTEMD = DEPLOY / "systemd"
MANAGE = ["/srv/atlas/.venv/bin/python", "manage.py"]
HARD = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes",
    "CapabilityBoundingSet": "", "RestrictNamespaces": "yes", "MemoryDenyWriteExecute": "yes", "ProtectKernelModules": "yes",
}  # fmt: skip

EXPOSURE = 15  # tenths; 1.4 was measured


class Unit(configparser.RawConfigParser):
    """A unit of systemd; of a setting that stands there twice the last one."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
        self.optionxform = str
        self.read_string(path.read_text())


def units(suffix: str) -> dict[str, Unit]:
    return {path.name: Unit(path) for path in sorted(SYSTEMD.glob(f"*.{suffix}"))}


def started(timer: Unit) -> list[str]:
    """The words after manage.py that this timer's service runs."""
    name = timer["Timer"]["Unit"]
    template, _, instance = name.removesuffix(".service").partition("@")
    file = f"{template}@.service" if instance else name
    words = shlex.split(Unit(SYSTEMD / file)["Service"]["ExecStart"].replace("%i", instance))
    assert words[:2] == MANAGE
    return words[2:]


@pytest.mark.parametrize("name", units("timer"))
def test_timer_starts_a_command_that_exists_and_takes_its_options(name):
    command, *options = started(Unit(SYSTEMD / name))
    loaded = load_command_class(get_commands()[command], command)
    assert isinstance(loaded, TimedCommand)
    loaded.create_parser("manage.py", command).parse_args(options)  # ends the test where one is unknown


def test_every_command_that_can_be_overdue_has_a_timer():
    assert {started(unit)[0] for unit in units("timer").values()} == set(timers.DUE)


def test_proof_that_unknown_options_are_found():
    loaded = load_command_class(get_commands()["check_integrity"], "check_integrity")
    with pytest.raises(CommandError, match="unrecognized arguments: --most"):
        loaded.create_parser("manage.py", "check_integrity").parse_args(["--most", "3"])


@pytest.mark.parametrize("name", units("service"))
def test_service_is_hardened_and_runs_as_nobody_special(name):
    service = Unit(SYSTEMD / name)["Service"]
    assert {key: service.get(key) for key in HARD} == HARD
    assert service["User"] in {"atlas", "atlas_dump"}


def test_export_knows_no_key_and_sees_no_private_folder():
    service = Unit(SYSTEMD / "atlas-export.service")["Service"]
    found = service["User"], service["EnvironmentFile"], service["InaccessiblePaths"]
    assert found == (
        "atlas_dump",
        "/etc/atlas/export.env",
        "-/var/lib/atlas -/var/lib/atlas-ledger -/var/backups/atlas",
    )


def test_gunicorn_takes_its_configuration(monkeypatch):
    from gunicorn.app.wsgiapp import WSGIApplication

    words = shlex.split(Unit(SYSTEMD / "atlas-web.service")["Service"]["ExecStart"])
    monkeypatch.setattr("sys.argv", [words[0], *words[1:]])
    monkeypatch.chdir(ROOT)
    found = WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]", prog="gunicorn").cfg
    assert (found.worker_class_str, found.workers, found.accesslog) == ("gthread", 2, None)


def test_start_of_the_server_forgets_the_counts_of_the_last_one(settings, tmp_path):
    import runpy

    settings.ATLAS_METRICS_DIR = tmp_path
    (tmp_path / "7-old.json").write_text("{}")
    runpy.run_path(str(DEPLOY / "gunicorn.py"))["on_starting"](None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
@pytest.mark.parametrize("name", units("service"))
def test_exposure_of_a_service_stays_below_what_is_documented(name):
    """systemd's own figure from 0 (safe) to 10; network, sockets and the root folder are needed and count 1.4."""
    words = [
        "systemd-analyze",
        "security",
        "--offline=yes",
        "--no-pager",
        f"--threshold={EXPOSURE}",
        str(SYSTEMD / name),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout.splitlines()[-1]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_accepts_every_unit(tmp_path):
    """With programs and accounts of this machine, since those of a server are not here."""
    for path in SYSTEMD.iterdir():
        text = re.sub(r"^(User|Group|SocketUser)=.*$", "", path.read_text(), flags=re.MULTILINE)
        (tmp_path / path.name).write_text(text.replace("/srv/atlas/.venv/bin/python", "/bin/true").replace(
            "/srv/atlas/.venv/bin/gunicorn", "/bin/true"))  # fmt: skip
    for timer in units("timer").values():
        instance = tmp_path / timer["Timer"]["Unit"]
        if not instance.exists():
            shutil.copy(tmp_path / "atlas-run@.service", instance)
    names = [str(path) for path in sorted(tmp_path.iterdir()) if "@." not in path.name]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "atlas" in line]
    assert (done.returncode, ours) == (0, [])


def test_compose_file_starts_database_and_web_and_publishes_no_port_to_the_world():
    told = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())
    assert set(told["services"]) == {"database", "web", "manage"}
    ports = {name: service.get("ports") for name, service in told["services"].items()}
    assert ports == {"database": None, "web": ["127.0.0.1:8000:8000"], "manage": None}
    assert (DEPLOY / "compose" / told["services"]["web"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / told["services"]["web"]["build"]["dockerfile"]).is_file()


def test_image_installs_and_copies_what_the_project_has():
    lines = (DEPLOY / "compose" / "Dockerfile").read_text().splitlines()
    copied = [shlex.split(line)[1] for line in lines if line.startswith("COPY")]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", "var", "deploy/compose/atlas.env", "deploy/compose/password"} <= set(ignored)
