"""What plotly makes of a figure: ours skip its checks, which would make a slider wait."""

import base64
import json
from typing import Any

import numpy as np
import plotly.graph_objects as go

__all__ = ["checked", "plain"]


def checked(figure: go.Figure) -> go.Figure:
    """Return the figure once plotly accepts every property and value of it; ValueError otherwise."""
    return go.Figure(_unpacked(figure.to_plotly_json()))


def plain(figure: go.Figure) -> dict[str, Any]:
    """Return the figure as a browser gets it, through plotly's own JSON."""
    found = json.loads(checked(figure).to_json())
    assert isinstance(found, dict)
    return found


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict) and "bdata" in value:
        return np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"]).tolist()
    if isinstance(value, dict):
        return {key: _unpacked(part) for key, part in value.items()}
    return [_unpacked(part) for part in value] if isinstance(value, (list, tuple)) else value
