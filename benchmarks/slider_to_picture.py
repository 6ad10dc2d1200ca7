"""How long from a slider's move to the new picture, in a real JupyterLab and a headless Chromium?

Every explorer beside the floor (slider, kernel, one label) and beside what a user would otherwise pick:
`interact` returning a new plotly figure, and plotly's FigureWidget. Run it with

    python -m benchmarks.slider_to_picture          # the table
    python -m benchmarks.slider_to_picture --check  # and exit code 1 if a target is missed

The clock runs in the page, from the key press on the slider's handle to the frame after the last change
of the cell's output that this press caused. A move whose picture is not new stops the run.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from playwright.sync_api import Page

from tests.browser.lab_browser import chromium_browser, jupyterlab, open_and_run, raised_cells

TIMES_THE_FLOOR = 1.5
TIMES_FASTER_THAN_INTERACT = 3
WARM_UP = 6
SWEEP = 20  # moves in one direction before turning round, so that no slider reaches its end
QUIET_MS = 350

# The estimate explorer's slider and picture, for those who build them otherwise.
COMMON = """\
import ipywidgets
import plotly.graph_objects as go
import plotly.io
from helpers.figures.estimation import utilisation_figure
from helpers.models.estimation import estimate
from helpers.models.published import FRAMEWORK_TWITTER, STRONG_NODE
from helpers.models.verdicts import judge

plotly.io.renderers.default = "plotly_mimetype"

def users_slider():
    return ipywidgets.FloatLogSlider(value=1e7, min=3, max=9.5, step=6.5 / 200, description="users")

def picture(users):
    return utilisation_figure(judge(estimate(FRAMEWORK_TWITTER.replace(daily_users=users)), STRONG_NODE))"""

FLOOR = """\
slider, label = users_slider(), ipywidgets.Label()
slider.observe(lambda change: setattr(label, "value", f"{change['new']:.4g} users"), "value")
ipywidgets.VBox([slider, label])"""

INTERACT = "ipywidgets.interact(picture, users=users_slider());"

FIGURE_WIDGET = """\
slider, live = users_slider(), go.FigureWidget(picture(1e7))
def update(change):
    new = picture(change["new"]).data[0]
    with live.batch_update():
        live.data[0].update(x=new.x, text=new.text, hovertext=new.hovertext, marker=new.marker)
slider.observe(update, "value")
ipywidgets.VBox([slider, live])"""

# N, R and W have too few values to sweep, so the time moves; from 20 ms on every step is a new number.
STALENESS = """\
from helpers.widgets.consistency import staleness_explorer
explorer = staleness_explorer()
explorer.set(after_ms=20)
explorer"""

# The page's size has too few values to sweep, and the page whose cost is asked opens at its last one.
PAGING = """\
from helpers.widgets.pagination import paging_explorer
paging_explorer(page=100)"""


@dataclass(frozen=True)
class Variant:
    """A cell, and where in its output the picture is; `buttons` are pressed in turn where no slider is.

    `sweep` is how many moves go one way before they turn round.
    """

    name: str
    source: str
    picture: str
    handle: str = ".noUi-handle"
    buttons: str = ""
    ours: bool = True
    sweep: int = SWEEP


def _explorer(
    name: str,
    module: str,
    *,
    picture: str = "svg.helpers-plot",
    handle: str = ".noUi-handle",
    buttons: str = "",
    sweep: int = SWEEP,
) -> Variant:
    source = f"from helpers.widgets.{module} import {name}\n{name}()"
    return Variant(name, source, picture, handle, buttons, sweep=sweep)


BASE = "floor: slider, kernel, one label"
OTHERWISE = "interact, a new figure each time"
VARIANTS = (
    Variant(BASE, FLOOR, ".widget-label:last-child", ours=False),
    Variant(OTHERWISE, INTERACT, ".js-plotly-plot .barlayer", ours=False),
    Variant("FigureWidget.batch_update", FIGURE_WIDGET, ".js-plotly-plot .barlayer", ours=False),
    Variant("staleness_explorer", STALENESS, "svg.helpers-plot", ".helpers-grid > :last-child .noUi-handle"),
    _explorer("nines_explorer", "nines"),
    _explorer(
        "scope_board",
        "scope_board",
        picture=".helpers-words, svg.helpers-plot",
        buttons=".helpers-check input",
    ),
    _explorer("estimation_explorer", "estimation"),
    _explorer("uncertainty_explorer", "estimation", handle=".noUi-handle-upper"),
    _explorer("latency_explorer", "latency"),
    _explorer("slip_explorer", "slips", picture=".helpers-reply", buttons=".helpers-choices button"),
    _explorer("architecture_explorer", "architecture"),
    _explorer("datastore_explorer", "datastores"),
    _explorer("queueing_explorer", "queueing"),
    _explorer("pools_explorer", "queueing"),
    Variant("paging_explorer", PAGING, "svg.helpers-plot", ".helpers-grid > :last-child .noUi-handle"),
    _explorer("merge_explorer", "merging"),
    _explorer("tweet_travel_explorer", "tweet_travel", sweep=3),
    _explorer("fanout_explorer", "fanout"),
    _explorer("break_it_explorer", "availability", buttons=".helpers-check input"),
    _explorer("heartbeat_explorer", "failover"),
    _explorer("celebrity_explorer", "hotspots", handle=".helpers-grid > :nth-child(2) .noUi-handle"),
    _explorer("alarm_explorer", "monitoring"),
)

# Seen from outside, all variants look alike: an event goes in, the cell's output changes until it is done.
MOVE = """async ({ cell, picture, handle, buttons, step, key, quiet }) => {
    const output = document.querySelectorAll('.jp-CodeCell')[cell].querySelector('.jp-Cell-outputArea');
    const shown = () => [...output.querySelectorAll(picture)].map(part => part.innerHTML).join();
    const frame = () => new Promise(done => requestAnimationFrame(done));
    const target = buttons ? output.querySelectorAll(buttons)[step % 2] : output.querySelector(handle);
    target.focus();
    await frame();
    await frame();
    const before = shown();
    let last = 0;
    let drawn = 0;
    const observer = new MutationObserver(changes => {
        const elements = changes.map(({ target }) => target.nodeType === 1 ? target : target.parentElement);
        if (elements.every(element => element?.closest('.widget-slider, button'))) return;
        last = performance.now();
        requestAnimationFrame(() => { drawn = performance.now(); });
    });
    observer.observe(output, { subtree: true, childList: true, attributes: true, characterData: true });
    const start = performance.now();
    if (buttons) target.click();
    else target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    while (performance.now() - Math.max(start, last) < quiet || (!last && performance.now() - start < 5000))
        await new Promise(done => setTimeout(done, 20));
    observer.disconnect();
    return { ms: drawn - start, changed: last > 0 && shown() !== before && shown() !== '' };
}"""


def measure(moves: int) -> dict[str, list[float]]:
    """Return the times (ms) of `moves` moves a variant, all in one run, the variants taking turns."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        raise SystemExit("Chromium is not installed; on Debian: apt-get install chromium")
    times: dict[str, list[float]] = {variant.name: [] for variant in VARIANTS}
    with tempfile.TemporaryDirectory() as name:
        root, scratch = Path(name, "notebooks"), Path(name, "jupyter")
        root.mkdir()
        scratch.mkdir()
        _write_notebook(root / "explorers.ipynb")
        with jupyterlab(root, scratch) as url, chromium_browser(executable) as browser:
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            open_and_run(page, url, "explorers.ipynb")
            if raised := raised_cells(page):
                raise RuntimeError("; ".join(raised))
            for variant in VARIANTS:
                _wait_for(page, variant)
            for step in range(WARM_UP + moves):
                for cell, variant in enumerate(VARIANTS, start=1):
                    elapsed = _move(page, cell, variant, step)
                    if step >= WARM_UP:
                        times[variant.name].append(elapsed)
    return times


def _write_notebook(path: Path) -> None:
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in [COMMON, *(v.source for v in VARIANTS)]]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


def _wait_for(page: Page, variant: Variant) -> None:
    cell = page.locator(".jp-CodeCell").nth(1 + VARIANTS.index(variant))
    cell.locator(variant.picture).first.wait_for(state="attached", timeout=30_000)


def _move(page: Page, cell: int, variant: Variant, step: int) -> float:
    key = "ArrowRight" if (step // variant.sweep) % 2 == 0 else "ArrowLeft"
    options: dict[str, Any] = {
        "picture": variant.picture,
        "handle": variant.handle,
        "buttons": variant.buttons,
    }
    result = page.evaluate(MOVE, options | {"cell": cell, "step": step, "key": key, "quiet": QUIET_MS})
    if not result["changed"]:
        raise RuntimeError(f"{variant.name}: move {step} drew no new picture; there is nothing to time")
    return float(result["ms"])


def table(times: Mapping[str, list[float]]) -> str:
    """Return the medians and 95th percentiles as a Markdown table."""
    floor, otherwise = statistics.median(times[BASE]), statistics.median(times[OTHERWISE])
    lines = ["| variant | moves | p50 (ms) | p95 (ms) | × the floor | × faster than interact |"]
    lines.append("| :-- | --: | --: | --: | --: | --: |")
    for name, taken in times.items():
        middle, tail = np.percentile(taken, [50, 95])
        ratios = f"{middle / floor:.2f} | {otherwise / middle:.1f}"
        lines.append(f"| {name} | {len(taken)} | {middle:.1f} | {tail:.1f} | {ratios} |")
    return "\n".join(lines)


def missed(times: Mapping[str, list[float]]) -> list[str]:
    """Return a line for each target an explorer misses.

    >>> fast = {variant.name: [10.0] for variant in VARIANTS} | {OTHERWISE: [100.0]}
    >>> missed(fast)
    []
    >>> missed(fast | {"slip_explorer": [16.0]})
    ['slip_explorer: 1.60 × the floor, but 1.5 is the target']
    """
    floor, otherwise = statistics.median(times[BASE]), statistics.median(times[OTHERWISE])
    found = []
    for name in (variant.name for variant in VARIANTS if variant.ours):
        middle = statistics.median(times[name])
        if middle > TIMES_THE_FLOOR * floor:
            found.append(f"{name}: {middle / floor:.2f} × the floor, but {TIMES_THE_FLOOR} is the target")
        if otherwise < TIMES_FASTER_THAN_INTERACT * middle:
            times_faster = f"{otherwise / middle:.1f} × faster than interact"
            found.append(f"{name}: {times_faster}, but {TIMES_FASTER_THAN_INTERACT} is the target")
    return found


def main() -> int:
    """Measure, print the table, and with --check fail if a target is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--moves", type=int, default=40, help="moves a variant (at least 20)")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a target is missed")
    options = parser.parse_args()
    if options.moves < 20:
        parser.error(f"--moves = {options.moves}: it must be 20 or more")
    before = os.getloadavg()[0]
    times = measure(options.moves)
    print(table(times))
    print(f"\n{os.cpu_count()} cores; load {before:.1f} before the run, {os.getloadavg()[0]:.1f} after it")
    failures = missed(times)
    for line in failures:
        print(line)
    return 1 if options.check and failures else 0


if __name__ == "__main__":
    sys.exit(main())
