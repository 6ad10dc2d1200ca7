"""A real JupyterLab in a real Chromium: start it, run a notebook, look at what a learner would see."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Browser, Page, sync_playwright

__all__ = [
    "chromium_browser",
    "collect_errors",
    "jupyterlab",
    "open_and_run",
    "overflowing_explorers",
    "raised_cells",
    "resize",
    "switch_theme",
]

LIGHT = "JupyterLab Light"
DARK = "JupyterLab Dark"
START_SECONDS = 60
RUN_SECONDS = 180
# A machine without a network and a page without an icon are no fault of a notebook.
IGNORED_ERRORS = ("favicon", "ERR_", "Failed to load resource")

SETTINGS = {
    # Cells out of sight are laid out too, so that every explorer can be measured.
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}

RUN_ALL = """async seconds => {
    const app = window.jupyterapp;
    const limit = new Promise((_, reject) =>
        setTimeout(() => reject(new Error(`the notebook ran longer than ${seconds} s`)), 1000 * seconds));
    await Promise.race([app.commands.execute('notebook:run-all-cells'), limit]);
}"""
KERNEL_IS_IDLE = """() => {
    const panel = window.jupyterapp?.shell.currentWidget;
    return panel?.sessionContext?.session?.kernel?.status === 'idle';
}"""
RAISED = """() => {
    const cells = window.jupyterapp.shell.currentWidget.content.model.toJSON().cells;
    return cells.flatMap(cell => (cell.outputs ?? [])
        .filter(output => output.output_type === 'error')
        .map(output => `${cell.id}: ${output.ename}: ${output.evalue}`));
}"""
# An explorer may not be wider than its place, nor hide its width behind a scroll bar, its own or a row's.
OVERFLOWING = """() => [...document.querySelectorAll('.helpers-explorer')].flatMap((explorer, number) => {
    const area = explorer.closest('.jp-OutputArea-output') ?? explorer.parentElement;
    const boxes = [area, explorer, ...explorer.querySelectorAll('.widget-box')];
    const wide = boxes.filter(box => box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 0);
    return wide.map(box =>
        `explorer ${number + 1}: ${box.className}: ${box.scrollWidth} px in ${box.clientWidth} px`);
})"""
# JupyterLab lays its panels out some time after the window has its size; only a side bar stands beside them.
FILLS_WINDOW = """() => {
    const { right } = document.querySelector('.jp-Notebook').getBoundingClientRect();
    return right <= window.innerWidth && right > window.innerWidth - 100;
}"""
UNCHANGED = """quiet => {
    const { innerText, scrollHeight, scrollWidth } = document.querySelector('.jp-Notebook');
    const now = [innerText.length, scrollHeight, scrollWidth].join();
    if (window.seen !== now) {
        window.seen = now;
        window.seenSince = performance.now();
    }
    return performance.now() - window.seenSince > quiet;
}"""


@contextmanager
def jupyterlab(root: Path, scratch: Path) -> Iterator[str]:
    """Serve the folder `root` from this Python's JupyterLab and yield its URL; stop it at the end.

    Settings, logs and workspaces live in `scratch`, so the user's own JupyterLab is neither read nor changed.
    Raises RuntimeError with the server's log if it does not start.
    """
    settings = scratch / "settings"
    for plugin, values in SETTINGS.items():
        file = settings / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    environment = os.environ | {
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(scratch / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(scratch / "config"),
        "JUPYTER_DATA_DIR": str(scratch / "data"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
    }
    port = _free_port()
    options = [
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={root}",
        "--IdentityProvider.token=",
        "--LabApp.expose_app_in_browser=True",
    ]
    log = scratch / "jupyterlab.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_up(server, url, log)
        yield url
    finally:
        # SIGTERM lets the server shut its kernels down as well.
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/api/status", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@contextmanager
def chromium_browser(executable: str) -> Iterator[Browser]:
    """Yield a headless Chromium run from the path `executable`; close it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
            ],
        )
        try:
            yield browser
        finally:
            browser.close()


def collect_errors(page: Page) -> list[str]:
    """Return a list to which every error the page logs from now on is added."""
    errors: list[str] = []

    def add(text: str) -> None:
        if not any(ignored in text for ignored in IGNORED_ERRORS):
            errors.append(text)

    page.on("console", lambda message: add(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: add(str(error)))
    return errors


def open_and_run(page: Page, url: str, notebook: str) -> None:
    """Open the notebook (its path below the server's root), hide the side bar, run every cell and wait."""
    page.goto(f"{url}/lab/tree/{notebook}?reset")
    page.wait_for_function(KERNEL_IS_IDLE, timeout=1000 * START_SECONDS)
    execute(page, "application:toggle-left-area")
    page.evaluate(RUN_ALL, RUN_SECONDS)
    page.wait_for_function(KERNEL_IS_IDLE, timeout=1000 * START_SECONDS)
    settle(page)


def execute(page: Page, command: str, arguments: dict[str, Any] | None = None) -> None:
    """Run one of JupyterLab's commands by its id."""
    page.evaluate(
        "async ([id, args]) => { await window.jupyterapp.commands.execute(id, args); }",
        [command, arguments or {}],
    )


def resize(page: Page, width: int, height: int = 1000) -> None:
    """Give the window a size in pixels and wait until it is laid out."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(FILLS_WINDOW)
    settle(page)


def switch_theme(page: Page, theme: str) -> None:
    """Switch JupyterLab to the theme `LIGHT` or `DARK` and wait until it is drawn."""
    execute(page, "apputils:change-theme", {"theme": theme})
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    settle(page)


def settle(page: Page, quiet_ms: int = 500) -> None:
    """Wait until the notebook's text and size have not changed for `quiet_ms` milliseconds."""
    page.evaluate("window.seen = undefined")  # or an earlier quiet would count
    page.wait_for_function(UNCHANGED, arg=quiet_ms)


def raised_cells(page: Page) -> list[str]:
    """Return `cell id: error` for each cell of the open notebook that raised."""
    return cast("list[str]", page.evaluate(RAISED))


def overflowing_explorers(page: Page, patience_s: float = 10) -> list[str]:
    """Return a line for each explorer, or row in one, that stays wider than the place it has.

    Figures follow the window's size in their own time, so this looks again for up to `patience_s` seconds.
    """
    deadline = time.monotonic() + patience_s
    while (found := page.evaluate(OVERFLOWING)) and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    return cast("list[str]", found)
