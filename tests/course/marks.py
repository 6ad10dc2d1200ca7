"""The marks table of an assignment: `python -m tests.course.marks 2_estimation`."""

import sys

from tests.course.grader import Assignment

__all__ = ["marks_table"]


def marks_table(name: str) -> str:
    """Return a Markdown table: what the tests give to each answer of each exercise."""
    assignment = Assignment(name)
    full = assignment.full_marks

    def earned(solutions: dict[str, str]) -> dict[str, float]:
        return assignment.by_exercise(assignment.grade(solutions))

    right, blank, other = earned(assignment.reference()), earned({}), earned(assignment.different())
    rows = [
        "| exercise | of | reference | blank | different | wrong answers |",
        "| :-- | --: | --: | --: | --: | :-- |",
    ]
    for topic in assignment.exercises:
        wrong = [
            f"{slip} {earned(assignment.reference() | {topic: source})[topic]:g}"
            for slip, source in assignment.answers[topic].wrong.items()
        ]
        marks = f"{full[topic]:g} | {right[topic]:g} | {blank[topic]:g} | {other[topic]:g}"
        rows.append(f"| {topic} | {marks} | {'; '.join(wrong)} |")
    sums = " | ".join(f"{sum(column.values()):g}" for column in (full, right, blank, other))
    return "\n".join([*rows, f"| all tests | {sums} | |"])


if __name__ == "__main__":
    for assignment_name in sys.argv[1:]:
        print(marks_table(assignment_name))
