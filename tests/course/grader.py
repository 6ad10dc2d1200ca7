"""Grade an assignment in this process: nbgrader's blanks and its scoring, without its kernels."""

import ast
import contextlib
import copy
import importlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_output
from nbgrader.preprocessors import ClearSolutions
from nbgrader.utils import determine_grade, is_grade, is_solution
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

__all__ = ["COURSE", "Answers", "Assignment", "assignment_names"]

COURSE = Path(__file__).parents[2] / "course"


@dataclass(frozen=True)
class Answers:
    """Sources for the solution cell of one exercise: wrong ones by name, and a right one in another style."""

    different: str
    wrong: Mapping[str, str]


def assignment_names() -> list[str]:
    """Return the names of the assignments in the course's source folder."""
    return sorted(path.name for path in (COURSE / "source").iterdir() if list(path.glob("*.ipynb")))


class Assignment:
    """A source notebook and its answers; an exercise is named by its topic (`rate` for `estimation-rate`)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.prefix = re.sub(r"^\d+_", "", name).replace("_", "-")
        self.notebook = read(COURSE / "source" / name / f"{name}.ipynb")
        self.answers: dict[str, Answers] = importlib.import_module(f"tests.course.answers_{name}").ANSWERS
        self.blanks = {self.topic(cell): _blank(cell) for cell in self.notebook.cells if is_solution(cell)}

    def topic(self, cell: Any) -> str:
        """Return the topic of the exercise a graded or solution cell belongs to."""
        grade_id = str(cell.metadata.nbgrader.grade_id)
        return grade_id.removeprefix(f"{self.prefix}-").split("-test-")[0]

    @property
    def exercises(self) -> list[str]:
        """The topics that tests grade, in order."""
        return list(dict.fromkeys(self.topic(cell) for cell in self.test_cells))

    @property
    def test_cells(self) -> list[Any]:
        """The cells that grade by running."""
        return [cell for cell in self.notebook.cells if is_grade(cell) and not is_solution(cell)]

    @property
    def full_marks(self) -> dict[str, float]:
        """The most that tests give, by exercise."""
        return self.by_exercise(
            {c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in self.test_cells}
        )

    def reference(self) -> dict[str, str]:
        """The author's solution cells, by exercise."""
        return {self.topic(cell): cell.source for cell in self.notebook.cells if is_solution(cell)}

    def different(self) -> dict[str, str]:
        """Right solution cells, written differently."""
        return {topic: answers.different for topic, answers in self.answers.items()}

    def grade(self, solutions: Mapping[str, str]) -> dict[str, float]:
        """Return the marks of each test cell; a solution cell that is not given stays blank."""
        namespace: dict[str, Any] = {"__name__": "__main__"}
        marks = {}
        for cell in copy.deepcopy(self.notebook.cells):
            if cell.cell_type != "code":
                continue
            if is_solution(cell):
                cell.source = solutions.get(self.topic(cell), self.blanks[self.topic(cell)])
            cell.outputs = _run(cell.source, namespace)
            if is_grade(cell):
                marks[cell.metadata.nbgrader.grade_id] = float(determine_grade(cell)[0])
        return marks

    def by_exercise(self, marks: Mapping[str, float]) -> dict[str, float]:
        """Add up the marks of test cells to exercises."""
        total: dict[str, float] = {}
        for grade_id, earned in marks.items():
            topic = grade_id.removeprefix(f"{self.prefix}-").split("-test-")[0]
            total[topic] = total.get(topic, 0) + earned
        return total


def read(path: Path) -> Any:
    """Return the notebook at `path`."""
    return nbformat.read(path, as_version=4)


def course_config() -> Config:
    """Return what course/nbgrader_config.py sets."""
    return PyFileConfigLoader("nbgrader_config.py", str(COURSE)).load_config()


def _blank(cell: Any) -> str:
    cleared = ClearSolutions(config=course_config())
    return str(cleared.preprocess_cell(copy.deepcopy(cell), {"language": "python"}, 0)[0].source)


def _run(source: str, namespace: dict[str, Any]) -> list[Any]:
    """Run a cell as a kernel would and return its outputs, as far as nbgrader looks at them."""
    outputs = []
    streams = {"stdout": io.StringIO(), "stderr": io.StringIO()}
    with contextlib.redirect_stdout(streams["stdout"]), contextlib.redirect_stderr(streams["stderr"]):
        try:
            for node in _statements(source):
                if isinstance(node, ast.Expression):
                    result = eval(compile(node, "cell", "eval"), namespace)
                    if result is not None:
                        data = {"text/plain": repr(result)}
                        outputs.append(new_output("execute_result", data))
                else:
                    exec(compile(node, "cell", "exec"), namespace)
        except Exception as error:  # noqa: BLE001 - a kernel goes on after any error
            outputs.append(new_output("error", ename=type(error).__name__))
    written = [(name, stream.getvalue()) for name, stream in streams.items() if stream.getvalue()]
    return [*(new_output("stream", name=name, text=text) for name, text in written), *outputs]


def _statements(source: str) -> Iterator[ast.Module | ast.Expression]:
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    yield tree
    if isinstance(last, ast.Expr):
        yield ast.Expression(last.value)
