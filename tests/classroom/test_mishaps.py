"""Whatever happened to a notebook, it ends in marks for what can be marked or in a reason that names it."""

import functools
import os
import tempfile
from pathlib import Path

import nbformat
import pytest

from helpers.classroom.engine import Graded, grade
from helpers.classroom.expected import source_of
from helpers.classroom.handed_in import handed_in
from helpers.classroom.reading import UnreadableSubmission
from helpers.classroom.repair import mend
from helpers.classroom.running import Limits
from tests.classroom.mishaps import FULL, MISHAPS, NAME, Mishap, answer_key, hand_in, marks_of
from tests.course.grader import course_config

REPAIRABLE = [mishap for mishap in MISHAPS if mishap.score is not None]
HOPELESS = [mishap for mishap in MISHAPS if mishap.score is None]


def done(mishap: Mishap) -> str:
    return mishap.done


@functools.cache
def marks_of_mended(notebook: str, limits: Limits) -> Graded:
    """Grade a mended notebook once: most mishaps end in the same one."""
    return grade(answer_key(), notebook.encode(), limits=limits, config=course_config())


def test_there_are_many_and_each_is_another() -> None:
    assert len({mishap.done for mishap in MISHAPS}) == len(MISHAPS) > 40


@pytest.mark.parametrize("mishap", REPAIRABLE, ids=done)
def test_what_can_be_marked_is_marked(mishap: Mishap, tmp_path: Path) -> None:
    hand_in(mishap, tmp_path)
    found = handed_in(tmp_path, NAME)
    mended = mend(found.raw, source_of(answer_key()))
    graded = marks_of_mended(nbformat.writes(mended.notebook), mishap.limits)
    said = " ".join([*found.notes, *mended.notes, graded.trouble, *(mark.message for mark in graded.marks)])
    assert mishap.says in said
    assert said.encode(), "a page can be written of it"
    assert graded.score == mishap.score
    assert [mark.cell for mark in graded.marks if mark.manual] == (
        ["estimation-pitch"] if mishap.pitch else []
    )
    lost = [mark for mark in graded.marks if mark.points == 0 and mark.cell != "estimation-pitch"]
    assert (FULL - graded.score > 0) == bool(lost)
    assert all(mark.message for mark in lost), "each lost mark is explained"
    if not mishap.says:
        assert (found.notes, mended.notes, graded.trouble) == ((), (), ""), "nothing is said without need"


@pytest.mark.parametrize("mishap", HOPELESS, ids=done)
def test_what_cannot_be_marked_ends_in_a_reason(mishap: Mishap, tmp_path: Path) -> None:
    hand_in(mishap, tmp_path)
    graded, said = marks_of(tmp_path)
    assert len(said) == 1
    assert mishap.says in said[0]
    assert said[0].encode(), "a page can be written of it"
    assert (graded.score, graded.trouble) == (0, said[0])
    assert graded.of == FULL + 10
    assert not any(mark.manual for mark in graded.marks), "nobody waits for what cannot be read"


def test_the_grader_mends_what_it_is_given(tmp_path: Path) -> None:
    mishap = next(each for each in MISHAPS if each.done == "metadata and ids stripped")
    hand_in(mishap, tmp_path)
    graded, said = marks_of(tmp_path)
    assert (graded.score, len(said)) == (FULL, 2)
    assert graded.notes == said


# The folder that was handed in -----------------------------------------------------------------------------


def put(folder: Path, *names: str) -> Path:
    """Write empty notebooks of these names."""
    for name in names:
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(name)
    return folder


@pytest.mark.parametrize(
    ("names", "read"),
    [
        (["2_estimation.ipynb", "2_estimation-old.ipynb"], "2_estimation.ipynb"),
        (["2_Estimation.IPYNB", "notes.ipynb"], "2_Estimation.IPYNB"),
        (["homework.ipynb", "notes.pdf"], "homework.ipynb"),
        (["2_estimation/2_estimation.ipynb"], "2_estimation/2_estimation.ipynb"),
        ([".ipynb_checkpoints/2_estimation-checkpoint.ipynb", "a.ipynb"], "a.ipynb"),
    ],
)
def test_the_notebook_is_found_where_there_is_no_doubt(tmp_path: Path, names: list[str], read: str) -> None:
    assert handed_in(put(tmp_path, *names), NAME).raw == read.encode()


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ([], "Nothing was handed in."),
        (["essay.pdf"], "There is essay.pdf instead."),
        (["2_estimation a.ipynb", "2_estimation b.ipynb"], "several notebooks"),
        ([".2_estimation.ipynb"], "Nothing was handed in."),
    ],
)
def test_where_there_is_doubt_it_is_said(tmp_path: Path, names: list[str], reason: str) -> None:
    with pytest.raises(UnreadableSubmission, match=reason):
        handed_in(put(tmp_path, *names), NAME)


def test_no_link_and_no_pipe_is_followed(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as elsewhere:
        put(Path(elsewhere), "2_estimation.ipynb")
        (tmp_path / "inside").symlink_to(elsewhere, target_is_directory=True)
        (tmp_path / "other.ipynb").symlink_to(Path(elsewhere, "2_estimation.ipynb"))
        with pytest.raises(UnreadableSubmission, match="ipynb is a link"):
            handed_in(tmp_path, NAME)
    (tmp_path / "other.ipynb").unlink()
    with pytest.raises(UnreadableSubmission, match="There is inside instead"):
        handed_in(tmp_path, NAME)
    os.mkfifo(tmp_path / "2_estimation.ipynb")
    with pytest.raises(UnreadableSubmission, match="a folder or a device"):
        handed_in(tmp_path, NAME)


def test_a_missing_folder_is_as_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSubmission, match="Nothing was handed in"):
        handed_in(tmp_path / "nobody", NAME)
