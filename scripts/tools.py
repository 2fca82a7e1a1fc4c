"""The tools of the browser tests that Python's registry does not hold: Chromium, Java, Node and the Nu HTML checker.

`ready()` brings what is missing where that is possible (root on Debian or Ubuntu), and returns what stays missing.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "requirements" / "node.json"
FOLDER = ROOT / ".venv" / "share" / "atlas"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = {"chromium": "chromium", "java": "default-jre-headless", "node": "nodejs", "npm": "npm"}


def chromium() -> str | None:
    """Path of a Chromium on this machine, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def nu_jar() -> Path:
    """Where the pinned HTML checker stands once it was fetched."""
    return FOLDER / f"vnu-{json.loads(PINNED.read_text())['vnu-jar']['version']}.jar"


def absent() -> list[str]:
    """Names of the programs that are not on this machine."""
    return [name for name in PACKAGES if not (chromium() if name == "chromium" else shutil.which(name))]


def apt_line(names: list[str]) -> str:
    return "apt-get install --no-install-recommends " + " ".join(PACKAGES[name] for name in names)


def ready() -> list[str]:
    """Install what is absent where we may; return one line for each thing that is still missing."""
    if absent() and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {', '.join(absent())} …", flush=True)
        _apt(absent())
    missing = [f"{name} is missing: {apt_line([name])}" for name in absent()]
    if not nu_jar().exists() and shutil.which("npm"):
        fault = fetch_nu()
        missing += [f"The Nu HTML checker could not be fetched: {fault}"] if fault else []
    return missing


def _apt(names: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", *(PACKAGES[n] for n in names)],
    ):
        subprocess.run(
            ["apt-get", *words], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        )


def fetch_nu() -> str | None:
    """Fetch the checker's package at its pinned version and keep its jar; None, or what went wrong."""
    pinned = json.loads(PINNED.read_text())["vnu-jar"]
    with tempfile.TemporaryDirectory() as folder:
        words = ["npm", "pack", "--silent", "--ignore-scripts", f"vnu-jar@{pinned['version']}"]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode != 0 or not archives:
            return done.stderr.strip() or "npm brought nothing"
        if integrity(archives[0]) != pinned["integrity"]:
            return "its hash is not the one in requirements/node.json"
        _keep_jar(archives[0])
    return None


def integrity(path: Path) -> str:
    """A file's hash as npm writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def _keep_jar(archive: Path) -> None:
    """Put the jar in place in one step, so that a cut-off copy is never taken for the checker."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    partial = nu_jar().with_suffix(".partial")
    with tarfile.open(archive) as package, partial.open("wb") as target:
        source = package.extractfile("package/build/dist/vnu.jar")
        if source is None:
            raise FileNotFoundError("package/build/dist/vnu.jar")
        shutil.copyfileobj(source, target)
    partial.replace(nu_jar())
