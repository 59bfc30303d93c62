"""Small hand-ins for the tests of rules: layers of squares, checked by one rule."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import geopandas as gpd
from shapely import Polygon

from given import CRS, square
from tuban.domain.finding import Finding
from tuban.quality.check import check
from tuban.quality.package import Database, Package, PackageLayer
from tuban.quality.result import Result
from tuban.standards.load import profile
from tuban.standards.profile import Profile
from tuban.standards.rulebook import QualityBook, quality_rules


@lru_cache(maxsize=1)
def rules() -> tuple[Profile, QualityBook]:
    """The national profile and its rules."""
    return profile("national-2021"), quality_rules("national-2021")


def layer(shapes: Sequence[Any], *, crs: str | None = CRS, **columns: Any) -> gpd.GeoDataFrame:
    """Objects with a BSM each: `A00…0`, `A00…1` and so on; further columns by name."""
    names = [f"A{number:017d}" for number in range(len(shapes))]
    return gpd.GeoDataFrame({"BSM": names, **columns}, geometry=list(shapes), crs=crs)


def tiles(sides: int = 3, side_m: float = 100.0) -> list[Polygon]:
    """Squares that tile a larger square, row by row from the southwest."""
    return [square(side_m * i, side_m * j, side_m) for j in range(sides) for i in range(sides)]


def database(name: str = "plan.gdb", **layers: gpd.GeoDataFrame) -> Database:
    """A database of layers by code."""
    definitions, _ = rules()
    found = Database(name, "workspace")
    for code, frame in layers.items():
        found.layers.append(PackageLayer(code, definitions.find(code), database=name, file=code, frame=frame))
    return found


def run(rule: str | list[str], *databases: Database, **layers: gpd.GeoDataFrame) -> Result:
    """Check layers by one rule or some."""
    definitions, book = rules()
    found = [*databases, *([database("plan.gdb", **layers)] if layers else [])]
    package = Package("test", "workspace", "0" * 64, databases=found)
    return check(package, definitions, book, only=[rule] if isinstance(rule, str) else rule)


def found(rule: str, *databases: Database, **layers: gpd.GeoDataFrame) -> list[Finding]:
    """Give what one rule finds; it must have run to its end."""
    result = run(rule, *databases, **layers)
    assert [one.status for one in result.runs] == ["done"], result.runs
    return list(result.findings)


def names(finding: Finding) -> tuple[int, ...]:
    """Give the numbers in the BSM of the objects."""
    return tuple(int(name[1:]) for name in finding.objects)
