"""What scripts/try_install does, in its order."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from scripts.trying import document
from scripts.trying.machine import Machine, TryFailed, made, started

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "atlas.example.org"
SOURCE = "/media/source.git"
PLACES = {"ADDRESS": SOURCE, "NAME": "maria"}
PASSWORD = "words that nobody guesses here\n"  # noqa: S105 - of a machine that is gone at the end
# In the place of certbot's line: a certificate that the machine itself trusts.
CERTIFICATE = f"""
install -d /etc/letsencrypt/live/{HOST}
cd /etc/letsencrypt/live/{HOST}
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST} \\
  -addext subjectAltName=DNS:{HOST} -keyout privkey.pem -out fullchain.pem
cp fullchain.pem /usr/local/share/ca-certificates/atlas.crt
update-ca-certificates
cd /srv/atlas
"""
# No source is bothered for a trial: sync and check_integrity have to say that they reached none.
BEFORE = f"""
echo 127.0.0.1 {HOST} >> /etc/hosts
echo 127.0.0.1 eutils.ncbi.nlm.nih.gov api.crossref.org www.ebi.ac.uk api.openalex.org gitlab.com >> /etc/hosts
git config --system --add safe.directory '*' 2>/dev/null || printf '[safe]\\n directory = *\\n' > /etc/gitconfig
"""
# One study, so that there is a history to restore; the timers then find something.
CONTENT = "cd /srv/atlas\nrunuser -u atlas -- .venv/bin/python manage.py load_sample > /dev/null\n"
UNITS = "for unit in $(cd deploy/systemd && ls *.timer); do systemctl show --property=Unit --value $unit; done"
TIMERS = f"""
cd /srv/atlas
for unit in $({UNITS}); do
  systemctl start $unit || true
  echo "$unit: $(systemctl show --property=Result --value $unit)"
done
runuser -u atlas -- .venv/bin/python manage.py status || true
systemctl list-timers --no-pager 'atlas-*' | head -n 12
"""
LOOK = f"""
cd /srv/atlas
systemctl is-active atlas-web.socket atlas-web.service nginx postgresql
for path in / /evidence/ /pem/ /contribute/ /api/v1/ /data/ /admin/login/; do
  echo "$path $(curl --silent --location --output /dev/null --write-out '%{{http_code}} %{{http_version}}' https://{HOST}$path)"
done
curl --silent --output /dev/null --write-out 'http: %{{http_code}} %{{redirect_url}}\\n' http://{HOST}/pem/
style=$(curl --silent https://{HOST}/ | grep --only-matching '/static/[^"]*css' | head -n 1)
curl --silent --output /dev/null --write-out 'style sheet: %{{http_code}}\\n' https://{HOST}$style
ls /var/www/atlas/releases
ps -o user= -C gunicorn | sort | uniq -c
systemd-analyze verify --man=no atlas-web.service atlas-web.socket atlas-export.service \\
  atlas-check-integrity.service atlas-run@purge.service deploy/systemd/*.timer 2>&1 | grep -i atlas || echo 'verify: no word'
systemd-analyze security --no-pager atlas-web atlas-run@purge atlas-export atlas-check-integrity 2>/dev/null | grep -i 'overall'
"""
BACKUP = '"$(ls -t /var/backups/atlas/*.dump | head -n 1)"'


def tell(folder: Path, suite: str) -> None:
    """All of it; a step that fails is a TryFailed."""
    folder.mkdir(parents=True, exist_ok=True)
    source = _source(folder)
    shared = {SOURCE: source}
    if bundle := os.environ.get("PIP_CERT"):
        shared["/media/certificates.pem"] = Path(bundle)
    with started(made(folder, suite), shared) as machine:
        steps = Steps(machine, (ROOT / "docs" / "operations.md").read_text())
        steps.own("before", BEFORE)
        steps.walk("Install on Debian", given=PASSWORD * 2)
        steps.own("look", LOOK)
        steps.own("content", CONTENT)
        steps.own("timers", TIMERS)
        _change(folder, source, migration=False)
        steps.walk("Upgrade")
        steps.walk("Roll back")
        _change(folder, source, migration=True)
        steps.walk("Upgrade")
        back = document.blocks(steps.text, "Roll back")[0].splitlines()
        steps.own("Roll back, its second to fifth line", "\n".join(back[:5]))
        steps.walk("Restore", FILE=BACKUP)
        steps.own("look", LOOK)
        steps.own(
            "status",
            "cd /srv/atlas; runuser -u atlas -- .venv/bin/python manage.py check --deploy --fail-level WARNING",
        )


class Steps:
    """Runs blocks in a machine and says how long each took; one that fails ends everything with what it said."""

    def __init__(self, machine: Machine, text: str) -> None:
        self.machine, self.text = machine, text
        certificates = "/media/certificates.pem" if os.environ.get("PIP_CERT") else ""
        self.variables = {"PIP_CERT": certificates, "SSL_CERT_FILE": certificates} if certificates else {}

    def walk(self, heading: str, given: str = "", **places: str) -> None:
        """Each block below this heading, in the shell of one person: it stays in the folder where the last one left it."""
        where = "/root"
        for number, block in enumerate(document.blocks(self.text, heading), 1):
            words = CERTIFICATE if block.startswith("certbot") else document.filled(block, PLACES | places)
            said = self._run(f"{heading}, block {number}", f"cd {where}\n{words}\necho WHERE=$PWD\n", given)
            where = said.rpartition("WHERE=")[2].strip()

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


def _source(folder: Path) -> Path:
    """A copy of what is committed here, from which the machine clones."""
    source = folder / "source.git"
    shutil.rmtree(source, ignore_errors=True)
    _git(folder, "clone", "--quiet", "--bare", str(ROOT), str(source))
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
