"""Photograph explorers in the running lessons, for the README (`make pictures`)."""

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.lab_browser import chromium_browser, jupyterlab, open_and_run, raised_cells

__all__ = ["PICTURES", "Picture", "take"]

ROOT = Path(__file__).parents[2]
WIDTH_PX = 1300
HEIGHT_PX = 1400
PIXEL_RATIO = 1.35
EXPLORER_OF_CELL = """id => window.jupyterapp.shell.currentWidget.content.widgets
    .find(cell => cell.model.id === id)?.node.querySelector('.helpers-explorer')"""


@dataclass(frozen=True)
class Picture:
    """A file in notebooks/images, and the lesson and the cell whose explorer it shows."""

    name: str
    lesson: str
    cell: str


PICTURES = (
    Picture("estimate_explorer.png", "0_start_here.ipynb", "explore-estimate"),
    Picture("tweet_travel.png", "4_deep_dive.ipynb", "explore-travel"),
)


def take(page: Page, url: str, pictures: Sequence[Picture], out: Path) -> None:
    """Run each lesson named in JupyterLab at `url`, and write the pictures of its explorers into `out`.

    Raises RuntimeError if a cell raised or has no explorer.
    """
    for lesson, of_lesson in groupby(pictures, key=lambda picture: picture.lesson):
        open_and_run(page, url, lesson)
        if raised := raised_cells(page):
            raise RuntimeError(f"{lesson}: {raised}")
        for picture in of_lesson:
            explorer = page.evaluate_handle(EXPLORER_OF_CELL, picture.cell).as_element()
            if explorer is None:
                raise RuntimeError(f"{lesson}: the cell {picture.cell!r} shows no explorer")
            explorer.scroll_into_view_if_needed()
            explorer.screenshot(path=out / picture.name, animations="disabled")


def main() -> int:
    """Take every picture anew and return the exit code."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    chromium = os.environ.get("CHROMIUM") or next(filter(None, found), None)
    if not chromium:
        print(
            "Chromium is not installed: apt-get install chromium, or set CHROMIUM to its path",
            file=sys.stderr,
        )
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        lessons, taken = Path(scratch) / "notebooks", Path(scratch) / "taken"
        shutil.copytree(ROOT / "notebooks", lessons, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        taken.mkdir()
        settings = Path(scratch) / "jupyter"
        settings.mkdir()
        with jupyterlab(lessons, settings) as url, chromium_browser(chromium) as browser:
            context = browser.new_context(
                viewport={"width": WIDTH_PX, "height": HEIGHT_PX}, device_scale_factor=PIXEL_RATIO
            )
            take(context.new_page(), url, PICTURES, taken)
        images = ROOT / "notebooks/images"
        images.mkdir(exist_ok=True)
        for path in sorted(taken.iterdir()):
            shutil.copy(path, images)
            print(f"notebooks/images/{path.name}: {path.stat().st_size / 1000:.0f} KB")
    return 0


if __name__ == "__main__":
    # The pictures show what a newcomer sees, not the files of whoever takes them.
    os.environ |= dict.fromkeys(("DESIGN_FILE", "INTERVIEWS_FILE", "SCENARIOS"), "")
    sys.exit(main())
