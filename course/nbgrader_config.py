"""What this course sets for nbgrader. Run its commands in this folder."""

import os
import re
from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import ClearHiddenTests, GetGrades, NbGraderPreprocessor
from nbgrader.utils import is_grade


class ShortenErrors(NbGraderPreprocessor):
    """Keep only the last line of an error in a test cell: the lines above it quote the hidden tests."""

    def preprocess_cell(self, cell, resources, cell_index):
        """Return the cell with short errors, as nbconvert expects it."""
        if cell.cell_type == "code" and is_grade(cell):
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


c = get_config()  # noqa: F821 - nbgrader defines it

c.CourseDirectory.course_id = "system-design"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)

# Without it the gradebook is gradebook.db here. psycopg is the driver this course installs.
if gradebook := os.environ.get("COURSE_DATABASE_URL"):
    c.CourseDirectory.db_url = re.sub(r"^postgres(ql)?:", "postgresql+psycopg:", gradebook)

# The checks take NotImplementedError for "not answered yet".
c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("Write your answer here.")'}
c.ClearSolutions.text_stub = "*Write your answer here.*"

# A cell of a right answer takes under a second, the imports up to 10 s on a cold disk: what runs for
# a minute is an endless loop. A kernel may start slowly while other submissions are graded.
c.Execute.timeout = 60
c.Execute.startup_timeout = 120
c.Execute.error_on_timeout = {
    "ename": "CellTimeoutError",
    "evalue": "the cell was stopped after a minute",
    "traceback": ["CellTimeoutError: the cell was stopped after a minute"],
}

# A check prints one line; more comes from a print in a loop, and would swell the feedback.
c.LimitOutput.max_lines = 200
c.LimitOutput.max_traceback = 30

# nbgrader itself shows hidden tests in the feedback.
c.GenerateFeedback.preprocessors = [GetGrades, ShortenErrors, ClearHiddenTests, CSSHTMLHeaderPreprocessor]
