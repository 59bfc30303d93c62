"""What stands beside a printed map: legend, north arrow, scale bar, and the mark of a sample across it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from tuban.errors import Text
from tuban.reports.inspection import SAMPLE
from tuban.reports.map_layer import MapLayer

LEGEND = Text("图例", "Legend")
NORTH = Text("北", "N")
MORE = Text("另有 {n} 项", "{n} more")
_NICE = (1, 2, 5)


def nice_length_m(most_m: float) -> float:
    """Give the longest of 1, 2, 5 × 10ⁿ that is not above `most_m`."""
    power = 10.0 ** math.floor(math.log10(most_m))
    return power * max(step for step in _NICE if step * power <= most_m * (1 + 1e-9))


def mark_sample(axes: Any, font: Any, lang: str) -> None:
    """Write across the map that its data are a sample."""
    axes.text(
        0.5, 0.5, SAMPLE.in_(lang), transform=axes.transAxes, fontproperties=font, fontsize=20, rotation=18,
        ha="center", va="center", color="#888888", alpha=0.28, zorder=44,
    )  # fmt: skip


@dataclass(frozen=True)
class Side:
    """The column right of the map; `left` is where it begins, all shares of the picture."""

    figure: Any
    plain: Any
    bold: Any
    lang: str
    left: float
    height_mm: float
    width_mm: float

    @property
    def room_mm(self) -> float:
        """Width of the column."""
        return (0.995 - self.left) * self.width_mm

    def _down(self, mm: float) -> float:
        return mm / self.height_mm

    def _right(self, mm: float) -> float:
        return mm / self.width_mm

    def _write(self, x: float, y: float, words: str, size: float, **more: Any) -> None:
        font = more.pop("font", self.plain)
        self.figure.text(x, y, words, fontproperties=font, fontsize=size, color="#222222", **more)

    def north(self, top: float) -> None:
        """Draw the arrow in the upper right corner."""
        from matplotlib.patches import Polygon

        x = 0.995 - self._right(4)
        tip, foot = top - self._down(4), top - self._down(12)
        self._write(x, top, NORTH.in_(self.lang), 8, font=self.bold, ha="center", va="top")
        for side, colour in ((-1, "#222222"), (1, "white")):
            points = [(x, tip), (x + side * self._right(2.4), foot), (x, foot + self._down(2))]
            self.figure.add_artist(
                Polygon(
                    points, closed=True, transform=self.figure.transFigure, facecolor=colour,
                    edgecolor="#222222", linewidth=0.6,
                )
            )  # fmt: skip

    def scale_bar(self, metres_per_unit: float, map_units: float, map_share: float) -> float:
        """Draw the bar at the bottom; give how high the column is taken."""
        from matplotlib.patches import Rectangle

        ground_m = map_units * metres_per_unit
        # As long as fits the column, with room for the unit behind the last number.
        length_m = nice_length_m(ground_m * (self.room_mm * 0.72 / self.width_mm) / map_share)
        share = length_m / ground_m * map_share
        low, high = self._down(3), self._down(4.6)
        for part, colour in ((0, "#222222"), (1, "white")):
            self.figure.add_artist(
                Rectangle(
                    (self.left + part * share / 2, low), share / 2, high - low, facecolor=colour,
                    transform=self.figure.transFigure, edgecolor="#222222", linewidth=0.7,
                )
            )  # fmt: skip
        zh = self.lang == "zh"
        words = ("千米" if zh else "km") if length_m >= 1000 else ("米" if zh else "m")
        shown = length_m / 1000 if length_m >= 1000 else length_m
        y = high + self._down(0.8)
        self._write(self.left, y, "0", 6.5, ha="left", va="bottom")
        self._write(self.left + share, y, f"{shown:g}", 6.5, ha="center", va="bottom")
        self._write(self.left + share + self._right(3.4), y, words, 6.5, ha="left", va="bottom")
        return high + self._down(5)

    def legend(self, layers: Sequence[MapLayer], top: float, bottom: float) -> None:
        """Name every layer; what does not fit is counted."""
        self._write(self.left, top, LEGEND.in_(self.lang), 9, font=self.bold, va="top")
        y = top - self._down(14)
        wide = int((self.room_mm - 8.5) / 2.75)  # Chinese characters of 7.5 points in a line
        for number, layer in enumerate(layers):
            lines = wrapped(layer.title, wide)
            tall = self._down(3.6 * len(lines) + 2)
            if y - tall < bottom:
                self._write(self.left, y, MORE.in_(self.lang).format(n=len(layers) - number), 7, va="top")
                return
            self._swatch(layer, y - self._down(1.5))
            for line, words in enumerate(lines):
                self._write(self.left + self._right(7.5), y - self._down(3.6 * line), words, 7.5, va="top")
            y -= tall

    def _swatch(self, layer: MapLayer, middle: float) -> None:
        from matplotlib.colors import to_rgba
        from matplotlib.lines import Line2D
        from matplotlib.patches import Rectangle

        kinds = {int(kind) for kind in shapely.get_type_id(layer.drawn())}
        dashes: Any = (0, layer.dash) if layer.dash else "solid"
        wide, tall, at = self._right(5.5), self._down(3.2), self.figure.transFigure
        if kinds & {3, 6, 7} or not kinds:
            patch: Any = Rectangle(
                (self.left, middle - tall / 2), wide, tall, transform=at,
                facecolor=to_rgba(layer.fill, layer.fill_opacity) if layer.fill else "none",
                edgecolor=layer.line or "none", linewidth=max(layer.line_width_pt, 0.5), linestyle=dashes,
                hatch=layer.hatch or None,
            )  # fmt: skip
        else:
            points = kinds <= {0, 4}
            patch = Line2D(
                [self.left + wide / 2] if points else [self.left, self.left + wide],
                [middle] if points else [middle, middle], transform=at, color=layer.line or "#333333",
                linewidth=layer.line_width_pt, linestyle="none" if points else dashes,
                marker="o" if points else "", markersize=layer.marker_pt,
                markerfacecolor=layer.fill or "none", markeredgecolor=layer.line or "none",
            )  # fmt: skip
        self.figure.add_artist(patch)


def wrapped(words: str, wide: int) -> list[str]:
    """Break words into at most three lines of `wide` Chinese characters; other letters count as half."""
    lines, line, used = [], "", 0
    for sign in words:
        step = 2 if ord(sign) > 0x2E80 else 1
        if used + step > wide * 2:
            lines.append(line)
            line, used = "", 0
        line += sign
        used += step
    lines.append(line)
    return lines if len(lines) <= 3 else [*lines[:2], lines[2][:-1] + "…"]
