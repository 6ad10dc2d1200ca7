"""One JupyterLab for all browser tests, and a Chromium for each module of them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.lab_browser import chromium_browser, jupyterlab

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def lab_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder the server serves: a copy of the lessons, to which a test may add notebooks of its own."""
    root = tmp_path_factory.mktemp("lab") / "notebooks"
    shutil.copytree(ROOT / "notebooks", root, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return root


@pytest.fixture(scope="session")
def lab_url(lab_root: Path, chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of the JupyterLab that serves `lab_root`."""
    with jupyterlab(lab_root, tmp_path_factory.mktemp("jupyter")) as url:
        yield url


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    # Playwright's event loop must not outlive the browser tests: the kernels of later ones use their own.
    with chromium_browser(chromium) as started:
        yield started


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[[int], Page]]:
    """Return a function that opens a page of the width given, in pixels, with no cookies or storage."""
    contexts = []

    def new(width: int) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 1000})
        contexts.append(context)
        return context.new_page()

    yield new
    for context in contexts:
        context.close()
