"""The tools of the tests that Python's registry does not hold: Chromium, Java, Node, nginx, Redis, and packages of npm.

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
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "requirements" / "node.json"
LIGHTHOUSE = ROOT / "requirements" / "lighthouse.json"
FOLDER = ROOT / ".venv" / "share" / "atlas"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without these Chromium looks for its maker's servers at every start.
CHROMIUM_FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]
PACKAGES = {
    "chromium": "chromium",
    "java": "default-jre-headless",
    "node": "nodejs",
    "npm": "npm",
    "nginx": "nginx",
    "redis-server": "redis-server",
    "systemd-analyze": "systemd",
}
# Where programs of administrators stand, which are not on everybody's path.
PLACES = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"])


def chromium() -> str | None:
    """Path of a Chromium on this machine, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def kept(package: str, file: str = "") -> Path:
    """Where a file of a pinned package stands once it was fetched; without `file` its folder."""
    return FOLDER / f"{package}-{_pinned()[package]['version']}" / file


def nu_jar() -> Path:
    return kept("vnu-jar", "build/dist/vnu.jar")


def lighthouse() -> Path:
    """Lighthouse's own command, a file for Node; it is there once `fetch_lighthouse` was called."""
    version = json.loads(LIGHTHOUSE.read_text())["dependencies"]["lighthouse"]
    return FOLDER / f"lighthouse-{version}" / "node_modules" / "lighthouse" / "cli" / "index.js"


def _pinned() -> dict[str, dict[str, Any]]:
    """Package to version, hash, and the files of it that are kept."""
    pinned: dict[str, dict[str, Any]] = json.loads(PINNED.read_text())
    return pinned


def absent() -> list[str]:
    """Names of the programs that are not on this machine."""
    return [name for name in PACKAGES if not (chromium() if name == "chromium" else shutil.which(name, path=PLACES))]


def apt_line(names: list[str]) -> str:
    return "apt-get install --no-install-recommends " + " ".join(PACKAGES[name] for name in names)


def ready(*, full: bool = False) -> list[str]:
    """Install what is absent where we may (with `full` also what only slow tests need); a line for each thing still missing."""
    if absent() and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {', '.join(absent())} …", flush=True)
        _apt(absent())
    missing = [f"{name} is missing: {apt_line([name])}" for name in absent()]
    for package in _pinned() if shutil.which("npm") else ():
        fault = fetch(package)
        missing += [f"{package} could not be fetched: {fault}"] if fault else []
    if full and shutil.which("npm") and (fault := fetch_lighthouse()):
        missing.append(f"lighthouse could not be fetched: {fault}")
    return missing


def _apt(names: list[str]) -> None:
    # With a run level of one person nothing that is installed is started as a service.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for words in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", *(PACKAGES[n] for n in names)],
    ):
        subprocess.run(
            ["apt-get", *words], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        )


def fetch(package: str) -> str | None:
    """Fetch a package at its pinned version, unless it is there, and keep its files; None, or what went wrong."""
    pinned = _pinned()[package]
    if kept(package).is_dir():
        return None
    with tempfile.TemporaryDirectory() as folder:
        words = ["npm", "pack", "--silent", "--ignore-scripts", f"{package}@{pinned['version']}"]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode != 0 or not archives:
            return done.stderr.strip() or "npm brought nothing"
        if integrity(archives[0]) != pinned["integrity"]:
            return "its hash is not the one in requirements/node.json"
        _keep(archives[0], kept(package), pinned["keep"])
    return None


def fetch_lighthouse() -> str | None:
    """Install Lighthouse and the two hundred packages under it, each at its pinned version and hash; None, or what went wrong."""
    folder = lighthouse().parents[3]
    if folder.is_dir():
        return None
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name, content in _as_npm_reads_it(json.loads(LIGHTHOUSE.read_text())).items():
        (partial / name).write_text(json.dumps(content))
    words = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(words, cwd=partial, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        return done.stderr.strip() or "npm brought nothing"
    partial.rename(folder)
    return None


def _as_npm_reads_it(pinned: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The two files that `npm ci` wants. Ours names no addresses, so npm asks the registry that it is set to."""
    package = {"name": "tools", "private": True, "dependencies": pinned["dependencies"]}
    packages = {"": package, **pinned["packages"]}
    lock = {"name": "tools", "lockfileVersion": 3, "requires": True, "packages": packages}
    return {"package.json": package, "package-lock.json": lock}


def integrity(path: Path) -> str:
    """A file's hash as npm writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def _keep(archive: Path, folder: Path, files: list[str]) -> None:
    """Put the files in place in one step, so that a cut-off copy is never taken for the package."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with tarfile.open(archive) as package:
        for name in files:
            source = package.extractfile(f"package/{name}")
            if source is None:
                raise FileNotFoundError(name)
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            with (partial / name).open("wb") as target:
                shutil.copyfileobj(source, target)
    partial.rename(folder)
