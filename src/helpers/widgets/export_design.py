"""Write the design as a page to keep, at the press of a button, and over no file that was not named."""

from collections.abc import Callable
from pathlib import Path

import ipywidgets

from helpers.design import OWN_DESIGN, Design, design_file
from helpers.one_page.export import export
from helpers.widgets.explorer import Panel

__all__ = ["export_panel"]

_ENDINGS = {"Markdown": ".md", "HTML": ".html"}
_WRITE_OVER = "Write over it"
_QUESTION = (
    "Write the whole design on one page? Any browser opens and prints the HTML; a repository shows Markdown."
)


def export_panel(design: Design | Callable[[], Design], *, name: str = "") -> Panel:
    """Return a box for a name and a button for each format; it writes over a file only when told to.

    A function is asked for its design when a button is pressed. `name` stands in the box at first; without
    one it is that of the reader's own design.

    >>> panel = export_panel(Design.example())
    >>> list(panel.buttons), panel.box.value
    (['Markdown', 'HTML'], 'my_design')
    """
    words = "Name of the file, without its ending"
    name = name or Path(design_file() or OWN_DESIGN).stem
    box = ipywidgets.Text(name, tooltip=words, continuous_update=False)
    refused: list[Path] = []

    def offer(path: Path | None) -> None:
        # Only where the buttons change: new ones take the focus from whoever uses the keyboard.
        if bool(path) != bool(refused):
            panel.ask(_QUESTION, [*_ENDINGS, _WRITE_OVER] if path else list(_ENDINGS))
        refused[:] = [path] if path else []

    def pressed(choice: str) -> str:
        over = refused[-1] if choice == _WRITE_OVER and refused else None
        try:
            path = _named(box.value, over.suffix if over else _ENDINGS.get(choice, ""))
            if choice == _WRITE_OVER and path != over:
                offer(None)
                return "Nothing was written: the name is another one now. Choose a format."
            export(design() if callable(design) else design, path, overwrite=over is not None)
        except FileExistsError:
            offer(path)
            return f"{path} is there already, and nothing was written. Choose another name, or write over it."
        except (ValueError, TypeError, OSError) as error:
            offer(None)
            return f"Nothing was written. {error}"
        offer(None)
        return f"Written to {path.resolve()}."

    panel = Panel("Keep it", _QUESTION, list(_ENDINGS), pressed, box=box)
    return panel


def _named(name: str, ending: str) -> Path:
    """Return the file that is meant, whether or not its ending was written too."""
    name = name.strip()
    if not name:
        raise ValueError("Write a name for the file first.")
    path = Path(name).expanduser()
    if path.suffix.lower() in _ENDINGS.values():
        return path.with_suffix(ending)
    return path.with_name(path.name + ending)
