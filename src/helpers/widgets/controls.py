"""Controls with units: a slider linked to a box that reads what a person writes."""

import html
import math
from collections.abc import Mapping
from typing import Any

import ipywidgets
import traitlets

from helpers.models.checks import require_whole
from helpers.models.quantities import Range, format_bytes, format_number
from helpers.models.workload import Field

__all__ = [
    "CheckControl",
    "EntryControl",
    "NumberControl",
    "RangeControl",
    "dropdown",
    "unit_words",
    "whole_number",
]

_STEPS = 200


class _Scale:
    """Where a value stands on a slider from 0 to 1; on a log scale, 0 may stand for nothing at all."""

    def __init__(self, low: float, high: float, *, log: bool, zero: bool, whole: bool) -> None:
        self.low, self.high, self.log, self.zero, self.whole = low, high, log, zero, whole
        self.steps = round(high - low) if whole and not log else _STEPS

    def place(self, value: float) -> float:
        if self.log and value <= 0:
            return 0.0
        if self.log:
            share = (math.log(value) - math.log(self.low)) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        # On a step: between two, the browser would move to the next one and report that as a change.
        step = min(max(round(share * self.steps), 1 if self.log and self.zero else 0), self.steps)
        return step / self.steps

    def value(self, place: float) -> float:
        if self.zero and place <= 0:
            return 0.0
        if self.log:
            exact = self.low * (self.high / self.low) ** place
        else:
            exact = self.low + (self.high - self.low) * place
        if self.whole:
            return float(round(exact))
        # Two digits, as a person would choose; three where two steps would otherwise give one number.
        step = (self.high / self.low) ** (1 / self.steps) if self.log else (self.high - self.low) / self.steps
        before, after = (exact / step, exact * step) if self.log else (exact - step, exact + step)
        alike = f"{exact:.2g}" in (f"{before:.2g}", f"{after:.2g}")
        return float(f"{exact:.3g}" if alike else f"{exact:.2g}")


class _Nines(_Scale):
    """A scale for a percentage near 100, by its number of nines: 99 %, 99.9 %, 99.99 % at equal distances."""

    def __init__(self, low: float, high: float) -> None:
        super().__init__(_nines(low), _nines(high), log=False, zero=False, whole=False)
        self.steps = max(1, round(10 * (self.high - self.low)))

    def place(self, value: float) -> float:
        return super().place(_nines(min(value, 100 - 1e-12)))

    def value(self, place: float) -> float:
        missing = 10 ** (2 - self.low - (self.high - self.low) * place)
        return round(100 - float(f"{missing:.2g}"), 12)


def _nines(percent: float) -> float:
    return 2 - math.log10(100 - percent)


class _Control(ipywidgets.VBox):  # type: ignore[misc]
    """What the two controls share: the label, the message and the change from outside."""

    refused = traitlets.Unicode()
    _example = "10 M"

    def __init__(self, name: str, field: Field, scale: _Scale, row: list[ipywidgets.Widget]) -> None:
        self.name, self.field, self._scale = name, field, scale
        self._quiet = False
        words = unit_words(field)
        label = ipywidgets.HTML(html.escape(f"{field.label} ({words})" if words else field.label))
        self._message = ipywidgets.HTML()
        self._message.add_class("helpers-refused")
        line = ipywidgets.HBox(row)
        line.add_class("helpers-row")
        super().__init__([label, line, self._message])
        self.add_class("helpers-number")
        self._message.layout.display = "none"

    def _read(self, text: str) -> float:
        if not text.strip():
            raise ValueError(f"Write a number, for example {self._example}.")
        return float(self.field.check(self.field.label, text))

    def _refuse(self, message: str) -> None:
        self._message.value = f'<span role="alert">{html.escape(message)}</span>' if message else ""
        self._message.layout.display = "" if message else "none"
        self.refused = message

    def _write(self, value: float) -> str:
        return format_bytes(value) if self.field.unit.startswith("byte") else format_number(value)


class NumberControl(_Control):
    """One number: a slider and a box; `value` is the last good one, `refused` why the box's text is not.

    With `nines` it is a percentage near 100, and each nine takes the same room on the slider.

    >>> control = NumberControl("peak_factor", Field("Peak over average", "", at_least=1), 2, low=1, high=30)
    >>> control.box.value = "0.5"
    >>> control.value, control.refused
    (2.0, 'Peak over average = 0.5: it must be a number, 1 or more')
    """

    value = traitlets.Float()

    def __init__(
        self,
        name: str,
        field: Field,
        value: float,
        *,
        low: float,
        high: float,
        log: bool = True,
        zero: bool = False,
        whole: bool = False,
        nines: bool = False,
    ) -> None:
        self._nines = nines
        if nines or whole:
            self._example = "99.9" if nines else "3"
        scale = _Nines(low, high) if nines else _Scale(low, high, log=log, zero=zero, whole=whole)
        self.slider = ipywidgets.FloatSlider(
            scale.place(field.check(name, value)),
            min=0,
            max=1,
            step=1 / scale.steps,
            readout=False,
            tooltip=field.label,
        )
        self.box = ipywidgets.Text(continuous_update=False, tooltip=field.label)
        super().__init__(name, field, scale, [self.slider, self.box])
        self.slider.observe(self._on_slide, "value")
        self.box.observe(self._on_write, "value")
        self.set(value)

    def set(self, value: Any) -> None:
        """Show `value` on the slider and in the box, once it is what the field may be."""
        value = self.field.check(self.name, value)
        self._show(value, self._scale.place(value))

    def _write(self, value: float) -> str:
        # As many digits as a float has: with ten, the eleventh nine would read 100.
        return f"{value:.15g}" if self._nines else super()._write(value)

    def _show(self, value: float, place: float) -> None:
        self._quiet = True
        try:
            self.slider.value = place
            self.value = float(value)  # first, so that the picture does not wait for the box
            self.box.value = self._write(value)
            self._refuse("")
        finally:
            self._quiet = False

    def _on_slide(self, change: Any) -> None:
        if not self._quiet:
            self._show(self._scale.value(change["new"]), change["new"])

    def _on_write(self, change: Any) -> None:
        if self._quiet:
            return
        try:
            value = self._read(change["new"])
        except (ValueError, TypeError) as error:
            self._refuse(str(error))
            return
        self.set(value)


class RangeControl(_Control):
    """A low and a high: a slider with two handles and two boxes; `value` is the last good `Range`."""

    value = traitlets.Instance(Range)

    def __init__(
        self, name: str, field: Field, value: Range, *, low: float, high: float, log: bool = True
    ) -> None:
        scale = _Scale(low, high, log=log, zero=False, whole=False)
        value = field.check(name, value)
        self.slider = ipywidgets.FloatRangeSlider(
            value=(scale.place(value.low), scale.place(value.high)),
            min=0,
            max=1,
            step=1 / _STEPS,
            readout=False,
            tooltip=field.label,
        )
        self.low_box = ipywidgets.Text(continuous_update=False, tooltip=f"{field.label}: low end")
        self.high_box = ipywidgets.Text(continuous_update=False, tooltip=f"{field.label}: high end")
        super().__init__(name, field, scale, [self.low_box, self.slider, self.high_box])
        self.add_class("helpers-range")
        self.slider.observe(self._on_slide, "value")
        self.low_box.observe(self._on_write, "value")
        self.high_box.observe(self._on_write, "value")
        self.set(value)

    def set(self, value: Range) -> None:
        """Show `value` on the slider and in the boxes, once it is what the field may be."""
        value = self.field.check(self.name, value)
        self._show(value, (self._scale.place(value.low), self._scale.place(value.high)))

    def _show(self, value: Range, places: tuple[float, float]) -> None:
        self._quiet = True
        try:
            self.slider.value = places
            self.value = value  # first, so that the picture does not wait for the boxes
            self.low_box.value, self.high_box.value = self._write(value.low), self._write(value.high)
            self._refuse("")
        finally:
            self._quiet = False

    def _on_slide(self, change: Any) -> None:
        if not self._quiet:
            # The end that did not move keeps its exact value.
            ends = [
                self._scale.value(new) if new != old else kept
                for new, old, kept in zip(
                    change["new"], change["old"], (self.value.low, self.value.high), strict=True
                )
            ]
            self._show(Range(min(ends), max(ends)), change["new"])

    def _read_end(self, box: ipywidgets.Text, kept: float) -> float:
        # The box shows three digits: an end that was not written over keeps its exact value.
        return kept if box.value == self._write(kept) else self._read(box.value)

    def _on_write(self, _: Any) -> None:
        if self._quiet:
            return
        try:
            ends = Range(
                self._read_end(self.low_box, self.value.low), self._read_end(self.high_box, self.value.high)
            )
            if ends.low <= 0:
                raise ValueError("The low end must be above 0: a range is out by a factor.")
        except (ValueError, TypeError) as error:
            self._refuse(str(error).removeprefix("Range: "))
            return
        self.set(ends)


class EntryControl(ipywidgets.VBox):  # type: ignore[misc]
    """A number to write down, or to leave out; `value` is the last good one, None while the box is empty.

    >>> entry = EntryControl("latency_ms", Field("Latency", "millisecond", above=0), "for example 200")
    >>> entry.box.value = "-3.5"
    >>> entry.value is None, entry.refused
    (True, 'Latency = -3.5: it must be a number above 0 (in millisecond)')
    """

    value = traitlets.Float(None, allow_none=True)
    refused = traitlets.Unicode()

    def __init__(self, name: str, field: Field, placeholder: str, value: float | None = None) -> None:
        self.name, self.field = name, field
        words = unit_words(field)
        self.box = ipywidgets.Text(placeholder=placeholder, continuous_update=False, tooltip=field.label)
        self._message = ipywidgets.HTML()
        self._message.add_class("helpers-refused")
        label = ipywidgets.HTML(html.escape(f"{field.label} ({words})" if words else field.label))
        super().__init__([label, self.box, self._message])
        self.add_class("helpers-entry")
        self.set(value)
        self.box.observe(self._on_write, "value")

    def set(self, value: float | None) -> None:
        """Show a number, or nothing."""
        self.value = value
        self.box.value = "" if value is None else format_number(value)

    def _on_write(self, change: Any) -> None:
        text = change["new"].strip()
        try:
            # The box shows three digits of a number: as long as nobody writes, it keeps them all.
            if self.value is None or text != format_number(self.value):
                self.value = float(self.field.check(self.field.label, text)) if text else None
            self.refused = ""
        except (ValueError, TypeError) as error:
            self.refused = str(error)
        self._message.value = f'<span role="alert">{html.escape(self.refused)}</span>' if self.refused else ""


class CheckControl(ipywidgets.Checkbox):  # type: ignore[misc]
    """A thing to choose or leave; `value` says whether it is chosen.

    >>> control = CheckControl("follow", "Follow other users")
    >>> control.set(True)
    >>> control.value
    True
    """

    def __init__(self, name: str, label: str, value: bool = False) -> None:
        super().__init__(description=label, indent=False)
        self.name = name
        self.add_class("helpers-check")
        self.set(value)

    def set(self, value: bool) -> None:
        """Choose it or leave it."""
        if not isinstance(value, bool):
            raise TypeError(f"{self.name} = {value!r}: it must be True or False")
        self.value = value


def dropdown(label: str, options: Mapping[str, Any], value: Any = None) -> ipywidgets.Dropdown:
    """Return a choice among `options`, a value by its name; without `value` the first is chosen.

    >>> dropdown("Node", {"strong": 1, "modest": 2}).value
    1
    """
    if not options:
        raise ValueError(f"{label.lower()}: there is none to choose from")
    return ipywidgets.Dropdown(
        options=list(options.items()),
        value=next(iter(options.values())) if value is None else value,
        description=f"{label}:",
        style={"description_width": "initial"},
        layout={"width": "auto"},
    )


def unit_words(field: Field) -> str:
    """Return a field's unit in words.

    >>> unit_words(Field("Size", "byte/tweet")), unit_words(Field("Users", "user"))
    ('bytes per tweet', 'users')
    >>> unit_words(Field("Share", "", at_most=1)), unit_words(Field("Time up", "percent"))
    ('0 to 1', '%')
    """
    if field.unit == "percent":
        return "%"
    amount, _, per = field.unit.partition("/")
    if not amount:
        return "0 to 1" if field.at_most == 1 else ""
    plural = amount[:-1] + "ies" if amount.endswith("y") else amount + "s"
    return plural + "".join(f" per {part}" for part in per.split("/") if part)


def whole_number(name: str, value: float, at_least: int, at_most: int) -> int:
    """Return a control's value, which is a float, as an int once it is a whole number in range.

    >>> whole_number("page_size", 20.0, 1, 100)
    20
    """
    return require_whole(
        name, int(value) if float(value).is_integer() else value, at_least=at_least, at_most=at_most
    )
