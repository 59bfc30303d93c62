"""Areas by class, unit and zone, in tables whose rows sum exactly to their total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from tuban.domain.progress import Progress, quiet
from tuban.domain.unit import M2_PER, AreaUnit, convert, rounded
from tuban.errors import Text
from tuban.geo.adjust import round_table, round_to_total
from tuban.geo.overlay import shares
from tuban.indicators.grouping import Group, Grouping

if TYPE_CHECKING:  # the compiled kernels load when something is overlaid
    from tuban.geo.zone_index import ZoneIndex

Shapes = NDArray[np.object_]
# A parcel whose shares sum to within this of 1 is divided without rest: what is missing is float noise and
# the wandering of edge points, not ground.
_WHOLE = 1e-6
# The units a table is printed in. From figures already printed in hectares the last digit would differ.
PRINTED_UNITS: tuple[AreaUnit, ...] = ("ha", "mu", "wan_mu", "km2")

ROUNDED = Text(
    "未取位数值先求和,再四舍五入取位一次(各面积单位 2 位小数,占比 0.01%),末位用最大余数法分配,各行之和等于合计",
    "Unrounded areas are summed, then rounded half up once (areas in every unit to 0.01, shares to 0.01 %); "
    "the last digits go by largest remainder, so that the rows sum to the total",
)


@dataclass(frozen=True)
class AreaTable:
    """Areas by group.

    `frame` has a row for each group: `code`, `title_zh`, `title_en`, `colour` (None where the standard has
    none), `area_m2` (unrounded), `area_ha`, `area_mu`, `area_wan_mu`, `area_km2` (2 decimals, each from the
    square metres), `share` (0–1, 4 decimals), `count` (parcels with a part in it). The rows of each unit and
    of `share` sum exactly to the unit's total and to 1. `adjusted`: the last digit of some row was moved for
    that. `formula` says how it was computed, `notes` what a reader must know about the data.
    """

    frame: pd.DataFrame
    total_m2: float
    total_ha: float
    total_mu: float
    total_wan_mu: float
    total_km2: float
    adjusted: bool
    formula: Text
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class CrossTable:
    """Areas in hectares by two groupings; every row, every column and the whole sum exactly.

    `frame` has the row codes as index and the column codes as columns; `rows` and `columns` say what the
    codes are, `row_ha` and `column_ha` are the margins.
    """

    frame: pd.DataFrame
    rows: tuple[Group, ...]
    columns: tuple[Group, ...]
    row_ha: NDArray[np.float64]
    column_ha: NDArray[np.float64]
    total_ha: float
    formula: Text
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Pieces:
    """What is summed: parcels, or the parts into which zones or units divide them.

    `parcel` is the row of the parcel in the layer, `area_m2` the piece's share of the parcel's ellipsoid
    area; `geometry` only where an overlay is still to come. `notes` tells what dividing found.
    """

    parcel: NDArray[np.intp]
    area_m2: NDArray[np.float64]
    geometry: gpd.GeoSeries | None = None
    notes: tuple[Text, ...] = ()

    def where(self, chosen: NDArray[np.bool_]) -> Pieces:
        """Keep only the chosen pieces."""
        geometry = None if self.geometry is None else gpd.GeoSeries(self.geometry[chosen])
        return Pieces(self.parcel[chosen], self.area_m2[chosen], geometry, self.notes)


def areas(pieces: Pieces, grouping: Grouping, formula: Text) -> AreaTable:
    """Sum the pieces by group.

    Parameters
    ----------
    pieces, grouping : n pieces and the group of each.
    formula : what was summed and by what; how it was rounded is added here.

    Source: plan tables in hectares with 2 decimals, shares that make 100.00 %.
    """
    groups = _ordered(grouping.groups)
    row = _places(grouping, groups)
    sum_m2 = np.bincount(row, weights=pieces.area_m2, minlength=len(groups))
    # A parcel in two pieces of one group counts once.
    parcels = int(pieces.parcel.max(initial=-1)) + 1
    once = np.unique(row * parcels + pieces.parcel)
    count = np.bincount(once // max(parcels, 1), minlength=len(groups))
    total_m2 = float(sum_m2.sum())
    in_units = {unit: round_to_total(sum_m2 / float(M2_PER[unit])) for unit in PRINTED_UNITS}
    totals = {unit: float(rounded(convert(total_m2, "m2", unit))) for unit in PRINTED_UNITS}
    share = round_to_total(sum_m2 / total_m2 * 100, 2, 100) / 100 if total_m2 > 0 else np.zeros(len(groups))
    frame = pd.DataFrame(
        {
            "code": [group.code for group in groups],
            "title_zh": [group.title.zh for group in groups],
            "title_en": [group.title.en for group in groups],
            "colour": pd.Series([group.colour for group in groups], dtype=object),
            "area_m2": sum_m2,
            **{f"area_{unit}": column for unit, column in in_units.items()},
            "share": np.round(share, 4),
            "count": count.astype(np.int64),
        }
    )
    alone = [float(rounded(convert(float(m2), "m2", "ha"))) for m2 in sum_m2]
    return AreaTable(
        frame,
        total_m2,
        totals["ha"],
        totals["mu"],
        totals["wan_mu"],
        totals["km2"],
        adjusted=bool((np.array(alone) != in_units["ha"]).any()),
        formula=_with_rounding(formula),
        notes=pieces.notes,
    )


def cross_areas(pieces: Pieces, rows: Grouping, columns: Grouping, formula: Text) -> CrossTable:
    """Sum the pieces by two groupings at once, for example township × class."""
    row_groups, column_groups = _ordered(rows.groups), _ordered(columns.groups)
    cell = _places(rows, row_groups) * len(column_groups) + _places(columns, column_groups)
    shape = (len(row_groups), len(column_groups))
    sums = np.bincount(cell, weights=pieces.area_m2, minlength=shape[0] * shape[1]).reshape(shape)
    table = round_table(sums / 10_000)
    frame = pd.DataFrame(
        table.cells,
        index=[group.code for group in row_groups],
        columns=[group.code for group in column_groups],
    )
    return CrossTable(
        frame,
        tuple(row_groups),
        tuple(column_groups),
        table.rows,
        table.columns,
        table.total,
        _with_rounding(formula),
        pieces.notes,
    )


def divide(
    pieces: Pieces,
    zones: gpd.GeoSeries | ZoneIndex,
    codes: ArrayLike,
    *,
    keep_geometry: bool = False,
    progress: Progress = quiet,
) -> tuple[Pieces, NDArray[np.object_], NDArray[np.intp]]:
    """Divide pieces among zones; what no zone covers stays as a piece of the empty code.

    Parameters
    ----------
    pieces : n pieces with geometry.
    zones, codes : k polygons, any CGCS2000 system, and the code of each; prepared ones in the pieces' system.

    Returns
    -------
    m pieces that sum to the n, the code of each, and the input piece of each. Where zones overlap, the ground
    both claim is shared equally and a note says how much it is.
    """
    if pieces.geometry is None:
        raise ValueError("pieces without geometry cannot be divided")
    found = shares(
        pieces.geometry, zones, parcel_m2=pieces.area_m2, geometry=keep_geometry, progress=progress
    )
    return divided(pieces, found.frame, codes, keep_geometry=keep_geometry)


def divided(
    pieces: Pieces, found: pd.DataFrame, codes: ArrayLike, *, keep_geometry: bool = False
) -> tuple[Pieces, NDArray[np.object_], NDArray[np.intp]]:
    """Divide pieces by the shares that an overlay `found` (`Shares.frame`, `parcel` counting the pieces).

    Returns
    -------
    as `divide`.
    """
    names = np.asarray(codes, dtype=object)
    source = found["parcel"].to_numpy()
    share = found["share"].to_numpy()
    covered = np.bincount(source, weights=share, minlength=len(pieces.area_m2))
    noise = np.abs(covered - 1) <= _WHOLE
    claimed_twice = covered > 1 + _WHOLE
    divisor = np.where(noise | claimed_twice, covered, 1.0)
    share = share / divisor[source]
    rest = np.where(noise | claimed_twice, 0.0, 1 - covered)
    left = np.flatnonzero((rest > 0) & (pieces.area_m2 > 0))
    at = np.concatenate([source, left])
    geometry = None
    if keep_geometry and pieces.geometry is not None:
        inner = found["geometry"].to_numpy()
        outer = _outside(np.asarray(pieces.geometry.array, dtype=object), left, source, inner)
        geometry = gpd.GeoSeries(np.concatenate([inner, outer]), crs=pieces.geometry.crs)
    overlap_m2 = float(((covered - 1) * pieces.area_m2)[claimed_twice].sum())
    notes = (*pieces.notes, _overlap_note(overlap_m2)) if overlap_m2 >= 0.01 else pieces.notes
    result = Pieces(
        pieces.parcel[at], pieces.area_m2[at] * np.concatenate([share, rest[left]]), geometry, notes
    )
    code = np.concatenate([names[found["zone"].to_numpy()], np.full(len(left), "", dtype=object)])
    return result, code, at


def _outside(shapes: Shapes, left: NDArray[np.intp], source: NDArray[np.intp], inner: Shapes) -> Shapes:
    """Give what is left of the pieces `left` when the parts found in zones are taken off."""
    partly = np.isin(source, left)
    taken = pd.Series(inner[partly]).groupby(source[partly]).agg(lambda parts: shapely.union_all(parts.array))
    rest = shapes[left].copy()
    touched = np.isin(left, taken.index.to_numpy())
    rest[touched] = shapely.difference(rest[touched], taken.reindex(left[touched]).to_numpy())
    return rest


def _overlap_note(overlap_m2: float) -> Text:
    ha = rounded(convert(overlap_m2, "m2", "ha"), 4)
    return Text(
        f"分区之间有重叠,共 {ha} 公顷,重叠部分由各分区均分;请检查分区图层的拓扑。",
        f"Zones overlap by {ha} ha; what they share is divided equally. Check the topology of the zones.",
    )


def _ordered(groups: Mapping[str, Group]) -> list[Group]:
    return sorted(groups.values(), key=lambda group: (group.code == "", group.order, group.code))


def _places(grouping: Grouping, groups: list[Group]) -> NDArray[np.intp]:
    """Give the row of the table that each piece belongs to."""
    place = {group.code: i for i, group in enumerate(groups)}
    codes, unique = pd.factorize(grouping.codes)
    return np.array([place[code] for code in unique], dtype=np.intp)[codes]


def _with_rounding(formula: Text) -> Text:
    return Text(f"{formula.zh};{ROUNDED.zh}。", f"{formula.en}. {ROUNDED.en}.")
