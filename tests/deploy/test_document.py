"""The commands of docs/operations.md, as scripts/try_install reads them: whole, in order, and each of them there."""

import re
import subprocess

import pytest
from django.core.management import get_commands

from scripts.trying import document
from tests.running import ROOT

TEXT = (ROOT / "docs" / "operations.md").read_text()
WALKED = ("Install on Debian", "Upgrade", "Roll back", "Restore", "On a new machine", "Sealed keys", "Containers")


def commands(heading: str) -> str:
    return "\n".join(document.blocks(TEXT, heading))


def test_blocks_end_with_their_heading():
    text = "## One\n\n```\na\n```\nwords\n```\nb\nc\n```\n### Two\n```\nd\n```\n"
    assert (document.blocks(text, "One"), document.blocks(text, "Two")) == (["a\n", "b\nc\n"], ["d\n"])


def test_heading_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="'Three'"):
        document.blocks("## One\n", "Three")


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
