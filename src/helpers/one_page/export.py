"""Writing the page to a file: whole or not at all, and over another file only when told to."""

import errno
import os
from pathlib import Path

from helpers.design import Design
from helpers.files import write_whole
from helpers.models.checks import short_repr
from helpers.one_page.markdown import to_markdown
from helpers.one_page.web_page import to_html

__all__ = ["export"]

_WRITERS = {".md": to_markdown, ".html": to_html}


def export(
    design: Design, path: str | os.PathLike[str], *, overwrite: bool = False, title: str | None = None
) -> Path:
    """Write the design to `path` and return it: its ending, .md or .html, says in which format.

    Raises FileExistsError where something stands there, unless `overwrite`; OSError where nothing can be
    written; ValueError or TypeError naming the argument. What stood there is then as it was.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export(Design.example(), Path(folder, "twitter.html")).name
    'twitter.html'
    >>> export(Design.example(), "twitter.pdf")
    Traceback (most recent call last):
    ValueError: path = 'twitter.pdf': its name must end in .md or .html
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"path = {short_repr(path)}: it must be text or a Path")
    if not isinstance(overwrite, bool):
        raise TypeError(f"overwrite = {short_repr(overwrite)}: it must be True or False")
    path = Path(path)
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise ValueError(f"path = {short_repr(str(path))}: its name must end in .md or .html")
    text = write(design, title=title)
    if path.exists():
        if not path.is_file():
            raise ValueError(f"path = {short_repr(str(path))}: what stands there is not a file")
        if not overwrite:
            raise FileExistsError(
                errno.EEXIST, "It stands there already; overwrite=True writes over it", str(path)
            )
    write_whole(path, text)
    return path
