"""Every lab: what the reports have in common."""

import os
import platform
from collections.abc import Callable

__all__ = ["Progress", "readable", "this_machine"]

Progress = Callable[[float, str], object]
"""Told the share of a measurement that is done, 0 to 1, and what is measured next."""


def this_machine() -> str:
    """Return what this machine is, as far as it matters for a measurement."""
    cores = os.cpu_count()
    return f"{platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}"


def readable(value: float) -> str:
    """Write a number with three digits, or in full from a hundred on.

    >>> readable(0.12345), readable(12345.6)
    ('0.123', '12,346')
    """
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
