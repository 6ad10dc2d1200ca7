"""A damaged notebook is mended without guessing: tests restored, answers kept, nothing invented."""

import copy
import itertools
import json
import re
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell

from helpers.classroom.expected import alike, expected_cells, source_of
from helpers.classroom.matching import MOST_PARTS
from helpers.classroom.reading import MOST_BYTES, Cell, UnreadableSubmission, read_cells
from helpers.classroom.repair import Mended, mend
from tests.classroom.mishaps import answer_key, good_notebook, released
from tests.course.grader import COURSE, assignment_names, read

FEW = 12
"""Cells enough for every kind: three exercises, and the answer in prose."""


def short(notebook: Any) -> Any:
    """Return the notebook with its first cells and its last two."""
    made = copy.deepcopy(notebook)
    made.cells = [*made.cells[:FEW], *made.cells[-2:]]
    return made


SOURCE = short(source_of(answer_key()))
RELEASED = short(released())
GOOD = json.loads(json.dumps(short(good_notebook())))
EXPECTED = expected_cells(SOURCE)
ANSWERS = {each.grade_id: each for each in EXPECTED if each.is_answer}


def mended(notebook: Any, source: Any = SOURCE) -> Mended:
    return mend(json.dumps(notebook).encode(), source)


def graded(notebook: Any) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return what is graded: the cells that nbgrader knows, by name."""
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    names = [cell.metadata.nbgrader.grade_id for cell in cells]
    assert len(set(names)) == len(names)
    return {
        name: (cell.cell_type, cell.source, cell.metadata) for name, cell in zip(names, cells, strict=True)
    }


def runs(texts: list[str]) -> set[str]:
    """Return each text, and those that follow each other put together."""
    pairs = itertools.combinations(range(len(texts) + 1), 2)
    return {"\n".join(texts[start:end]) for start, end in pairs}


# Honest notebooks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", assignment_names())
def test_an_honest_notebook_is_graded_as_it_is(name: str) -> None:
    source = source_of(answer_key(name))
    for honest in (released(name), good_notebook(name)):
        honest.cells[3:3] = [new_code_cell("x = 1"), new_code_cell("%timeit x"), new_code_cell("    x")]
        result = mended(honest, source)
        assert result.notes == ()
        assert [cell.id for cell in result.notebook.cells] == [cell.id for cell in honest.cells]
        for cell, before in zip(result.notebook.cells, honest.cells, strict=True):
            settings = before.metadata.get("nbgrader", {})
            if settings.get("solution") or not settings:
                assert (cell.source, cell.cell_type) == (before.source, before.cell_type)
        assert [each for each in result.notebook.cells if "nbgrader" in each.metadata] == [
            copy.deepcopy(each) | ({"source": cell.source} if each.metadata.nbgrader.solution else {})
            for each, cell in zip(
                source.cells, [c for c in honest.cells if "nbgrader" in c.metadata], strict=True
            )
        ]


def test_editors_may_change_blanks_at_the_ends_of_lines() -> None:
    notebook = copy.deepcopy(GOOD)
    for cell in notebook["cells"]:
        if not cell["metadata"]["nbgrader"]["solution"]:
            cell["source"] = cell["source"].replace("\n", "  \r\n") + "\n"
    assert mended(notebook).notes == ()


def test_a_source_for_students_shows_no_hidden_test() -> None:
    whole, shown = mended(GOOD), mended({**GOOD, "cells": GOOD["cells"][3:4]}, RELEASED)
    assert "HIDDEN" in json.dumps(whole.notebook)
    assert "HIDDEN" not in json.dumps(shown.notebook)
    tests = [each for each in SOURCE.cells if "BEGIN HIDDEN" in each.source]
    lines = {line.strip() for cell in tests for line in cell.source.splitlines()}
    handed_out = {line.strip() for cell in RELEASED.cells for line in cell.source.splitlines()}
    hidden = {line for line in lines - handed_out if re.search(r"\w{3}", line)}
    assert len(hidden) > 5
    assert {line for line in hidden if line in "\n".join(c.source for c in shown.notebook.cells)} == set()


def test_no_note_quotes_a_test() -> None:
    notebook = copy.deepcopy(GOOD)
    for cell in notebook["cells"]:
        cell["source"], cell["cell_type"] = "changed", "raw"
    notes = " ".join(mended(notebook).notes)
    assert "Workload" not in notes
    assert "as handed out again" in notes


def test_a_source_with_its_solutions_is_refused() -> None:
    source = read(COURSE / "source/2_estimation/2_estimation.ipynb")
    with pytest.raises(ValueError, match="estimation-rate holds its solution"):
        mended(GOOD, source)


def test_an_answer_never_comes_from_the_source() -> None:
    result = mended(
        {"cells": [cell for cell in GOOD["cells"] if not cell["metadata"]["nbgrader"]["solution"]]}
    )
    for name, each in ANSWERS.items():
        assert graded(result.notebook)[name][1] == each.cell.source
        assert "Write your answer here" in each.cell.source


# One kind of damage at a time ------------------------------------------------------------------------------


def test_a_stub_below_its_answer_does_not_undo_it() -> None:
    for strip in (False, True):
        notebook = copy.deepcopy(GOOD)
        again = copy.deepcopy(RELEASED.cells[3])
        if strip:
            again.metadata = {}
        notebook["cells"].insert(4, again)
        assert [c.source for c in mended(notebook).notebook.cells] == [
            c.source for c in mended(GOOD).notebook.cells
        ]


def test_what_a_student_adds_stays_between_the_same_cells() -> None:
    notebook = copy.deepcopy(GOOD)
    own = {"cell_type": "code", "source": "def writes_per_second(*_):\n    return 7", "metadata": {}}
    notebook["cells"][3:4] = [own]  # in place of the answer's own cell
    del notebook["cells"][0:2]
    sources = [cell.source for cell in mended(notebook).notebook.cells]
    assert sources[3] == own["source"]
    assert len(sources) == len(SOURCE.cells)


def test_one_function_of_several_in_a_cell_of_its_own_runs_after_the_stub() -> None:
    source = source_of(answer_key("5_bottlenecks"))
    notebook = json.loads(json.dumps(good_notebook("5_bottlenecks")))
    notebook["cells"][3] = {
        "cell_type": "code",
        "source": "def in_series(each):\n    return 1",
        "metadata": {},
    }
    names = [cell.source.split("\n")[0] for cell in mended(notebook, source).notebook.cells]
    assert names[3:6] == ["def in_series(each):", "def in_series(each):", "# The example: one of each."]
    assert mended(notebook, source).notebook.cells[4].source == "def in_series(each):\n    return 1"


@pytest.mark.parametrize(
    ("first", "rest", "copied", "joined"),
    [
        ("def f(x):\n    y = x", "    return y", True, True),
        ("def f(x):\n    y = x", "    return y", False, True),
        ("def f(x):\n    return (x +", "1)", True, True),
        ("def f(x):\n    return x", "print(f(1))", False, False),
        ("def f(x):\n    return x", "    print(1)", False, False),  # IPython runs it alone
        ("def f(x):\n    return x", "%timeit f(1)", False, False),
        ("def f(x):\n    return x", "def f(x):\n    return x", True, False),
        ("def f(x):\n    return x", "def g(x:", False, False),
    ],
)
def test_only_what_cannot_stand_alone_is_joined(first: str, rest: str, copied: bool, joined: bool) -> None:
    notebook = copy.deepcopy(GOOD)
    answer = notebook["cells"][3]
    answer["source"] = first
    again = copy.deepcopy(answer) | {"source": rest, "id": "rest"}
    if not copied:
        again["metadata"] = {}
    notebook["cells"].insert(4, again)
    result = mended(notebook)
    assert graded(result.notebook)["estimation-rate"][1] == (f"{first}\n{rest}" if joined else first)
    assert (rest in [cell.source for cell in result.notebook.cells]) is not joined


@pytest.mark.parametrize("texts", [("", "answer"), ("stub", "answer"), ("stub", "answer", "other")])
def test_of_copies_the_first_with_an_answer_has_the_name(texts: tuple[str, ...]) -> None:
    notebook = copy.deepcopy(GOOD)
    answer = notebook["cells"][3]
    sources = {"": "", "stub": RELEASED.cells[3].source, "answer": answer["source"], "other": "x = 1"}
    notebook["cells"][3:4] = [copy.deepcopy(answer) | {"source": sources[text], "id": text} for text in texts]
    result = mended(notebook)
    assert graded(result.notebook)["estimation-rate"][1] == answer["source"]
    after = [cell.source for cell in result.notebook.cells]
    assert sources["stub"] not in after
    assert ("x = 1" in after) is ("other" in texts)


def test_a_definition_of_the_students_own_runs_before_a_test_that_is_put_back() -> None:
    notebook = copy.deepcopy(GOOD)
    own = {"cell_type": "code", "source": "def writes_per_second(*_):\n    return 7", "metadata": {}}
    notebook["cells"][4:6] = [own]  # in place of both tests
    sources = [cell.source for cell in mended(notebook).notebook.cells]
    assert [source.split("\n")[0] for source in sources[4:7]] == [
        "def writes_per_second(*_):",
        "# The example: 10 M users, 5 tweets each.",
        "# Hidden tests, run when your work is graded: many users who write little.",
    ]


def test_halves_are_joined_across_a_copy_but_never_to_a_stub() -> None:
    def answer(*cells: Any) -> str:
        return graded(mended({"cells": [*GOOD["cells"][:3], *cells]}).notebook)["estimation-rate"][1]

    half = copy.deepcopy(GOOD["cells"][3]) | {"source": "def writes_per_second(*_):\n    x = 1"}
    rest = {"cell_type": "code", "source": "    return 3", "metadata": {}}
    test, stub = GOOD["cells"][4], RELEASED.cells[3]
    assert answer(half, rest) == f"{half['source']}\n    return 3"
    assert answer(test, half, test, rest) == f"{half['source']}\n    return 3"
    assert answer(half, test, rest) == half["source"]
    assert answer(stub, rest) == stub.source


def test_what_no_file_can_keep_is_replaced() -> None:
    notebook = copy.deepcopy(GOOD)
    notebook["cells"][3]["source"] += "\n# \ud83d"
    result = mended(notebook)
    assert nbformat.writes(result.notebook).encode()
    assert graded(result.notebook)["estimation-rate"][1].endswith("# \ufffd")
    assert "half of a character" in result.notes[0]


def test_a_reason_can_be_written_whatever_it_quotes() -> None:
    cell = {"cell_type": "code", "source": "1", "metadata": {"nbgrader": {"grade_id": "\ud83d\n"}}}
    with pytest.raises(UnreadableSubmission, match=r"such as '\\ud83d\\n'") as caught:
        mended({"cells": [cell]})
    assert caught.value.reason.encode()


def test_an_answer_in_very_many_parts_does_not_hold_up_the_others() -> None:
    part = {"cell_type": "code", "source": "    return 1", "metadata": {}}
    first = copy.deepcopy(GOOD["cells"][3])
    result = mended({"cells": [*GOOD["cells"][:3], first, *[part] * 500]})
    assert graded(result.notebook)["estimation-rate"][1].count("return 1") == MOST_PARTS


def test_line_breaks_within_a_text_are_read() -> None:
    raw = json.dumps(GOOD).encode().replace(b"\\n", b"\n")
    assert graded(mend(raw, SOURCE).notebook) == graded(mended(GOOD).notebook)


def test_pictures_of_a_prose_answer_stay() -> None:
    notebook = copy.deepcopy(GOOD)
    pictures = {"board.png": {"image/png": "iVBORw0KGgo="}}
    notebook["cells"][-1]["attachments"] = pictures | {"odd.png": None}
    result = mended(notebook)
    assert result.notebook.cells[-1].attachments == pictures
    assert "attachment" in result.notes[0]


def test_a_file_too_large_to_read_is_refused() -> None:
    with pytest.raises(UnreadableSubmission, match="clear its outputs"):
        read_cells(b"{" + b" " * MOST_BYTES)


@pytest.mark.parametrize(
    ("found", "cell"),
    [
        ({"cell_type": "heading", "level": 3, "source": "Rate"}, Cell("markdown", "### Rate")),
        ({"cell_type": "code", "input": ["1\n", "2"]}, Cell("code", "1\n2")),
        ({"cell_type": ["code"], "source": None, "metadata": [], "id": 7}, Cell("raw", "")),
        ({"cell_type": "code", "source": "1", "metadata": {"nbgrader": "x"}}, Cell("code", "1")),
    ],
)
def test_cells_of_other_shapes_are_read(found: Any, cell: Cell) -> None:
    assert read_cells(json.dumps({"worksheets": [{"cells": [found]}]}).encode())[0] == [cell]


# Any damage ------------------------------------------------------------------------------------------------

OWN = st.sampled_from(
    ["x = 1", "", "    return 3", "def stored_bytes(a):\n    return a", "# mine", "Text.", "(1,"]
)
PLACES = st.integers(0, 40)
GRADE_IDS = st.sampled_from([*(each.grade_id for each in EXPECTED), "bottlenecks-title", "", 7])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
DAMAGES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["delete", "strip", "strip id", "empty", "stub"]), PLACES),
        st.tuples(st.sampled_from(["copy", "move", "split"]), PLACES, PLACES),
        st.tuples(st.just("add"), PLACES, OWN),
        st.tuples(st.just("answer"), PLACES, OWN | st.text(max_size=20)),
        st.tuples(st.just("retype"), PLACES, st.sampled_from(["code", "markdown", "raw", "heading", None])),
        st.tuples(st.just("name"), PLACES, GRADE_IDS),
        st.tuples(st.just("strip all"), st.booleans()),
    ),
    max_size=8,
)


def damage(cells: list[dict[str, Any]], what: str, *how: Any) -> None:  # noqa: PLR0912 - a list of small things
    """Do one kind of damage to a list of cells, in place."""
    if what == "strip all":
        for cell in cells:
            cell["metadata"] = {}
            if how[0]:
                cell.pop("id", None)
        return
    place = how[0] % (len(cells) + 1)
    if what == "add":
        cells.insert(place, {"cell_type": "code", "source": how[1], "metadata": {}})
        return
    if place == len(cells):
        return
    cell = cells[place]
    if what == "delete":
        del cells[place]
    elif what == "strip":
        cell["metadata"] = {}
    elif what == "strip id":
        cell.pop("id", None)
    elif what == "empty":
        cell["source"] = ""
    elif what == "stub":
        cell["source"] = RELEASED.cells[place % len(RELEASED.cells)].source
    elif what == "copy":
        cells.insert(how[1] % (len(cells) + 1), copy.deepcopy(cell))
    elif what == "move":
        cells.insert(how[1] % len(cells), cells.pop(place))
    elif what == "split":
        at = how[1] * 7 % (len(cell["source"]) + 1)
        rest = copy.deepcopy(cell) | {"source": cell["source"][at:]}
        cell["source"] = cell["source"][:at]
        cells.insert(place + 1, rest)
    elif what == "answer":
        cell["source"] = how[1]
    elif what == "retype":
        cell["cell_type"] = how[1]
    elif what == "name":
        cell["metadata"] = {"nbgrader": {"grade_id": how[1]}}


@settings(max_examples=200, deadline=None)
@given(damages=DAMAGES)
def test_whatever_happens_answers_are_kept_and_never_invented(damages: list[tuple[Any, ...]]) -> None:
    notebook = copy.deepcopy(GOOD)
    for what in damages:
        damage(notebook["cells"], *what)
    before = copy.deepcopy(notebook)
    try:
        result = mended(notebook)
    except UnreadableSubmission as problem:
        assert problem.reason.endswith(".")
        return
    assert notebook == before
    nbformat.validate(result.notebook)
    cells = graded(result.notebook)
    assert list(cells) == [each.grade_id for each in EXPECTED]
    texts = [
        f"# {cell['source']}" if cell["cell_type"] == "heading" else cell["source"]
        for cell in notebook["cells"]
    ]
    handed_out = {form for each in EXPECTED for form in each.forms}
    possible = runs(texts) | runs([text for text in texts if alike(text) not in handed_out])
    for each in EXPECTED:
        kind, source, metadata = cells[each.grade_id]
        assert (kind, metadata) == (each.kind, each.cell.metadata)
        assert source == each.cell.source or (each.is_answer and source in possible)
    for name, each in ANSWERS.items():
        named = [
            text
            for text, cell in zip(texts, notebook["cells"], strict=True)
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
        ]
        if len(named) == 1 and not each.is_untouched(named[0]):
            assert cells[name][1].startswith(named[0]), "the only cell of this name is the answer"
    assert_nothing_is_lost(notebook["cells"], texts, result.notebook)


def assert_nothing_is_lost(before: list[dict[str, Any]], texts: list[str], after: Any) -> None:
    """Each text is still there, but for copies of what was handed out and for cells that were locked."""
    handed_out = {form for each in EXPECTED for form in each.forms}
    locked = {each.grade_id for each in EXPECTED if not each.is_answer}
    kept = "\n".join(cell.source for cell in after.cells)
    for cell, text in zip(before, texts, strict=True):
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        name = name if name and isinstance(name, str) else cell.get("id")
        if name not in locked and alike(text) not in handed_out:
            assert text in kept


@settings(max_examples=100, deadline=None)
@given(damages=DAMAGES)
def test_mending_again_changes_nothing(damages: list[tuple[Any, ...]]) -> None:
    notebook = copy.deepcopy(GOOD)
    for what in damages:
        damage(notebook["cells"], *what)
    try:
        once = mended(notebook)
    except UnreadableSubmission:
        return
    again = mended(once.notebook)
    assert again.notebook == once.notebook
    assert again.notes == ()


@settings(max_examples=200, deadline=None)
@given(
    field=st.sampled_from(
        ["source", "cell_type", "metadata", "id", "attachments", "nbgrader", "grade_id", "cell"]
    ),
    place=st.integers(0, len(GOOD["cells"]) - 1),
    value=JSON,
)
def test_any_value_in_any_field_is_read_or_refused(field: str, place: int, value: Any) -> None:
    notebook = copy.deepcopy(GOOD)
    cell = notebook["cells"][place]
    if field == "cell":
        notebook["cells"][place] = value
    elif field == "nbgrader":
        cell["metadata"]["nbgrader"] = value
    elif field == "grade_id":
        cell["metadata"]["nbgrader"]["grade_id"] = value
    else:
        cell[field] = value
    result = mended(notebook)
    nbformat.validate(result.notebook)
    nbformat.writes(result.notebook).encode()
    assert len(graded(result.notebook)) == len(EXPECTED)


@settings(max_examples=200, deadline=None)
@given(
    raw=st.binary(max_size=40)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.builds(
        lambda key, value: json.dumps({key: value}).encode(), st.sampled_from(["cells", "worksheets"]), JSON
    )
)
def test_any_bytes_end_in_a_reason(raw: bytes) -> None:
    with pytest.raises(UnreadableSubmission) as caught:
        mend(raw, SOURCE)
    assert caught.value.reason.endswith(".")


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, 20_000), put=st.binary(max_size=4), cut=st.integers(0, 4))
def test_a_few_wrong_bytes_raise_nothing_else(at: int, put: bytes, cut: int) -> None:
    raw = json.dumps(GOOD).encode()
    at %= len(raw)
    try:
        nbformat.validate(mend(raw[:at] + put + raw[at + cut :], SOURCE).notebook)
    except UnreadableSubmission as problem:
        assert problem.reason.endswith(".")
