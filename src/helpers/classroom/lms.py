"""The CSV layouts of Moodle, Canvas and Blackboard, and a plain one: which columns are relied on.

- Moodle's grade export has `First name`, `Last name` (`Surname` in older ones), and of `Username`,
  `ID number` and `Email address` what the site shows; then `Assignment: Title (Real)` or the like. Its grade
  import lets you say which column is what, and takes an empty cell for no grade. moodle/moodle:
  grade/export/txt/grade_export_txt.php, grade/import/csv/classes/load_data.php and its tests;
  docs.moodle.org, “Grade import”.
- Canvas's gradebook export has `Student` (“Able, Anne”) or `LastName` and `FirstName`, `ID`, `SIS User ID`,
  `SIS Login ID`, `Section`, then the assignments as `Title (id)`, and under the header a row
  `Points Possible`. Its import finds a student by `ID`, else by the other two, an assignment by its id, else
  by its title, and makes the assignments it does not find. instructure/canvas-lms:
  lib/gradebook_exporter.rb, lib/gradebook_importer.rb.
- Blackboard's grade centre download has `Last Name`, `First Name`, `Username`, `Student ID`, then the columns
  as `Title [Total Pts: 50 Score] |id`. Its upload finds a student by `Username` and a column by its id, wants
  each cell in quotation marks, and makes a text column of what has no id. library.blackboard.com, “Uploading
  External Grade Center Items”; the heads themselves are as in downloads that people have published.
- A plain list has `id`, and of `first_name`, `last_name`, `email` what there is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["LAYOUTS", "Layout"]


@dataclass(frozen=True)
class Layout:
    """The columns of a layout: those that say who a student is, and what stands over an assignment's marks.

    A class list has one of each group in `needed`, and its ids in the first filled column of `ids`. `title`
    reads the assignment's name, and perhaps its points, from the head of an exported column; `new` writes the
    head of a column that the platform does not have yet.
    """

    name: str
    needed: tuple[tuple[str, ...], ...]
    ids: tuple[str, ...]
    identity: tuple[str, ...]
    title: re.Pattern[str]
    new: str

    def head(self, assignment: str, points: str) -> str:
        """Return the head of a new column for an assignment.

        >>> LAYOUTS["blackboard"].head("2_estimation", "50")
        '2_estimation [Total Pts: 50 Score]'
        """
        return self.new.format(assignment=assignment, points=points)


MOODLE = Layout(
    "moodle",
    (("First name",), ("Last name", "Surname")),
    ("Username", "ID number", "Email address"),
    ("First name", "Last name", "Surname", "Username", "ID number", "Email address"),
    # Only points: the same grades may be there as a percentage and as a letter.
    re.compile(r"(?!Feedback:)(?:[^:]+: ?)?(?P<title>.+?)(?: \(Real\))?"),
    "{assignment}",
)
CANVAS = Layout(
    "canvas",
    (("Student", "LastName"), ("ID",), ("Section",)),
    ("SIS Login ID", "SIS User ID", "ID"),
    (
        "Student",
        "LastName",
        "FirstName",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Integration ID",
        "Root Account",
        "Section",
    ),
    re.compile(r"(?P<title>.+?)(?: \(\d+\))?"),
    "{assignment}",
)
BLACKBOARD = Layout(
    "blackboard",
    (("Last Name",), ("First Name",), ("Username",)),
    ("Username", "Student ID"),
    ("Last Name", "First Name", "Username", "Student ID"),
    re.compile(r"(?P<title>.+?) \[Total Pts: (?P<points>[\d.,]+) Score\](?: \|\d+)?"),
    "{assignment} [Total Pts: {points} Score]",
)
PLAIN = Layout(
    "plain",
    (("id",),),
    ("id",),
    ("id", "first_name", "last_name", "email"),
    re.compile(r"(?P<title>.+?)(?: \(of (?P<points>[\d.]+)\))?"),
    "{assignment} (of {points})",
)
LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {layout.name: layout for layout in (MOODLE, CANVAS, BLACKBOARD, PLAIN)}
)
