"""The commands of docs/operations.md, as scripts/try_install reads them: whole, in order, and each of them there."""

import re
import subprocess
from functools import partial
from pathlib import Path

import pytest
from django.core.management import get_commands

from scripts.trying import document, own
from tests.running import ROOT, bare_environment

TEXT = (ROOT / "docs" / "operations.md").read_text()
WALKED = ("Install on Debian", "Upgrade", "Roll back", "Restore", "On a new machine", "Sealed keys", "Containers")


def in_program(folder: Path, asked: Path, lines: str) -> None:
    """Run lines there, with a systemctl that only writes down in `asked` what it is told."""
    systemctl = f'systemctl() {{ echo "$*" >> {asked}; }}\n'
    person = {f"GIT_{who}_{what}": "try@localhost" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["bash", "-e", "-c", systemctl + lines], cwd=folder, env=bare_environment() | person, check=True)


def commands(heading: str) -> str:
    return "\n".join(document.blocks(TEXT, heading))


def test_blocks_end_with_their_heading():
    text = "## One\n\n```\na\n```\nwords\n```\nb\nc\n```\n### Two\n```\nd\n```\n"
    assert (document.blocks(text, "One"), document.blocks(text, "Two")) == (["a\n", "b\nc\n"], ["d\n"])


def test_heading_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="'Three'"):
        document.blocks("## One\n", "Three")


def test_certbot_asks_no_person_whatever_the_state_and_keys_that_are_sealed_are_asked_for_as_the_document_says():
    asks = "certbot certonly --webroot --domain x"
    assert document.unattended(asks) == "certbot certonly --non-interactive --webroot --domain x"
    assert document.unattended(TEXT) == TEXT
    read = document.sealed(commands("Upgrade"))
    assert "runuser -u atlas" not in read
    assert read.count("atlas-manage migrate") == read.count("SECRET_KEY=for-collecting-files-only .venv") == 1


def test_settings_are_those_of_the_service_without_its_keys():
    found = document.settings(commands("Install on Debian"))
    assert {"ATLAS_URL=https://atlas.example.org", "TRUST_PROXY_HEADERS=1"} <= set(found)
    assert [line for line in found if line.startswith(("SECRET_KEY", "ATLAS_ENCRYPTION_KEYS", "#"))] == []
    script = own.settled(['A="b c"'])
    assert "grep --quiet '^A=' $file || echo 'A=\"b c\"' >> $file" in script


def test_only_whole_words_are_filled_in():
    assert (
        document.filled("add NAME --email NAME@x PGNAME FILE", {"NAME": "maria"})
        == "add maria --email maria@x PGNAME FILE"
    )


@pytest.mark.parametrize("heading", WALKED)
def test_shell_can_read_every_block(heading):
    assert commands(heading)
    done = subprocess.run(["bash", "-n"], input=commands(heading), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("heading", WALKED)
def test_every_command_and_file_that_is_named_is_there(heading):
    named = set(re.findall(r"manage\.py (\w+)", commands(heading)))
    assert named - set(get_commands()) == set()
    files = re.findall(r"\bdeploy/[\w/.-]+\w", commands(heading))
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_settings_of_the_installation_are_settings():
    known = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    written = set(re.findall(r"^([A-Z_]+)=", commands("Install on Debian"), re.MULTILINE))
    assert written - known == set()
    assert len(written) > 15


def test_upgrade_brings_every_file_that_the_installation_took_from_the_program():
    taken, renewed = (
        set(re.findall(r"\bdeploy/[\w/.-]+\w", commands(heading))) for heading in ("Install on Debian", "Upgrade")
    )
    assert {"deploy/nginx/atlas.conf", "deploy/systemd"} <= taken
    assert taken - renewed == set()


def test_roll_back_stops_the_timers_that_the_older_state_has_not(tmp_path):
    """Else they start a command every few minutes that is not there, and `atlas-before` gives back the older state."""
    program, units, asked = tmp_path / "program", tmp_path / "program" / "deploy" / "systemd", tmp_path / "asked"
    units.mkdir(parents=True)
    (units / "atlas-old.timer").write_text("[Timer]\nOnCalendar=daily\n")
    run = partial(in_program, program, asked)
    run("git init --quiet . && git add . && git commit --quiet --message Old && git rev-parse HEAD > ../atlas-before")
    (units / "atlas-new.timer").write_text("[Timer]\nOnCalendar=daily\n")
    (units / "atlas-old.timer").write_text("[Timer]\nOnCalendar=hourly\n")
    run("git add . && git commit --quiet --message New")
    lines = document.blocks(TEXT, "Roll back")[0].splitlines()
    run("\n".join(lines[1:3]).replace("/root/atlas-before", "../atlas-before"))
    assert asked.read_text() == "disable --now atlas-new.timer\n"
    assert [each.name for each in units.iterdir()] == ["atlas-old.timer"]
