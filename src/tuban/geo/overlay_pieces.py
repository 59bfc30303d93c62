"""Parcels cut along zones: the pieces with geometry and both sides' attributes, and what is left outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuban.domain.progress import Progress, quiet
from tuban.geo.area import area_m2
from tuban.geo.overlay import shares
from tuban.geo.overlay_result import Array, Shares, Tolerance

OUTSIDE = -1  # the `zone` of a piece that lies in none
# Of a parcel: zones that claim this much more of it than their union overlap. In the plane, where shares of a
# parcel a kilometre wide differ by less than this from those on the ellipsoid.
_OVERLAP = 1e-5
_NOTHING = 1e-12


@dataclass(frozen=True)
class Pieces:
    """Parcels cut along zones.

    `frame` has a row for each piece, sorted by parcel and zone, in the parcels' system: `parcel` and `zone`
    (positions in the input, `zone` −1 outside all), `area_m2` and `share` as of `Shares`, the parcel's and the
    zone's attributes (the zone's with `_zone` where both have the name), `geometry`. Slivers are left out and
    counted.
    """

    frame: gpd.GeoDataFrame
    tolerance: Tolerance
    slivers: int
    slivers_m2: float


def pieces(
    parcels: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    parcel_m2: Array | None = None,
    tolerance: Tolerance | None = None,
    outside: bool = False,
    checked: bool = False,
    progress: Progress = quiet,
) -> Pieces:
    """Give the pieces into which zones cut parcels.

    Parameters
    ----------
    parcels, zones, parcel_m2, tolerance, checked : as for `shares`.
    outside : also give what lies in no zone, so that the pieces of a parcel fill it. Where no two zones
        overlap and no sliver is left out, their areas sum to its statutory area. A sliver that is left out
        belongs to the outside.

    Raises
    ------
    InvalidGeometry, UnknownCRS, ForeignCRS : as for `shares`.
    """
    whole_m2 = area_m2(parcels) if parcel_m2 is None else np.asarray(parcel_m2, dtype=np.float64)
    found = shares(
        parcels.geometry,
        zones.geometry,
        parcel_m2=whole_m2,
        tolerance=tolerance,
        geometry=True,
        checked=checked,
        progress=progress,
    )
    table = found.frame
    if outside:
        rest = _rest(np.asarray(parcels.geometry.array, dtype=object), found, whole_m2)
        table = pd.concat([table, rest], ignore_index=True).sort_values(["parcel", "zone"], ignore_index=True)
    at, zone = table["parcel"].to_numpy(), table["zone"].to_numpy()
    ours = pd.DataFrame(parcels.drop(columns=parcels.geometry.name)).iloc[at].reset_index(drop=True)
    theirs = pd.DataFrame(zones.drop(columns=zones.geometry.name)).reset_index(drop=True)
    theirs = theirs.reindex(zone).reset_index(drop=True)  # outside: nothing
    theirs = theirs.rename(columns={name: f"{name}_zone" for name in theirs.columns if name in ours.columns})
    columns = pd.concat([table.drop(columns="geometry"), ours, theirs], axis=1)
    geometry = gpd.GeoSeries(table["geometry"].to_numpy(), crs=parcels.crs)
    return Pieces(
        gpd.GeoDataFrame(columns, geometry=geometry), found.tolerance, found.slivers, found.slivers_m2
    )


def _rest(shapes: NDArray[Any], found: Shares, whole_m2: Array) -> pd.DataFrame:
    """Give what zones leave of each parcel."""
    frame = found.frame
    covered = np.bincount(frame["parcel"], weights=frame["share"], minlength=len(shapes))
    inside = np.zeros(len(shapes), np.bool_)
    inside[frame["parcel"][frame["share"] == 1]] = True
    left = np.flatnonzero(~inside & (whole_m2 > 0))
    geometry, share = shapes[left].copy(), 1 - covered[left]
    cut = np.flatnonzero(covered[left] > 0)
    taken = frame.groupby("parcel")["geometry"].agg(lambda own: shapely.union_all(own.to_numpy()))
    union = taken.reindex(left[cut]).to_numpy()
    geometry[cut] = shapely.difference(geometry[cut], union)
    if len(cut):
        # Zones that overlap count ground twice: then only the union says what is left.
        once = shapely.area(union) / shapely.area(shapes[left[cut]])
        twice = covered[left[cut]] - once > _OVERLAP
        share[cut[twice]] = 1 - once[twice]
    some = (share > _NOTHING) & ~shapely.is_empty(geometry) & (shapely.area(geometry) > 0)
    return pd.DataFrame(
        {
            "parcel": left[some],
            "zone": np.full(some.sum(), OUTSIDE),
            "area_m2": share[some] * whole_m2[left[some]],
            "share": share[some],
            "geometry": geometry[some],
        }
    )
