"""Which cell that was handed in is which cell of the assignment."""

import ast
import dataclasses
import textwrap
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from helpers.classroom.expected import Expected, alike, defined_names
from helpers.classroom.reading import Cell

__all__ = ["Matched", "Notes", "match"]

MOST_JOINED, MOST_PARTS = 100_000, 20
"""The characters and cells of an answer that is put together again: more would take long to try."""

LOST = "nbgrader's marks on {} were gone: recognised by "


class Notes:
    """Notes on cells: what happened, and to which of them."""

    def __init__(self) -> None:
        self._happened: dict[str, list[str]] = defaultdict(list)

    def add(self, what: str, name: str) -> None:
        """Note that `what` happened to the cell `name`; `{}` in it stands for all such cells."""
        self._happened[what].append(name)

    def texts(self) -> list[str]:
        """Return a sentence for each thing that happened."""
        return [what.format(_listed(names)) for what, names in self._happened.items()]


class Matched:
    """The cells as handed in, the assignment's name of each by its place, and which are left out."""

    def __init__(self, cells: Iterable[Cell], expected: Iterable[Expected]) -> None:
        self.handed_in = list(cells)
        self.expected = {each.grade_id: each for each in expected}
        self.names: dict[int, str] = {}
        self.left_out: set[int] = set()

    def places(self, name: str) -> list[int]:
        """Return where the cell `name` was handed in, perhaps more than once."""
        return [place for place in sorted(self.names) if self.names[place] == name]

    def is_own(self, place: int) -> bool:
        """Tell whether the student added this cell, as far as is known by now."""
        return place not in self.names and place not in self.left_out

    def own_after(self, place: int) -> Iterator[int]:
        """Yield where the student's own cells are between the cell at `place` and the assignment's next."""
        for after in range(place + 1, len(self.handed_in)):
            if after in self.names:
                return
            if after not in self.left_out:
                yield after

    def is_untouched(self, place: int) -> bool:
        """Tell whether the cell at `place` is as it was handed out."""
        return self.expected[self.names[place]].is_untouched(self.handed_in[place].text)


def match(cells: Iterable[Cell], expected: Iterable[Expected], notes: Notes) -> Matched:
    """Return which cell is which: each name once at most, and copies that say nothing new left out."""
    matched = Matched(cells, expected)
    for place, cell in enumerate(matched.handed_in):
        if cell.grade_id in matched.expected:
            matched.names[place] = cell.grade_id
    ids = {each.id: each for each in matched.expected.values() if each.id}
    _recognise(matched, LOST + "the ids of the cells.", notes, lambda cell, _: ids.get(cell.id))
    _recognise(matched, LOST + "what stands in the cells.", notes, _by_text)
    _join_halves(matched, notes)
    for name in matched.expected:
        _settle(matched, name, notes)
    _leave_out_copies(matched, notes)
    _join_halves(matched, notes)  # with what stood behind a copy
    for each in matched.expected.values():
        if each.is_answer and not each.names:
            _find_beside(matched, each, notes)
    _leave_out_copies(matched, notes)
    return matched


def _recognise(
    matched: Matched, note: str, notes: Notes, find: Callable[[Cell, list[Expected]], Expected | None]
) -> None:
    """Name cells that have lost nbgrader's metadata; a cell that was found before is not looked for."""
    known = set(matched.names.values())
    missing = [each for each in matched.expected.values() if each.grade_id not in known]
    for place, cell in enumerate(matched.handed_in):
        if matched.is_own(place) and not cell.grade_id:
            found = find(cell, missing)
            if found and found.grade_id not in known:
                if not matched.places(found.grade_id):
                    notes.add(note, found.grade_id)
                matched.names[place] = found.grade_id
                if not found.is_answer:  # the next of the same text is another one
                    missing = [each for each in missing if each is not found]


def _by_text(cell: Cell, missing: list[Expected]) -> Expected | None:
    form = alike(cell.text)
    same = next((each for each in missing if form in each.forms), None)
    if same or cell.kind == "markdown":
        return same
    defined = defined_names(cell.text)
    return next((each for each in missing if each.names and each.names <= defined), None)


def _join_halves(matched: Matched, notes: Notes) -> None:
    """Join an answer that an editor has split, where only the whole of it is Python."""
    for place, name in sorted(matched.names.items()):
        each = matched.expected[name]
        if (
            place in matched.left_out
            or not each.is_answer
            or each.kind != "code"
            or matched.is_untouched(place)
        ):
            continue
        for after in range(place + 1, len(matched.handed_in)):
            if after in matched.left_out:
                continue
            half, rest = matched.handed_in[place], matched.handed_in[after]
            copied = matched.names.get(after) == name
            if not copied and not (matched.is_own(after) and rest.kind == "code"):
                break
            whole = f"{half.text}\n{rest.text}"
            if len(whole) > MOST_JOINED or after - place > MOST_PARTS:
                break
            # IPython takes the indentation off a cell, so what a student added may begin with some.
            stands_alone = _runs(rest.text if copied else textwrap.dedent(rest.text))
            if (stands_alone and (not copied or _runs(half.text))) or not _runs(whole):
                break
            matched.handed_in[place] = dataclasses.replace(half, text=whole)
            matched.names.pop(after, None)
            matched.left_out.add(after)
            notes.add("The answer {} was split into several cells: joined.", name)


def _runs(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _settle(matched: Matched, name: str, notes: Notes) -> None:
    """Of several cells of one name keep the name of the first with an answer, or the first as handed out."""
    places = matched.places(name)
    if len(places) < 2:
        return
    is_answer = matched.expected[name].is_answer
    good = [
        place
        for place in places
        if matched.handed_in[place].text.strip() and matched.is_untouched(place) != is_answer
    ]
    kept = (good or places)[0]
    if is_answer and len(good) > 1:
        notes.add("{} was answered more than once: the answers stay in the order in which they stand.", name)
    else:
        notes.add(
            "{} was there more than once: " + ("the first answer counts." if is_answer else "one counts."),
            name,
        )
    for place in places:
        if place != kept:
            del matched.names[place]


def _find_beside(matched: Matched, each: Expected, notes: Notes) -> None:
    """Take the student's own text for an answer in prose that is missing, or was left as it was."""
    places = matched.places(each.grade_id)
    if places and not matched.is_untouched(places[0]):
        return
    before = {matched.expected[name].index: place for place, name in matched.names.items()}
    before = {index: place for index, place in before.items() if index < each.index}
    if not before:
        return
    for start in (before[max(before)], *places):
        for place in matched.own_after(start):
            cell = matched.handed_in[place]
            if cell.kind == each.kind and cell.text.strip():
                for untouched in places:
                    del matched.names[untouched]
                matched.names[place] = each.grade_id
                notes.add(
                    "The answer {} was not in its cell: the text below the question counts.", each.grade_id
                )
                return


def _leave_out_copies(matched: Matched, notes: Notes) -> None:
    """Leave out further copies of what was handed out: a stub that runs after an answer would undo it."""
    names = {form: name for name, each in matched.expected.items() for form in each.forms}
    for place, cell in enumerate(matched.handed_in):
        name = names.get(alike(cell.text))
        if name and matched.is_own(place):
            matched.left_out.add(place)
            notes.add("A further copy of {}, as it was handed out, was left out.", name)


def _listed(names: list[str], most: int = 4) -> str:
    names = list(dict.fromkeys(names))
    if len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
