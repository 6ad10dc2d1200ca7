"""Run every lesson and write the site: all of it, or nothing."""

import argparse
import asyncio
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import plotly
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from helpers.site.links import broken_links
from helpers.site.page import Lesson, index_page, lesson_page

__all__ = ["SiteError", "build_site", "main"]

_HERE = Path(__file__).parent
_MARK = "assets/site.css"
_SECONDS_A_CELL = 120


class SiteError(Exception):
    """The site could not be built; what stood there before is as it was."""


def build_site(notebooks: Path, out: Path, *, about: str = "", jobs: int = 1) -> list[Path]:
    """Run the lessons in the folder `notebooks`, `jobs` at a time, write the site `out`, return its pages.

    What a lesson measures while others run beside it is slower than on an idle machine. A site that stands
    at `out` is replaced once the new one is complete. Raises SiteError if a lesson raises, a link leads
    nowhere, or `out` holds something else.
    """
    if jobs < 1:
        raise SiteError(f"jobs = {jobs}: it must be 1 or more")
    paths = sorted(notebooks.glob("*.ipynb"))
    if not paths:
        raise SiteError(f"no notebook found in {notebooks}")
    if out.exists() and not (out / _MARK).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise SiteError(f"{out} holds something else than a site; it is left as it is")
    ran = asyncio.run(_run_all(paths, jobs))
    out.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that it can be put there by renaming.
    scratch = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        built = scratch / "new"
        _write(paths, ran, notebooks, built, about)
        if broken := broken_links(built):
            raise SiteError("\n".join(["links that lead nowhere:", *broken]))
        if out.exists():
            out.rename(scratch / "old")
        built.rename(out)
    finally:
        shutil.rmtree(scratch)
    return sorted(out.glob("*.html"))


async def _run_all(paths: Sequence[Path], jobs: int) -> list[Any]:
    turn = asyncio.Semaphore(jobs)
    # One that raises lets the others end, so that no kernel is left and every fault is named.
    ran = await asyncio.gather(*(_run(path, turn) for path in paths), return_exceptions=True)
    failed = [result for result in ran if isinstance(result, BaseException)]
    if unexpected := [error for error in failed if not isinstance(error, SiteError)]:
        raise unexpected[0]
    if failed:
        raise SiteError("\n".join(map(str, failed)))
    return ran


async def _run(path: Path, turn: asyncio.Semaphore) -> Any:
    notebook = nbformat.read(path, as_version=4)
    async with turn:
        started = asyncio.get_running_loop().time()
        client = NotebookClient(
            notebook,
            timeout=_SECONDS_A_CELL,
            kernel_name="python3",
            store_widget_state=False,
            coalesce_streams=True,
            extra_arguments=["--ext=helpers.site.static_view", "--log-level=ERROR"],
            resources={"metadata": {"path": str(path.parent)}},
        )
        try:
            await client.async_execute()
        except CellExecutionError as error:
            print(f"{path.name}: a cell raised", flush=True)
            raise SiteError(f"{path.name}: a cell raised\n{error}") from error
        print(f"{path.name}: ran in {asyncio.get_running_loop().time() - started:.0f} s", flush=True)
    return notebook


def _write(paths: Sequence[Path], ran: Sequence[Any], notebooks: Path, built: Path, about: str) -> None:
    lessons = [Lesson.of(path.stem, notebook) for path, notebook in zip(paths, ran, strict=True)]
    files = {f"{lesson.name}.ipynb": f"{lesson.name}.html" for lesson in lessons}
    (built / "assets").mkdir(parents=True)
    for source in (
        _HERE / "site.css",
        _HERE / "site.js",
        _HERE.parent / "widgets/explorer.css",
        Path(plotly.__file__).parent / "package_data/plotly.min.js",
    ):
        shutil.copy(source, built / "assets")
    if (notebooks / "images").is_dir():
        shutil.copytree(notebooks / "images", built / "images")
        files |= {(name := path.relative_to(built).as_posix()): name for path in (built / "images").iterdir()}
    for place, (lesson, notebook) in enumerate(zip(lessons, ran, strict=True)):
        try:
            page = lesson_page(notebook, place, lessons, files)
        except ValueError as error:
            raise SiteError(f"{lesson.name}.ipynb: {error}") from error
        (built / f"{lesson.name}.html").write_text(page, encoding="utf-8")
    (built / "index.html").write_text(index_page(lessons, about), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the site as the command line says and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.site", description="Run the lessons, build the site."
    )
    parser.add_argument("--notebooks", type=Path, default=Path("notebooks"), help="folder of the lessons")
    parser.add_argument("--out", type=Path, default=Path("site"), help="folder of the site")
    parser.add_argument("--jobs", type=int, default=1, help="lessons that run at a time (measuring likes 1)")
    options = parser.parse_args(arguments)
    about = ""
    with suppress(OSError, KeyError):
        project = tomllib.loads((options.notebooks.parent / "pyproject.toml").read_text(encoding="utf-8"))
        about = project["project"]["description"]
    try:
        pages = build_site(options.notebooks, options.out, about=about, jobs=options.jobs)
    except SiteError as error:
        print(f"no site was built: {error}", file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in options.out.rglob("*") if path.is_file())
    print(f"{options.out}: {len(pages)} pages, {size / 1e6:.1f} MB; open {options.out}/index.html")
    return 0
