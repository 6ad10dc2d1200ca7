"""Writing a file whole or not at all, so that a full disk or a kill never costs what stood there before."""

import errno
import os
import shutil
import tempfile
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` in UTF-8 to `path`, in place of what stands there, whose permissions stay.

    Raises OSError, which names `path`, and UnicodeEncodeError; the old file is then as it was.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder, "notes.md"), "10 M users a day")
    ...     Path(folder, "notes.md").read_text(encoding="utf-8")
    '10 M users a day'
    """
    path = Path(os.path.realpath(path))  # through a link, so that the link stays
    if path.is_symlink():
        raise OSError(errno.ELOOP, "This link leads back to itself", str(path))
    exists = path.exists()
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".saving", dir=path.parent)
    except OSError as error:  # the reader knows the name they gave, not the one in between
        raise OSError(error.errno, error.strerror, str(path)) from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if exists:
            shutil.copymode(path, name)
        else:
            Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
