"""The project's own Python environment: `.venv` beside manage.py, made from hash-pinned requirement files.

Standard library only, because it runs before anything is installed. `ready("run")`, `ready("redis")` and `ready("test")`
return the Python of an environment that holds what requirements/run.txt, redis.txt or test.txt name; a stamp makes the next
call instant.
"""

import sys

OLDEST = (3, 11)


def _newer_python() -> "str | None":
    """Name of an installed Python that is new enough, or None."""
    import shutil

    for minor in range(20, OLDEST[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)
        if found:
            return found
    return None


def _refuse_old_python() -> None:
    """Go on with a newer Python of this machine, or say plainly what is needed. Written for Pythons of any age."""
    import os

    found = _newer_python()
    if found:
        os.execv(found, [found] + sys.argv)
    sys.exit(
        "The atlas needs Python 3.11 or newer; this is Python %d.%d (%s)." % (sys.version_info[:2] + (sys.executable,))
    )


if sys.version_info < OLDEST:
    _refuse_old_python()

import contextlib  # noqa: E402 - the version comes first
import fcntl  # noqa: E402
import hashlib  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from pathlib import Path  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
INCLUDED = {"run": ["run"], "redis": ["redis", "run"], "test": ["test", "run"]}  # what installing a kind satisfies


class InstallFailed(Exception):
    """The environment could not be made; the message is for the person at the terminal."""


def say(line: str) -> None:
    print(line, flush=True)


def environment_python(venv: Path) -> Path:
    return venv / "bin" / "python"


def ready(kind: str, venv: Path = ROOT / ".venv") -> Path:
    """Python of an environment with all of requirements/KIND.txt; makes or completes it where needed.

    Leaves the program with one plain message when that cannot be done.
    """
    try:
        with _alone():
            if not _is_current(kind, venv):
                _install(kind, venv)
    except InstallFailed as error:
        sys.exit(str(error))
    return environment_python(venv)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two starts at once wait for each other instead of installing into one folder together."""
    folder = os.open(REQUIREMENTS, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _stamp(kind: str, venv: Path) -> Path:
    return venv / f"atlas-{kind}.stamp"


def _fingerprint(kind: str) -> str:
    return hashlib.sha256((REQUIREMENTS / f"{kind}.txt").read_bytes()).hexdigest()


def _works(venv: Path) -> bool:
    """Whether the environment's Python starts: it does not after a move, or when the system's Python was replaced."""
    try:
        probe = f"import sys; sys.exit(sys.version_info < {OLDEST})"
        return subprocess.run([environment_python(venv), "-I", "-S", "-c", probe], check=False).returncode == 0
    except OSError:
        return False


def _is_current(kind: str, venv: Path) -> bool:
    try:
        return _stamp(kind, venv).read_text() == _fingerprint(kind) and _works(venv)
    except OSError:
        return False


def _install(kind: str, venv: Path) -> None:
    say(f"Making the Python environment in {venv} (once) …")
    environment = _clean_environment()
    uv = shutil.which("uv")
    if not _works(venv):
        _create(venv, uv, environment)
    _fill(kind, venv, uv, environment)
    for name in INCLUDED[kind]:
        _stamp(name, venv).write_text(_fingerprint(name))


def _clean_environment() -> dict[str, str]:
    """What uv and pip see: this Python, the system's certificates, no other environment, no download of a Python."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}
    }
    environment.update(
        UV_SYSTEM_CERTS="1",
        UV_NATIVE_TLS="1",  # the same for older uv
        UV_PYTHON=sys.executable,
        UV_PYTHON_DOWNLOADS="never",
        UV_LINK_MODE="copy",
        UV_NO_PROGRESS="1",
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PIP_ROOT_USER_ACTION="ignore",
    )
    if not os.access(Path.home(), os.W_OK):
        environment["UV_NO_CACHE"] = "1"
        environment["PIP_NO_CACHE_DIR"] = "1"
    return environment


def _run(words: list[str | Path], environment: dict[str, str]) -> str | None:
    """Run a command; None when it succeeded, else the end of what it said. Interrupted, it takes the command with it."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        try:
            process = subprocess.Popen(words, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        except OSError as error:
            return str(error)
        try:
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        output.seek(0)
        return None if code == 0 else output.read().strip()[-2000:] or f"exit code {code}"


def _create(venv: Path, uv: str | None, environment: dict[str, str]) -> None:
    if (
        uv
        and _run([uv, "venv", "--quiet", "--clear", "--no-project", "--python", sys.executable, venv], environment)
        is None
    ):
        return
    said = _run([sys.executable, "-m", "venv", "--clear", venv], environment)
    if said is not None:
        raise InstallFailed(_venv_message(said))


def _venv_message(said: str) -> str:
    if "ensurepip" in said:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return f"Python's venv module is not complete here. On Debian and Ubuntu: apt-get install python{version}-venv"
    return f"The Python environment could not be made:\n{said}"


def _fill(kind: str, venv: Path, uv: str | None, environment: dict[str, str]) -> None:
    """Install with the uv of this machine, else with a pinned uv of our own, else with plain pip."""
    python = environment_python(venv)
    wanted: list[str | Path] = ["--require-hashes", "-r", REQUIREMENTS / f"{kind}.txt"]
    said = _run([uv, "pip", "install", "--quiet", "--python", python, *wanted], environment) if uv else "no uv here"
    if said is None:
        return
    pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet"]
    if _run([python, "-m", "pip", "--version"], environment) is not None:  # made by uv, so without pip
        _run([python, "-m", "ensurepip"], environment)
    if _run([*pip, "--require-hashes", "-r", REQUIREMENTS / "uv.txt"], environment) is None:
        said = _run([venv / "bin" / "uv", "pip", "install", "--quiet", "--python", python, *wanted], environment)
    if said is not None:
        said = _run([*pip, *wanted], environment)
    if said is not None:
        raise InstallFailed(f"The packages could not be installed. Is there a network?\n{said}")


if __name__ == "__main__":
    ready(sys.argv[1])
