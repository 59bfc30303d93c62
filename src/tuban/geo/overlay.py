"""Who overlaps whom by how much: the one interface to overlay, on the ellipsoid, with slivers handled once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuban.domain.progress import Progress, Step, part, quiet
from tuban.errors import Text, WrongUse
from tuban.geo.area import area_m2
from tuban.geo.crs import understand
from tuban.geo.overlay_result import Shares, Tolerance, clipped, settled, slivers

if TYPE_CHECKING:  # the compiled kernels load when they are used
    from tuban.geo.overlay_site import Layers
    from tuban.geo.zone_index import ZoneIndex

__all__ = ["Shares", "Tolerance", "shares", "shares_of_file", "site_shares", "warm"]

Array = NDArray[np.float64]


def shares(
    parcels: gpd.GeoSeries,
    zones: gpd.GeoSeries | ZoneIndex,
    *,
    parcel_m2: Array | None = None,
    tolerance: Tolerance | None = None,
    geometry: bool = False,
    checked: bool = False,
    repair: bool = False,
    threads: int | None = None,
    progress: Progress = quiet,
) -> Shares:
    """Give how much of each parcel lies in each zone.

    Parameters
    ----------
    parcels, zones : n and k valid polygons, both CGCS2000; zones in another zone or in degrees are converted.
        Zones may overlap: a parcel then has a share in each. A `ZoneIndex` is used as it is: make one where
        the same zones are asked again.
    parcel_m2 : the parcels' statutory areas where they are known already.
    tolerance : what counts as a sliver; left out, nothing does.
    geometry : also give the pieces, in the parcels' system; a parcel wholly inside is passed on untouched.
    checked : the parcels come from the store, whose intake refuses what is invalid. Then those that the outline
        of a zone comes near to are looked at only for what would make an area wrong, which is fast; else for
        every fault, and all others for what would make an area wrong.
    repair : make invalid parcels valid (ground inside some ring and not in a hole) and name them in the result.
    threads : left out, two where the work is worth it.

    Raises
    ------
    InvalidGeometry : a polygon that crosses itself; the message names the row.
    UnknownCRS, ForeignCRS : as for `area_m2`.
    WrongUse : a `ZoneIndex` made for another system.
    """
    from tuban.geo.coords import from_shapes
    from tuban.geo.overlay_pairs import PARCEL, measure_pairs, must_hold
    from tuban.geo.overlay_sound import repaired
    from tuban.geo.zone_index import ZoneIndex

    shapes = np.asarray(parcels.array, dtype=object)
    mended = np.empty(0, np.int64)
    if repair:
        shapes, mended = repaired(shapes)
        parcels = gpd.GeoSeries(shapes, crs=parcels.crs)
        if len(mended):
            parcel_m2 = None  # of what was invalid, no measure holds
    whole_m2 = area_m2(parcels) if parcel_m2 is None else np.asarray(parcel_m2, dtype=np.float64)
    progress(Step(0.05, Text("建立空间索引", "Indexing")))
    if isinstance(zones, ZoneIndex):
        index = zones
        index.must_suit(parcels.crs)
    else:
        index = ZoneIndex.of(zones, parcels.crs)
    rings = from_shapes(shapes, PARCEL)
    found = measure_pairs(rings, index, threads=threads, progress=part(progress, 0.1, 0.8))
    must_hold(rings, index.crs, found, None if checked or repair else shapes.__getitem__)

    tolerance = tolerance or Tolerance()

    def pieces(which: NDArray[np.intp], grid: float = 0.0) -> NDArray[Any]:
        return clipped(
            rings, shapes.__getitem__, index, found, which, grid=grid, progress=part(progress, 0.8, 1.0)
        )

    counts = ~slivers(found, tolerance, index.crs, pieces)
    result = settled(found, counts, whole_m2[found.parcel], tolerance, mended)
    if geometry:
        result.frame["geometry"] = pieces(np.flatnonzero(counts), tolerance.grid)
    progress(Step(1.0, Text("叠加完成", "Overlay done")))
    return result


def shares_of_file(
    file: Path,
    zones: Mapping[str, ZoneIndex],
    *,
    tolerance: Tolerance | None = None,
    checked: bool = False,
    bbox: tuple[float, float, float, float] | None = None,
    threads: int | None = None,
    progress: Progress = quiet,
) -> dict[str, Shares]:
    """Give how much of each parcel of a stored layer version lies in each zone of several layers.

    Read once, a row group at a time, from bytes to table without a geometry object: what is held in memory is
    a row group for each thread and the result.

    Parameters
    ----------
    file : GeoParquet of polygons as the store keeps it; `_area_m2` are the statutory areas (measured here
        where the file has none).
    zones : prepared zones by name, in the file's system.
    bbox : only parcels whose box touches this one (west, south, east, north in the file's system). Row groups
        that have none are not read.
    tolerance, checked, threads, progress : as for `shares`.

    Returns
    -------
    `Shares` by name; `parcel` is the row of the file, which is `_fid` in the store.

    Raises
    ------
    InvalidGeometry : a polygon that crosses itself; the message names the row.
    WrongUse : a `ZoneIndex` made for another system.
    """
    from tuban.geo.overlay_file import shares_of_file as work

    return work(
        file,
        zones,
        tolerance=tolerance or Tolerance(),
        checked=checked,
        bbox=bbox,
        threads=threads,
        progress=progress,
    )


def site_shares(
    site: gpd.GeoSeries, zones: Mapping[str, ZoneIndex] | Layers, *, site_m2: float | None = None
) -> pd.DataFrame:
    """Give how much of one site lies in each zone of many layers: the question of a review, answered at once.

    Parameters
    ----------
    site : one polygon.
    zones : prepared zones by layer, in the site's system; `Layers`, which joins them, answers ten times faster.
    site_m2 : its statutory area where it is known already.

    Returns
    -------
    A row for each zone that the site has ground in: `layer`, `zone`, `area_m2`, `share`, as `shares` gives them.

    Raises
    ------
    InvalidGeometry : a site that crosses itself.
    WrongUse : more or less than one polygon, or a `ZoneIndex` made for another system.
    """
    from tuban.geo.coords import from_shapes
    from tuban.geo.overlay_pairs import measure_pairs
    from tuban.geo.overlay_site import Layers
    from tuban.geo.overlay_sound import PARCEL, must_be_valid

    if len(site) != 1:
        raise WrongUse(
            Text(
                f"应为一个地块,给出了 {len(site)} 个。", f"One site is asked about; {len(site)} were given."
            ),
            Text("多个地块请用 shares。", "Use `shares` for many."),
        )
    shapes = np.asarray(site.array, dtype=object)
    must_be_valid(shapes, PARCEL)
    crs = understand(site.crs).code  # a name compares faster than a system
    if isinstance(zones, Layers):
        zones.index.must_suit(crs)
        hits = zones.shares(shapes[0], site_m2=site_m2)
        columns = zip(*hits, strict=True) if hits else ((), (), (), ())
        kinds = (object, np.int64, np.float64, np.float64)
        made = [np.array(held, dtype=kind) for held, kind in zip(columns, kinds, strict=True)]
        return pd.DataFrame(dict(zip(("layer", "zone", "area_m2", "share"), made, strict=True)))
    whole_m2 = float(area_m2(shapes, crs)[0]) if site_m2 is None else site_m2
    rings = from_shapes(shapes, PARCEL)
    layer: list[str] = []
    zone: list[int] = []
    share: list[float] = []
    for name, index in zones.items():
        index.must_suit(crs)
        found = measure_pairs(rings, index, threads=1)
        layer += [name] * len(found.zone)
        zone += found.zone.tolist()
        share += found.share.tolist()
    part_of_site = np.array(share, dtype=np.float64)
    return pd.DataFrame(
        {
            "layer": np.array(layer, dtype=object),
            "zone": np.array(zone, dtype=np.int64),
            "area_m2": part_of_site * whole_m2,
            "share": part_of_site,
        }
    )


def warm() -> None:
    """Load the compiled kernels, or compile them where they never ran: for a thread in the background."""
    parcel = gpd.GeoSeries([shapely.box(455_000, 3_685_000, 455_100, 3_685_100)], crs="EPSG:4547")
    round_ = parcel.buffer(60, quad_segs=32)
    shares(round_, parcel, checked=True)
    shares(parcel, round_, checked=True, geometry=True)
