"""The drawn county: everything that the hand-in is written from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tuban.sample.figures import Figures
from tuban.sample.ground import Ground
from tuban.sample.outline import Outline
from tuban.sample.places import Places
from tuban.sample.report import Calibration
from tuban.sample.terrain import Terrain


@dataclass
class County:
    """Figures, places and the ground of one sample county."""

    fig: Figures
    ground: Ground
    places: Places
    terrain: Terrain
    outline: Outline
    free_scale: float
    rng: np.random.Generator
    calibration: tuple[Calibration, ...] = field(default=())

    @property
    def name(self) -> str:
        """The county's name, marked as a sample."""
        return self.fig.label if "示范" in self.fig.label else f"{self.fig.label}(示范)"

    @property
    def code(self) -> str:
        """Six digits."""
        return self.fig.code

    @property
    def crs(self) -> str:
        """The Gauss-Krüger zone it is drawn in."""
        return self.outline.crs

    @property
    def area_m2(self) -> float:
        """The outline's statutory area."""
        return self.outline.area_m2
