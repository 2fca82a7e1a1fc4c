"""Browser tests run against the real thing: scripts/run with the sample atlas, read by Debian's Chromium.

Fixtures: `atlas` (the running site), `visit(path, …)` (a page in a context of its own), `axe(page)` and `nu(html)` (accessibility
and HTML checks that fail the test), `screenshot(page, name)`. A tool that is missing skips the test, which CI does not allow.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from scripts import tools
from tests.browser.following import PATIENCE, follow
from tests.browser.nu import NotStarted, Nu
from tests.environment import FOLDER
from tests.running import Running, bare_environment

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
# It need not describe every element in which it finds nothing.
AXE_OPTIONS = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}


# Each test of these reads pages of the shared site and changes nothing, so that any process may take it.
READING_ONLY = {"test_every_page.py", "test_passwords.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the group; the tests of a file stay in one process, which may have a site of its own for them."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            if item.path.name not in READING_ONLY:
                item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    """A data folder with the sample atlas loaded, made once for all processes of a run."""
    shared = Path(os.environ[FOLDER]) / "sample"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "complete").exists():
            assert Running(shared).stop() == 0
            (shared / "complete").touch()
    return shared


@pytest.fixture(scope="session")
def atlas(sample_folder: Path) -> Iterator[Running]:
    """The running site: `atlas.url`, `atlas.logins`. Shared by the tests of a process: change only what the test itself made."""
    data = Path(tempfile.mkdtemp(prefix="site-", dir=os.environ[FOLDER]))
    shutil.copytree(sample_folder, data, dirs_exist_ok=True)
    # One trusted proxy: a test may say which neighbourhood of the network it writes from.
    running = Running(data, environment=bare_environment() | {"ATLAS_TRUSTED_PROXIES": "1"})
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def base_url() -> None:
    """Not the plugin's: it is asked once for all modules, and a module may have an `atlas` of its own."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    path = tools.chromium()
    if path is None:
        pytest.skip(f"no Chromium: {tools.apt_line(['chromium'])}")
    return {**browser_type_launch_args, "executable_path": path, "args": tools.CHROMIUM_FLAGS}


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture
def new_context(new_context: Callable) -> Callable[..., BrowserContext]:
    """The plugin's, whose pages wait as long as a busy machine needs."""

    def patient(**options: object) -> BrowserContext:
        context: BrowserContext = new_context(**options)
        context.set_default_timeout(PATIENCE * 1000)
        return context

    return patient


@pytest.fixture(scope="session")
def staff_states() -> dict[tuple[str, str], dict]:
    """Cookies of the staff who signed in already: a login link works only once."""
    return {}


@pytest.fixture
def sign_in(atlas: Running, new_context: Callable, staff_states: dict) -> Callable[[str], dict]:
    """sign_in("lead") or ("moderator"): the stored cookies of that person, for `visit(…, storage_state=…)`."""

    def sign_in(name: str) -> dict:
        if (atlas.url, name) not in staff_states:
            context: BrowserContext = new_context()
            page = context.new_page()
            page.goto(atlas.logins[name])
            follow(page.get_by_role("button", name="Sign in"))
            page.wait_for_url(f"{atlas.url}/admin/")
            staff_states[atlas.url, name] = context.storage_state()
        return staff_states[atlas.url, name]

    return sign_in


@pytest.fixture
def visit(atlas: Running, new_context: Callable, sign_in: Callable) -> Iterator[Callable[..., Page]]:
    """visit("/evidence/", js=False, width=320, scheme="dark", staff="lead", …): the page, opened in a new context.

    Further keywords go to Playwright's new_context. At the end the test fails when a visited page had a script error, broke
    its content policy or asked for anything from another host.
    """
    faults: list[str] = []

    def visit(
        path: str = "/",
        *,
        js: bool = True,
        width: int = 1280,
        height: int = 900,
        scheme: str = "light",
        staff: str | None = None,
        **options: object,
    ) -> Page:
        if staff is not None:
            options["storage_state"] = sign_in(staff)
        context = new_context(
            base_url=atlas.url,
            java_script_enabled=js,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            **options,
        )
        page = context.new_page()
        _listen(page, atlas.url, faults)
        page.goto(path)
        return page

    yield visit
    assert faults == []


def _listen(page: Page, own: str, faults: list[str]) -> None:
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((own, "data:", "blob:")) else faults.append(f"outside: {request.url}")
        ),
    )


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """axe(page): fails with every accessibility violation it finds (WCAG 2.2 A and AA, and good practice)."""

    def axe(page: Page) -> None:
        page.wait_for_load_state("load")
        results = Axe().run(page, options=AXE_OPTIONS)
        found = [
            f"{violation['id']}: {violation['help']} at {[node['target'] for node in violation['nodes']]}"
            for violation in results.response["violations"]
        ]
        assert found == []

    return axe


@pytest.fixture
def screenshot() -> Callable[[Page, str], Path]:
    """screenshot(page, "home-dark"): saves the whole page as a PNG; ATLAS_SCREENSHOTS names a folder to keep them in."""
    folder = Path(os.environ.get("ATLAS_SCREENSHOTS") or Path(os.environ[FOLDER]) / "screenshots")

    def screenshot(page: Page, name: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return screenshot


@pytest.fixture(scope="session")
def nu() -> Iterator[Nu]:
    """nu(html): fails with every error the Nu HTML checker finds."""
    java = shutil.which("java")
    if java is None or not tools.nu_jar().exists():
        pytest.skip("no Java or no Nu HTML checker; scripts/test without arguments brings or names what is missing")
    for _ in range(5):  # another process may take the port before the checker does
        process, port = _start_checker(java)
        try:
            checker = Nu(port, process)
            break
        except NotStarted:
            process.wait()
    else:
        raise AssertionError("The Nu HTML checker did not start.")
    try:
        yield checker
    finally:
        process.terminate()
        process.wait()


def _start_checker(java: str) -> tuple[subprocess.Popen, int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    # It lives for some minutes: compiling its code as well as can be takes longer than it saves. Plain code stacks higher.
    words = [java, "-Xmx512m", "-Xss8m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    words += ["-Dnu.validator.servlet.bind-address=127.0.0.1"]
    words += ["-cp", str(tools.nu_jar()), "nu.validator.servlet.Main", str(port)]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), port
