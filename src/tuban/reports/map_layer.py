"""One kind of thing on a printed map: its shapes and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray


@dataclass(frozen=True)
class MapLayer:
    """Shapes of one kind and how they are drawn; colours as CSS, widths in points.

    `labels` are written at the shapes' inner points; `legend` False keeps the layer out of the legend.
    """

    title: str
    shapes: Sequence[Any] | NDArray[np.object_]
    fill: str | None = None
    fill_opacity: float = 0.5
    line: str | None = "#555555"
    line_width_pt: float = 0.6
    dash: tuple[float, ...] = ()
    hatch: str = ""
    marker_pt: float = 4.0
    labels: Sequence[str] = ()
    legend: bool = True

    def drawn(self) -> NDArray[np.object_]:
        """Give the shapes that there are, out of WKB where they come as such."""
        array = np.asarray(list(self.shapes), dtype=object)
        if not len(array):
            return array
        if isinstance(array[0], (bytes, bytearray)):
            array = np.asarray(shapely.from_wkb(array), dtype=object)
        return array[~(shapely.is_missing(array) | shapely.is_empty(array))]
