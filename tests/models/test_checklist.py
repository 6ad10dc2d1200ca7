"""The checklist is the framework's, and a slot is filled but never overrun."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.checklist import CHECKLIST, Checklist, minutes_in_all, pace
from helpers.models.requirements import DESIGN_MIN, TIME_BOX_MIN


def test_the_table_is_the_frameworks_word_for_word() -> None:
    assert [(phase.title, phase.goal, phase.key_phrase) for phase in CHECKLIST] == [
        ("1. Requirements", "Limit scope", "Before we start, can I clarify the exact scope?"),
        ("2. Estimations", "Determine scale", "Let me do some quick math on storage needs."),
        ("3. High-Level", "Block diagram", "Here is the basic data flow..."),
        ("4. Deep Dive", "Specifics", "Let's zoom into the Database schema."),
        ("5. Bottlenecks", "Self-critique", "One issue with this design is..."),
    ]
    assert [phase.minutes for phase in CHECKLIST] == ["5–10", "5", "10–15", "15–20", "5"]
    assert TIME_BOX_MIN == (5, 10)
    assert DESIGN_MIN == (25, 35)


@given(st.floats(0.5, 600), st.floats(0, 0.4))
def test_phases_fill_the_slot_as_far_as_the_framework_allows(slot: float, talk: float) -> None:
    phases = pace(slot, talk)
    assert sum(phases) == pytest.approx(min(slot - talk, minutes_in_all()[1]))
    assert all(0 < minutes <= phase.most_min + 1e-9 for minutes, phase in zip(phases, CHECKLIST, strict=True))
    if slot - talk >= minutes_in_all()[0]:
        assert all(m >= phase.least_min - 1e-9 for m, phase in zip(phases, CHECKLIST, strict=True))


@pytest.mark.parametrize(
    ("slot", "talk", "message"),
    [
        (0, 0, "slot_min = 0"),
        (-45, 5, "slot_min = -45"),
        (float("nan"), 5, "slot_min = nan"),
        ("45", 5, "slot_min = '45'"),
        (45, -1, "talk_min = -1"),
        (5, 5, "talk_min = 5: it must be below the slot's 5 minutes"),
    ],
)
def test_bad_slots_are_refused(slot: float, talk: float, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        pace(slot, talk)


def test_the_table_shows_every_phase_and_what_fits_the_slots() -> None:
    head, _, *lines = Checklist((45, 50))._repr_markdown_().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in (head, *lines)]
    assert {len(row) for row in cells} == {6}
    assert cells[0][3:] == ["minutes", "slot of 45 min", "slot of 50 min"]
    for phase, row in zip(CHECKLIST, cells[1:], strict=False):
        assert row[:4] == [phase.title, phase.goal, f'"{phase.key_phrase}"', phase.minutes]
    for place, slot in ((4, 45), (5, 50)):
        shown = [float(row[place]) for row in cells[1:]]
        assert shown[:-1] == [float(f"{minutes:.3g}") for minutes in pace(slot)]
        assert shown[-1] == sum(pace(slot))


@pytest.mark.parametrize("slots", [(45, 0), (float("nan"),), ("45",), 45])
def test_a_table_of_bad_slots_is_refused(slots: tuple[float, ...]) -> None:
    with pytest.raises((ValueError, TypeError), match="slot"):
        Checklist(slots)
