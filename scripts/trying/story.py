"""What scripts/try_install does, in its order."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from scripts.trying import document, own
from scripts.trying.machine import Machine, TryFailed, made, started

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "docs" / "operations.md"
INSTALL = "Install on Debian"
NEWEST = "refs/trying/newest"  # what is committed here, where the source shows an older state
PLACES = {"ADDRESS": own.SOURCE, "NAME": "maria", "KEPT": own.KEPT}
PASSWORD = "words that nobody guesses here\n"  # noqa: S105 - of a machine that is gone at the end
# What somebody has elsewhere when the first machine is lost, and the receipts of two contributors.
TAKEN = ("etc/atlas/atlas.env", "var/lib/atlas-ledger/erasures.log", "root/erased.words", "root/stays.words")


def tell(folder: Path, suite: str = "bookworm", older: str = "") -> None:
    """All of it; a step that fails is a TryFailed. `older` names the state from which the first machine is installed."""
    folder.mkdir(parents=True, exist_ok=True)
    source = _source(folder)
    if older:
        _git(source, "update-ref", "HEAD", older)
    programs = ROOT / "scripts" / "trying"
    shared = {own.SOURCE: source, own.CONTRIBUTOR: programs / "contributor.py", own.MAILBOX: programs / "mailbox.py"}
    if bundle := os.environ.get("PIP_CERT"):
        shared["/media/certificates.pem"] = Path(bundle)
    first = made(folder, suite, "first")
    with started(first, shared) as machine:
        _installed(machine, _text(older))
        _live(Steps(machine, _text()), folder, source, older)
    kept = _keep(first, folder / "kept")
    with started(made(folder, suite, "second"), shared | {own.KEPT: kept}) as machine:
        _installed(machine, _text())
        _rise(Steps(machine, _text()))
        _change(folder, source, migration=False)
        _seal(Steps(machine, document.sealed(_text())))


def _text(revision: str = "") -> str:
    """The document as it stands here, or as it stood then."""
    if not revision:
        return DOCUMENT.read_text()
    asked = ["git", "show", f"{revision}:{DOCUMENT.relative_to(ROOT)}"]
    return document.unattended(subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def _installed(machine: Machine, text: str) -> "Steps":
    """A machine after the installation of the document."""
    steps = Steps(machine, text)
    steps.own("before", own.BEFORE)
    steps.walk(INSTALL, given=PASSWORD * 2)
    steps.own("versions", own.VERSIONS)
    steps.own("look", own.LOOK)
    steps.own("renew the certificate", own.RENEW)
    return steps


def _live(steps: "Steps", folder: Path, source: Path, older: str) -> None:
    """Timers, upgrades, rolling back without and with a migration."""
    steps.own("content", own.CONTENT)
    steps.own("timers", own.TIMERS)
    steps.own("release", own.VERIFY)
    _change(folder, source, migration=False)
    _upgraded(steps)
    steps.walk("Roll back")
    if older:
        _git(source, "update-ref", "HEAD", NEWEST)
    else:
        _change(folder, source, migration=True)
    _upgraded(steps)
    steps.own("look", own.LOOK)
    steps.own("checks and settings", own.settled(document.settings("".join(document.blocks(steps.text, INSTALL)))))
    steps.own("erase a message", own.ERASE)
    back = document.blocks(steps.text, "Roll back")[0].splitlines()
    steps.own("Roll back, its second to sixth line", "\n".join(back[:6]))
    steps.own("the old file of nginx", f"cd /srv/atlas\n{document.blocks(steps.text, 'Upgrade')[1]}")
    _restored(steps)


def _upgraded(steps: "Steps") -> None:
    """While somebody reads, who must not see a fault."""
    steps.own("a reader", own.READER)
    steps.walk("Upgrade")
    steps.own("what the reader saw", own.READ)


def _rise(steps: "Steps") -> None:
    """An empty machine that has the document, the program and what was kept becomes the atlas."""
    steps.walk("On a new machine")
    _restored(steps)


def _seal(steps: "Steps") -> None:
    """What the timers, the mails and an upgrade do without any key in a file."""
    steps.walk("Sealed keys")
    steps.own("timers", own.TIMERS)
    steps.own("a mail server", own.MAIL_SERVER)
    steps.own("mails", own.MAILS)
    steps.walk("Upgrade")
    steps.own("look", own.LOOK)


def _restored(steps: "Steps") -> None:
    if "Erased again: 1." not in steps.walk("Restore", FILE=own.BACKUP):
        raise TryFailed("The restore erased nothing again.")
    steps.own("messages", own.MESSAGES)
    steps.own("look", own.LOOK)
    steps.own("checks", own.CHECKS)


class Steps:
    """Runs blocks in a machine and says how long each took; one that fails ends everything with what it said."""

    def __init__(self, machine: Machine, text: str) -> None:
        self.machine, self.text = machine, text
        certificates = "/media/certificates.pem" if os.environ.get("PIP_CERT") else ""
        self.variables = {"PIP_CERT": certificates, "SSL_CERT_FILE": certificates} if certificates else {}

    def walk(self, heading: str, given: str = "", **places: str) -> str:
        """Each block below this heading, in the shell of one person: it stays in the folder where the last one left it.
        Returns all that they said."""
        where, all_said = "/root", ""
        for number, block in enumerate(document.blocks(self.text, heading), 1):
            if block.startswith("certbot"):
                self.own("an authority", own.AUTHORITY)
            words = document.filled(block, PLACES | places)
            said = self._run(f"{heading}, block {number}", f"cd {where}\n{words}\necho WHERE=$PWD\n", given)
            where = said.rpartition("WHERE=")[2].strip()
            all_said += said
        return all_said

    def own(self, name: str, script: str) -> None:
        self._run(name, script, shown=40)

    def _run(self, name: str, script: str, given: str = "", shown: int = 6) -> str:
        start = time.monotonic()
        code, said = self.machine.run(f"set -e -o pipefail\n{script}", self.variables, given)
        print(f"=== {name}: {'done' if code == 0 else 'FAILED'} in {time.monotonic() - start:.0f} s", flush=True)
        if code:
            raise TryFailed(f"{name} ended with {code}:\n{said[-3000:]}")
        print("\n".join(said.strip().splitlines()[-shown:]), flush=True)
        return said


def _keep(machine: Path, kept: Path) -> Path:
    """The folder with what was copied away from a machine that is lost now."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(mode=0o700)
    backups = sorted((machine / "var" / "backups" / "atlas").glob("*.dump*"))
    for file in [*(machine / name for name in TAKEN), *backups]:
        shutil.copy2(file, kept)
    return kept


def _source(folder: Path) -> Path:
    """A copy of what is committed here, from which the machine clones."""
    source = folder / "source.git"
    shutil.rmtree(source, ignore_errors=True)
    _git(folder, "clone", "--quiet", "--bare", str(ROOT), str(source))
    _git(source, "update-ref", NEWEST, "HEAD")
    return source


def _change(folder: Path, source: Path, *, migration: bool) -> None:
    """A newer state of the program in the source: a line of text, or a migration that changes nothing."""
    work = folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    _git(folder, "clone", "--quiet", str(source), str(work))
    if migration:
        newest = max(path.stem for path in (work / "atlas_site" / "migrations").glob("0*.py"))
        (work / "atlas_site" / "migrations" / "0999_tried.py").write_text(
            "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
            f"    dependencies = [('atlas_site', '{newest}')]\n    operations = []\n"
        )
    else:
        (work / "README.md").open("a").write("\nTried.\n")
    _git(work, "add", ".")
    _git(work, "-c", "user.name=try", "-c", "user.email=try@localhost", "commit", "--quiet", "--message", "Try")
    _git(work, "push", "--quiet")


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True)
