"""The second half of scripts/screenshots: a scratch atlas with a made queue, and a browser that walks through it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402 - the root comes first

from scripts import tools  # noqa: E402
from scripts.picturing.png import smaller  # noqa: E402
from studies.names import parse_names  # noqa: E402
from studies.records import Record  # noqa: E402
from tests.running import Running, bare_environment  # noqa: E402
from tests.sources.stub import Stub, serving  # noqa: E402

WIDTH, MOST_BYTES = 900, 60_000
QUEUE = "/admin/contributions/contribution/"
FUKUDA = "CDC 1994 (Fukuda) CFS research definition (PEM: optional (in a list))"
ABSTRACT = "All 50 patients met the Fukuda criteria. They were compared with 40 controls. The cells differed."
PAPER = Record(
    title="Blood cells of patients at rest: a made-up paper", doi="10.1234/cells.2026", pmid="49999991", journal="Cells",
    year=2026, authors=tuple(parse_names(["Adams, Ann", "Brown, Bo"])),
)  # fmt: skip


class Camera:
    """A signed-in browser window, and where its pictures go."""

    def __init__(self, browser: Browser, atlas: Running, who: str, folder: Path) -> None:
        self.page: Page = browser.new_context(viewport={"width": WIDTH, "height": 640}, base_url=atlas.url).new_page()
        self.folder = folder
        self.page.goto(atlas.logins[who])
        self.page.get_by_role("button", name="Sign in").click()

    def open(self, path: str) -> None:
        self.page.goto(path)

    def take(self, name: str, *, top: str = "#header", height: int = 640) -> None:
        """Save what is seen from the element `top` on; says so when the file is larger than it may be."""
        self.page.evaluate("window.scrollTo(0, 0)")
        box = self.page.locator(top).first.bounding_box()
        start = max(0, (box["y"] if box else 0) - 8)
        clip: Any = {"x": 0, "y": start, "width": WIDTH, "height": height}
        picture = smaller(self.page.screenshot(full_page=True, clip=clip))
        (self.folder / f"{name}.png").write_bytes(picture)
        print(f"docs/img/{name}.png: {len(picture):,} bytes", flush=True)
        if len(picture) > MOST_BYTES:
            sys.exit(f"{name}.png is larger than {MOST_BYTES:,} bytes.")


def message(number: int, page: str = "change") -> str:
    return f"{QUEUE}{number}/{page}/"


def read_and_take(camera: Camera, made: dict[str, int]) -> None:
    camera.open(QUEUE)
    camera.take("queue", height=460)
    camera.open(message(made["number"]))
    camera.take("message", height=1120)
    camera.page.get_by_role("button", name="Take it").click()


def propose_and_apply(camera: Camera, made: dict[str, int]) -> None:
    page = camera.page
    camera.open(message(made["number"], "propose"))
    page.get_by_label("Number of patients").fill("9")
    page.locator("#id_reason").select_option("correction")
    page.get_by_label("What changes and why").fill("One person left the study early, as the methods say.")
    page.get_by_role("button", name="Show the difference").click()
    camera.take("propose", top="#difference-heading", height=760)
    page.get_by_role("button", name="Save this proposal").click()
    page.locator("summary", has_text="Apply the change").click()
    page.locator("#apply-start").select_option(index=1)
    page.get_by_role("button", name="Put this sentence into the answer").first.click()
    camera.take("apply", top="#proposal-heading", height=1240)
    page.locator("#apply").get_by_role("button", name="Apply the change").click()
    camera.take("applied", height=420)


def decline(camera: Camera, made: dict[str, int]) -> None:
    page = camera.page
    camera.open(message(made["free"]))
    page.get_by_role("button", name="Take it").click()
    page.locator("summary", has_text="Decline").click()
    page.locator("#decline-reason").select_option("no_source")
    page.locator("#decline .insert").click()
    camera.take("decline", top="#decline", height=520)


def somebody_was_faster(camera: Camera, made: dict[str, int]) -> None:
    page = camera.page
    page.locator("#decline-text").fill("Thank you for writing. We looked in the paper.")
    other = page.context.new_page()
    other.goto(message(made["free"]))
    other.get_by_role("button", name="Still working on it").click()
    page.locator("#decline").get_by_role("button", name="Decline").click()
    camera.take("faster", height=480)


def second_person(camera: Camera, made: dict[str, int]) -> None:
    camera.open(message(made["badge"]))
    camera.take("second", top="#proposal-heading", height=900)


def conflict(camera: Camera, made: dict[str, int]) -> None:
    camera.open(message(made["conflict"], "rebase"))
    camera.take("conflict", height=560)


def missing_paper(camera: Camera, made: dict[str, int]) -> None:
    camera.open(message(made["paper"]))
    camera.page.get_by_role("button", name="Take it").click()
    camera.page.get_by_role("link", name="Make a draft study of it").click()
    camera.take("draft", height=900)


def second_factor(camera: Camera, made: dict[str, int]) -> None:
    camera.open("/admin/second-factor/set-up/")
    camera.take("second-factor", height=740)


def new_paper(camera: Camera) -> None:
    """From the number of a paper to a draft that is coded beside its abstract."""
    page = camera.page
    camera.open("/admin/studies/study/add/")
    page.get_by_label("DOI, PMID or PMCID of the paper").fill(f"https://doi.org/{PAPER.doi}")
    camera.take("add", height=430)
    with page.expect_navigation():
        page.get_by_role("button", name="Look it up").click()
    page.locator("#id_design").select_option("case_control")
    page.locator("#id_definitions-0-definition").select_option(label=FUKUDA)
    page.locator("#id_definitions-0-role").select_option("inclusion")
    page.locator("#id_definitions-0-quote").fill("All 50 patients met the Fukuda criteria")
    page.locator("#id_definitions-0-locator").select_option("abstract")
    page.locator("#id_definitions-0-basis").select_option("abstract")
    with page.expect_navigation():
        page.get_by_role("button", name="Check the coding").click()
    camera.take("coding", height=1240)


def inbox(camera: Camera) -> None:
    camera.open("/admin/studies/arrival/")
    camera.take("inbox", height=520)
    with camera.page.expect_navigation():
        camera.page.locator("#result_list tbody th a").first.click()
    camera.take("arrival", height=1100)


def task(camera: Camera) -> None:
    camera.open("/admin/studies/finding/?kind__exact=retracted")
    with camera.page.expect_navigation():
        camera.page.locator("#result_list tbody th a").first.click()
    camera.take("task", height=640)


DESK_STEPS = (new_paper, inbox, task)
STEPS: tuple[Callable[[Camera, dict[str, int]], None], ...] = (
    read_and_take, propose_and_apply, decline, somebody_was_faster, second_person, conflict, missing_paper, second_factor,
)  # fmt: skip


def fill_stand_in(stub: Stub) -> None:
    """Papers that the atlas does not have, and a paper of the sample atlas that was retracted since."""
    known = stub.shelves.papers[0].record
    stub.shelves.notice(known.doi, kind="retracted_by", doi="10.1234/notice.2026", on=date(2026, 11, 1))
    for number, title in enumerate(
        ("Sleep of patients in a week", "Standing for ten minutes", "Iron in cows"), start=1
    ):
        doi, pmid = f"10.1234/new.{number}", f"4999990{number}"
        paper = replace(PAPER, title=f"{title}: a made-up paper", doi=doi, pmid=pmid)
        stub.shelves.add(paper, on=date(2026, 11, 19), abstract=ABSTRACT)


def make_queue(data: Path) -> dict[str, int]:
    code = "import json; from scripts.picturing.made import make_queue; print(json.dumps(make_queue()))"
    words = [sys.executable, str(ROOT / "manage.py"), "shell", "--no-imports", "-c", code]
    environment = bare_environment() | {"ATLAS_DATA_DIR": str(data)}
    done = subprocess.run(words, check=True, cwd=ROOT, env=environment, capture_output=True, text=True)
    return {name: int(number) for name, number in json.loads(done.stdout.splitlines()[-1]).items()}


def run_command(data: Path, stub: Stub, *words: str) -> None:
    environment = bare_environment() | stub.environment | {"ATLAS_DATA_DIR": str(data)}
    subprocess.run([sys.executable, str(ROOT / "manage.py"), *words], check=True, cwd=ROOT, env=environment)


def main() -> None:
    folder = ROOT / "docs" / "img"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="atlas-pictures-") as data, serving(number=60) as stub:
        fill_stand_in(stub)
        atlas = Running(Path(data), environment=bare_environment() | stub.environment)
        try:
            made = make_queue(Path(data))
            for words in (["sync", "pubmed"], ["check_integrity", "pubmed", "--limit", "60"]):
                run_command(Path(data), stub, *words)
            with sync_playwright() as playwright:
                flags = ["--no-sandbox", "--disable-gpu"]
                browser = playwright.chromium.launch(executable_path=tools.chromium(), args=flags)
                camera = Camera(browser, atlas, "moderator", folder)
                for step in STEPS:
                    step(camera, made)
                stub.shelves.add(PAPER, on=date(2026, 11, 20), abstract=ABSTRACT)
                camera = Camera(browser, atlas, "lead", folder)
                for desk_step in DESK_STEPS:
                    desk_step(camera)
                browser.close()
        finally:
            atlas.stop()


if __name__ == "__main__":
    main()
