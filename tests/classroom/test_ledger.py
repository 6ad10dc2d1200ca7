"""Marks into the gradebook, on SQLite and PostgreSQL: all of a submission's or none, once."""

import datetime
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from nbgrader.api import Gradebook, MissingEntry
from traitlets.config import Config

from helpers.classroom.engine import Graded, Mark
from helpers.classroom.ledger import TABLE, Entry, Ledger
from tests.classroom.gradebooks import ENGINES, course_on, new_assignment

NAME = "2_estimation"
WHEN = datetime.datetime(2026, 10, 1, 10)
GRADED = Graded(
    NAME,
    "ada",
    (Mark("rate-test-few", 1.5, 2), Mark("pitch", None, 10)),
    trouble="stopped",
    notes=("mended",),
)


@pytest.fixture(params=ENGINES, scope="module")
def gradebook(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gradebook]:
    with (
        course_on(request.param, tmp_path_factory.mktemp("course"), request) as course,
        course.gradebook() as gradebook,
    ):
        new_assignment(gradebook, NAME, {"rate-test-few": 2, "pitch": 10})
        yield gradebook


@pytest.fixture
def ledger(gradebook: Gradebook) -> Ledger:
    """An empty one."""
    ledger = Ledger(gradebook, Config())
    gradebook.db.execute(sa.delete(TABLE))
    for submission in gradebook.assignment_submissions(NAME):
        gradebook.remove_submission(NAME, submission.student.id)
    gradebook.db.commit()
    return ledger


def marks(gradebook: Gradebook) -> dict[str, tuple[float | None, bool]]:
    """Read them as another connection would."""
    gradebook.db.rollback()
    notebook = gradebook.find_submission_notebook(NAME, NAME, "ada")
    return {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in notebook.grades}


def test_marks_and_entry_are_recorded(gradebook: Gradebook, ledger: Ledger) -> None:
    ledger.record(GRADED, "d1", WHEN)
    assert marks(gradebook) == {"rate-test-few": (1.5, False), "pitch": (None, True)}
    assert ledger.entries(NAME) == {"ada": Entry("d1", "stopped", "mended")}
    assert gradebook.find_submission(NAME, "ada").timestamp == WHEN
    assert ledger.entries("another") == {}


def test_a_second_time_replaces_the_first(gradebook: Gradebook, ledger: Ledger) -> None:
    ledger.record(GRADED, "d1", WHEN)
    full = (Mark("rate-test-few", 2, 2), Mark("pitch", 0, 10))
    Ledger(gradebook, Config()).record(replace(GRADED, marks=full, trouble=""), "d2", WHEN)
    assert marks(gradebook) == {"rate-test-few": (2, False), "pitch": (0, False)}
    assert ledger.entries(NAME) == {"ada": Entry("d2", "", "mended")}
    with gradebook.engine.connect() as connection:
        for table in ("submitted_assignment", "submitted_notebook", TABLE.name):
            assert connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar() == 1
        assert connection.execute(sa.text("SELECT count(*) FROM grade")).scalar() == 2


@pytest.mark.parametrize("before", [False, True], ids=["first time", "second time"])
def test_a_failure_on_the_way_leaves_nothing_of_it(
    gradebook: Gradebook, ledger: Ledger, before: bool
) -> None:
    if before:
        ledger.record(GRADED, "d1", WHEN)
    other = replace(GRADED, marks=(Mark("rate-test-few", 0, 2), Mark("pitch", 0, 10)))
    with pytest.raises(sa.exc.SQLAlchemyError):
        ledger.record(other, {"no": "text"}, WHEN)  # type: ignore[arg-type]
    if before:
        assert marks(gradebook)["rate-test-few"] == (1.5, False)
        assert ledger.entries(NAME)["ada"].digest == "d1"
    else:
        with pytest.raises(MissingEntry):
            marks(gradebook)
        assert ledger.entries(NAME) == {}
    ledger.record(GRADED, "d3", WHEN)
    assert marks(gradebook)["rate-test-few"] == (1.5, False)
