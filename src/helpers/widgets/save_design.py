"""Keep a step's part of the design in the reader's own file, at the press of a button."""

from collections.abc import Callable
from pathlib import Path

from helpers.design import OWN_DESIGN, Design, design_file
from helpers.widgets.explorer import Panel

__all__ = ["save_panel"]

_SAVE, _PUT_AWAY = "Save it", "Go back to the Twitter example"


def save_panel(part: Design | Callable[[], Design]) -> Panel:
    """Return a button that writes `part` into the reader's design, and one that puts that file aside.

    A function is asked for its design when the button is pressed. What other steps wrote stays; a file
    that cannot be read is not written over.

    >>> panel = save_panel(Design.example(after_step=1))
    >>> list(panel.buttons)
    ['Save it', 'Go back to the Twitter example']
    """
    path = design_file()
    question = f"Save this step's part in {path or OWN_DESIGN}? The later lessons then work with it."

    def pressed(choice: str) -> str:
        if path is None:
            return "DESIGN_FILE is set but empty, so no design is kept."
        try:
            if choice == _PUT_AWAY:
                return _put_away(path)
            newer = part() if callable(part) else part
            if newer.contract is not None and newer.contract.daily_users is None:
                return "Nothing was saved. Step 2 starts from the daily users: ask the interviewer first."
            before = Design.load(path) if path.exists() else Design()
            before.merged(newer).save(path)
        except (ValueError, TypeError, OSError) as error:
            return f"Nothing was saved. {error}"
        return f"Saved in {path}. Run the next lesson from its first cell to work with it."

    return Panel("Carry it forward", question, [_SAVE, _PUT_AWAY], pressed)


def _put_away(path: Path) -> str:
    if not path.exists():
        return f"There is no {path}: the lessons use the Twitter example already."
    if not path.is_file():
        return f"{path} is not a file, so it was left where it is. Set DESIGN_FILE to another name."
    number = 1
    while (aside := path.with_name(f"{path.stem}_{number}{path.suffix}")).exists():
        number += 1
    path.rename(aside)
    return f"Your design is now {aside}; the lessons use the Twitter example. Rename it to come back."
