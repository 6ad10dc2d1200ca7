"""Finding the course that a command is about, before anything slow is imported."""

from pathlib import Path

__all__ = ["CourseError", "find_course"]

CONFIG_FILE = "nbgrader_config.py"


class CourseError(Exception):
    """Something about the course that its instructor can mend; the message says how."""


def find_course(start: str | Path = ".") -> Path:
    """Return the folder of the course: `start`, its folder `course`, or the nearest such above.

    Raises CourseError if there is none.

    >>> find_course("/")
    Traceback (most recent call last):
    helpers.classroom.finding.CourseError: No nbgrader_config.py in / or in a folder above it. Go to the
    course's folder, or name it: course --course FOLDER …
    """
    start = Path(start).resolve()
    for folder in (start, *start.parents):
        for candidate in (folder, folder / "course"):
            if (candidate / CONFIG_FILE).is_file():
                return candidate
    raise CourseError(
        f"No {CONFIG_FILE} in {start} or in a folder above it. Go to the course's folder, or name it: "
        "course --course FOLDER …"
    )
