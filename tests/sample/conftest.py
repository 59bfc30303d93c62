from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tuban.geo.io import read_layer
from tuban.sample.county import make
from tuban.sample.report import SampleReport
from tuban.standards.load import profile

PARCELS = 3000


@dataclass
class Made:
    """A county that was made, and its layers as the system's own reader sees them."""

    report: SampleReport
    frames: dict[tuple[str, str], Any] = field(default_factory=dict)

    def layer(self, name: str, file: str = "") -> Any:
        """Read a layer by its name in the file; `file` is part of the file's name where several have it."""
        if (name, file) not in self.frames:
            found = [p for p in self.report.layers if p.layer == name and file in p.file.name]
            assert found, f"no layer {name} was made"
            spec = profile().layer(name)
            self.frames[name, file] = read_layer(found[0].file, spec, layer=name).frame
        return self.frames[name, file]

    def deviation(self, quantity: str) -> float:
        """Give the deviation of one line of the calibration table."""
        row = next(c for c in self.report.calibration if c.quantity == quantity)
        assert row.deviation is not None
        return row.deviation


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The default county, small: made once, read back from its files."""
    return Made(make(tmp_path_factory.mktemp("county"), parcels=PARCELS))


@pytest.fixture(scope="session")
def wugang(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Made:
    """A county on a real outline, small."""
    outline = f"{shared / 'data/admin/boundaries_wgs84.gpkg'}::county_amap::district_adcode=410481"
    return Made(make(tmp_path_factory.mktemp("wugang"), outline=outline, parcels=PARCELS))
