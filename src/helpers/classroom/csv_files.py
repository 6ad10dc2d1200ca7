"""CSV files as spreadsheets and learning platforms write and read them."""

import codecs
import csv
import io
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.files import write_whole

__all__ = ["CsvError", "Row", "Table", "as_text", "read_table", "write_table"]

SEPARATORS = ",;\t"
MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class CsvError(ValueError):
    """Something in a CSV file that its writer can mend; the message names file, line and column."""

    def __init__(self, path: str | os.PathLike[str], line: int, column: str, words: str) -> None:
        place = f", line {line}" * bool(line) + f", column {column!r}" * bool(column)
        super().__init__(f"{path}{place}: {words}")


@dataclass(frozen=True)
class Row:
    """A row below the header, as wide as the header, and the line it starts on."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A CSV file: its header, on line `line`, and its rows; blanks around a cell are left out."""

    path: str
    line: int
    header: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(path: str | os.PathLike[str]) -> Table:
    """Read a CSV file: UTF-8 with or without a byte order mark, or UTF-16 with one, as Excel writes them.

    Cells are separated by comma, semicolon or tab: by what parts the first line most often, or what a
    line `sep=;` above it says. Raises CsvError and OSError.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "roster.csv")
    ...     _ = path.write_text("id;email\\n7;anne@example.org\\n", encoding="utf-16")
    ...     read_table(path).rows
    (Row(line=2, cells=('7', 'anne@example.org')),)
    """
    text = _decoded(path, Path(path).read_bytes())
    line = 1
    if said := re.match(f"sep=([{SEPARATORS}])(?:\r\n?|\n)", text, re.IGNORECASE):
        separator, text, line = said[1], text[said.end() :], 2
    else:
        separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[Row] = []
    starts = line
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append(Row(starts, tuple(cell.strip() for cell in cells)))
            starts = line + reader.line_num
    except csv.Error as error:
        words = f"this is not CSV ({error}); is a quotation mark left open, or not doubled in its cell?"
        raise CsvError(path, starts, "", words) from None
    if not found:
        raise CsvError(path, 0, "", "the file is empty")
    header, *below = found
    names = header.cells
    for name in names:
        if name and names.count(name) > 1:
            raise CsvError(path, header.line, name, "this column is in the header twice")
    rows = tuple(_as_wide(path, row, names) for row in below)
    return Table(str(path), header.line, names, rows)


def write_table(
    path: str | os.PathLike[str], rows: Iterable[Sequence[str]], *, replace: bool = False, quote: bool = False
) -> None:
    """Write rows as CSV in UTF-8, whole or not at all; with `quote` every cell stands in quotation marks.

    Raises FileExistsError if there is a file already, unless `replace` is set, and OSError.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_table(Path(folder, "marks.csv"), [["id", "name"], ["7", "Able, Anne"]])
    ...     print(Path(folder, "marks.csv").read_text())
    id,name
    7,"Able, Anne"
    """
    if not replace and os.path.lexists(path):
        raise FileExistsError(f"{path} is there already; it is not replaced unless you ask for it")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL).writerows(
        rows
    )
    write_whole(path, text.getvalue())


def as_text(cell: str) -> str:
    """Return the cell on one line and so that no spreadsheet runs it: before a formula comes an apostrophe.

    Spreadsheets take = + - @ for the beginning of one, also after blanks and in full width (CWE-1236).

    >>> as_text("=HYPERLINK(1)"), as_text("Anne-Marie")
    ("'=HYPERLINK(1)", 'Anne-Marie')
    """
    line = re.sub(r"[\r\n]+", " ", cell)
    begins = unicodedata.normalize("NFKC", line.lstrip()[:1])
    return f"'{line}" if begins in ("=", "+", "-", "@") or line[:1] == "\t" else line


def _decoded(path: str | os.PathLike[str], content: bytes) -> str:
    if content.startswith((ZIP, OLE)):
        raise CsvError(path, 0, "", "this is a spreadsheet; save it as “CSV UTF-8”")
    content = content.removeprefix(codecs.BOM_UTF8)
    encoding = "utf-16" if content.startswith(MARKS) else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-16":
            raise CsvError(path, 0, "", "the file begins as UTF-16 but is damaged or cut off") from None
        line, column = _place(content, error.start)
        words = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as “CSV UTF-8”"
        raise CsvError(path, line, column, words) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise CsvError(path, line, "", "there is a zero character; save the file as “CSV UTF-8”")
    return text


def _place(content: bytes, position: int) -> tuple[int, str]:
    """Return the line of a byte and the name of its column, as far as lines tell it."""
    text = content.decode("latin-1")
    header, before = re.split("[\r\n]", text, maxsplit=1)[0], text[:position]
    line = before.count("\n") + 1
    separator = _separator(header)
    names = [name.strip() for name in next(csv.reader([header], delimiter=separator), [])]
    cells = next(csv.reader([before.rpartition("\n")[2]], delimiter=separator), [])
    column = max(len(cells) - 1, 0)
    return line, names[column] if line > 1 and column < len(names) else ""


def _separator(text: str) -> str:
    header = re.split("[\r\n]", text, maxsplit=1)[0]
    return max(SEPARATORS, key=lambda each: len(next(csv.reader([header], delimiter=each), [])))


def _as_wide(path: str | os.PathLike[str], row: Row, header: Sequence[str]) -> Row:
    surplus = [cell for cell in row.cells[len(header) :] if cell]
    if surplus:
        words = (
            f"{len(row.cells)} cells, but the header has {len(header)}; put a cell with a separator in quotes"
        )
        raise CsvError(path, row.line, "", words)
    cells = row.cells[: len(header)]
    return Row(row.line, cells + ("",) * (len(header) - len(cells)))
