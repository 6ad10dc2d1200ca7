"""Links that lead nowhere: in built pages, and in the Markdown of notebooks and README files."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from nbconvert.filters import markdown2html

__all__ = ["broken_links", "broken_markdown_links"]

_EXTERNAL = ("http", "https")
# What a page loads by itself; a person follows the links of `a`.
_LOADED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}


@dataclass
class _Page(HTMLParser):
    """The ids, the headings' words, and the links of a page, each with the tag that has it."""

    ids: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    _open: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if "id" in named:
            self.ids.append(named["id"])
        if re.fullmatch("h[1-6]", tag):
            self._open = True
            self.headings.append("")
        wanted = "href" if tag == "a" else _LOADED.get(tag)
        if wanted in named and named.get("class") != "anchor-link":
            self.links.append((tag, named[wanted]))

    def handle_endtag(self, tag: str) -> None:
        if re.fullmatch("h[1-6]", tag):
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.headings[-1] += data


def broken_links(site: Path) -> list[str]:
    """Return `page: link: what is wrong` for every link of the pages in the folder `site`.

    A link must lead to a file of the site, and to an id of it; ids are case-sensitive. Nothing a page
    loads may lie outside. Links to other sites are checked for their form alone.
    """
    site = site.resolve()
    pages = {path: _parsed(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    found = [] if pages else [f"{site.name}: there is no page in it"]
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        for tag, link in page.links:
            wrong = _wrong_form(link, loaded=tag != "a") or _wrong_place(path, link, site)
            if not wrong and (led := _anchor(path, link)):
                wrong = _wrong_anchor(led[1], pages[led[0]].ids if led[0] in pages else [])
            if wrong:
                found.append(f"{name}: {link}: {wrong}")
        found += [f"{name}: id {id_!r} stands {page.ids.count(id_)} times" for id_ in _twice(page.ids)]
    for path in sorted(site.rglob("*.css")):
        for address in re.findall(
            r"(?:url\(|@import)\s*['\"]?([^'\")\s;]+)", path.read_text(encoding="utf-8")
        ):
            if wrong := _wrong_form(address, loaded=True) or _wrong_place(path, address, site):
                found.append(f"{path.relative_to(site).as_posix()}: {address}: {wrong}")
    return found


def broken_markdown_links(path: Path, root: Path) -> list[str]:
    """Return `file: link: what is wrong` for the links in a notebook's Markdown cells or a Markdown file.

    Anchors into a notebook are written as JupyterLab makes them, anchors into a Markdown file as
    code-hosting pages make them. Links must stay inside the folder `root`.
    """
    found = []
    for _, link in _markdown(path).links:
        wrong = _wrong_form(link) or _wrong_place(path, link, root)
        if not wrong and (led := _anchor(path, link)):
            wrong = _wrong_anchor(led[1], _ids(led[0]) if led[0].suffix in (".ipynb", ".md") else [])
        if wrong:
            found.append(f"{path.relative_to(root).as_posix()}: {link}: {wrong}")
    return found


def _parsed(text: str) -> _Page:
    page = _Page()
    page.feed(text)
    return page


@lru_cache(maxsize=64)
def _markdown(path: Path) -> _Page:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells)
    return _parsed(markdown2html(text))


def _anchor(path: Path, link: str) -> tuple[Path, str] | None:
    """Return the file and the anchor in it that a link leads to, or None if it names no anchor of ours."""
    parts = urlsplit(link)
    if parts.scheme or not parts.fragment:
        return None
    return ((path.parent / unquote(parts.path)).resolve() if parts.path else path, parts.fragment)


def _ids(path: Path) -> list[str]:
    page = _markdown(path)
    if path.suffix == ".ipynb":
        return page.ids
    words = (heading.removesuffix("¶").strip().lower() for heading in page.headings)
    return [re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in words]


def _wrong_form(link: str, *, loaded: bool = False) -> str:
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError as error:
        return str(error)
    ours = not parts.scheme and not parts.netloc
    named = re.fullmatch(r"(?:[\w-]+\.)+[a-z]{2,}|localhost|127\.0\.0\.1", host)
    wrong = {
        "it is empty": not link,
        "it has a space in it": re.search(r"\s", link),
        "it begins with /": ours and link.startswith("/"),
        "the page needs a network to load it": loaded and not ours and parts.scheme != "data",
        "it leads to data": not loaded and parts.scheme == "data",
        f"{parts.scheme!r} is neither http nor https": not ours and parts.scheme not in (*_EXTERNAL, "data"),
        "its host has no name": parts.scheme in _EXTERNAL and not named,
    }
    return next((words for words, applies in wrong.items() if applies), "")


def _wrong_place(path: Path, link: str, root: Path) -> str:
    parts = urlsplit(link)
    if parts.scheme or not parts.path:
        return ""
    target = (path.parent / unquote(parts.path)).resolve()
    if not target.is_relative_to(root.resolve()):
        return "it leads outside"
    # A file system may not care for capitals; a web server does.
    if not target.exists() or target.name not in {sibling.name for sibling in target.parent.iterdir()}:
        return "there is no such file"
    return ""


def _wrong_anchor(anchor: str, ids: Iterable[str]) -> str:
    # As a browser looks for it: first as it is written, then decoded.
    return "" if {anchor, unquote(anchor)} & set(ids) else f"there is no id {anchor!r}"


def _twice(names: Iterable[str]) -> list[str]:
    names = list(names)
    return sorted({name for name in names if names.count(name) > 1})
