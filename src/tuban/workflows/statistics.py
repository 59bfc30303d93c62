"""Statistics of a stored layer (面积统计): find what divides it, measure once, keep the answer.

Which rows belong to a unit is read from the layer's own unit code where every row has one that is long
enough; else the parcels are cut along the unit boundaries in force. Zones always cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tuban.domain.plan import short_admin_code
from tuban.domain.progress import Progress, Step, part, quiet
from tuban.domain.version import LayerVersion
from tuban.errors import Text
from tuban.geo.overlay import shares_of_file
from tuban.indicators.area_statistics import (
    AreaTable,
    CrossTable,
    Pieces,
    areas,
    cross_areas,
    divide,
    divided,
)
from tuban.indicators.grouping import Grouping, in_unit
from tuban.standards.profile import Profile
from tuban.store import Workspace
from tuban.workflows.intake import profile_of
from tuban.workflows.statistics_cache import Kept
from tuban.workflows.statistics_division import BY_TITLES, By, Division, Ground

if TYPE_CHECKING:  # the compiled kernels load when something is overlaid
    from tuban.geo.zone_index import ZoneIndex

__all__ = ["BY_TITLES", "By", "area_table", "cross_table"]

_AREA = "_area_m2"
_NO_CODE = "—"
Table = TypeVar("Table", AreaTable, CrossTable)


def area_table(
    ws: Workspace,
    version: LayerVersion,
    by: By,
    *,
    level: int | None = None,
    within: str | None = None,
    zone_layer: str | None = None,
    on: date | None = None,
    known: datetime | None = None,
    standards: Profile | None = None,
    progress: Progress = quiet,
) -> AreaTable:
    """Give the areas of a layer version by class, great class, township, village or plan zone.

    Parameters
    ----------
    version : polygons.
    level : of the classes, 1 the highest; None takes the codes as they stand.
    within : code of a unit; only what lies in it.
    zone_layer : which layer's zones; None takes the first plan-zone layer in force.
    on, known : the day and moment for which unit and zone layers are taken; None is today and now.

    Returns
    -------
    The table, from the workspace's cache where the same versions were asked the same before.

    Raises
    ------
    WrongUse : the layer has no areas, no class, or nothing to divide it by. UnknownCode : no such unit.
    """
    division = Division(ws, version, on, known, profile_of(ws, standards), zone_layer, level)

    def make(pieces: Pieces, found: Sequence[Grouping], text: Text) -> AreaTable:
        return areas(pieces, found[0], text)

    return _answer(division, (by,), within, make, kind=AreaTable, progress=progress)


def cross_table(
    ws: Workspace,
    version: LayerVersion,
    rows: By,
    columns: By,
    *,
    level: int | None = None,
    within: str | None = None,
    zone_layer: str | None = None,
    on: date | None = None,
    known: datetime | None = None,
    standards: Profile | None = None,
    progress: Progress = quiet,
) -> CrossTable:
    """Give the areas of a layer version by two groupings at once; parameters as for `area_table`."""
    division = Division(ws, version, on, known, profile_of(ws, standards), zone_layer, level)

    def make(pieces: Pieces, found: Sequence[Grouping], text: Text) -> CrossTable:
        return cross_areas(pieces, found[0], found[1], text)

    return _answer(division, (rows, columns), within, make, kind=CrossTable, progress=progress)


def _answer(
    division: Division,
    wanted: tuple[By, ...],
    within: str | None,
    make: Callable[[Pieces, Sequence[Grouping], Text], Table],
    *,
    kind: type[Table],
    progress: Progress,
) -> Table:
    """Take the answer from the cache, or work it out and keep it."""
    dividers = [division.divider(by) for by in wanted]
    limit = division.limit(within) if within else None
    names = [division.names_from(by) for by in wanted]
    kept = Kept(division.ws.cache_dir("statistics"), kind).keyed(
        wanted,
        within,
        division.level,
        [division.version.sha256, division.version.number],
        [_said(divider) for divider in [*dividers, limit]],
        [_said(name) for name in names],
        [division.table_said(by) for by in wanted],
    )
    found = kept.read()
    if found is None:
        pieces, values = _divided(division, dividers, within, limit, progress)
        groupings = [division.group(*each) for each in zip(wanted, values, dividers, strict=True)]
        found = make(pieces, groupings, division.formula(wanted, dividers, within))
        kept.write(found)
    progress(Step(1.0, Text("统计完成", "Done")))
    return found


def _said(divider: str | Ground | None) -> list[str | int] | str | None:
    if isinstance(divider, Ground):
        return [divider.version.sha256, divider.version.number, divider.code]
    return divider


def _divided(
    division: Division,
    dividers: list[str | Ground],
    within: str | None,
    limit: str | Ground | None,
    progress: Progress,
) -> tuple[Pieces, list[pd.Series]]:
    """Give the pieces of the layer, limited to `within`, and for each divider the value of every piece."""
    progress(Step(0.0, Text("读取图层", "Reading the layer")))
    cuts = [each for each in [limit, *dividers] if isinstance(each, Ground)]
    # One cut takes its shares from the file; where another follows, it needs the geometry of the pieces.
    columns = [each for each in [limit, *dividers] if isinstance(each, str)]
    pieces, rows = _read(division, columns, len(cuts) > 1)
    done = 0

    def cut(ground: Ground) -> tuple[Pieces, pd.Series, NDArray[np.intp]]:
        nonlocal done
        start, done = done, done + 1
        inner = part(progress, 0.1 + 0.85 * start / len(cuts), 0.1 + 0.85 * done / len(cuts))
        zones, codes = _zones(division.ws, ground, division.version)
        if len(cuts) > 1:
            made = divide(pieces, zones, codes, keep_geometry=done < len(cuts), progress=inner)
        else:
            made = divided(pieces, _shares(division, pieces, zones, inner), codes)
        return made[0], pd.Series(made[1]), made[2]

    if within and limit is not None:
        if isinstance(limit, Ground):
            pieces, codes, source = cut(limit)
            rows = rows.iloc[source]
        else:
            codes = rows[limit]
        chosen = in_unit(codes, within)
        pieces, rows = pieces.where(chosen), rows[chosen]
        if not len(rows):
            raise division.nothing_in(within)
    values: list[pd.Series] = []
    for divider in dividers:
        if isinstance(divider, Ground):
            pieces, codes, source = cut(divider)
            rows = rows.iloc[source]
            values = [*(value.iloc[source] for value in values), codes]
        else:
            values.append(rows[divider])
    return pieces, values


def _read(division: Division, columns: list[str], geometry: bool) -> tuple[Pieces, pd.DataFrame]:
    columns = list(dict.fromkeys([_AREA, *columns]))
    shapes = None
    if geometry:
        frame = division.ws.read(division.version, columns=columns)
        shapes = gpd.GeoSeries(frame["geometry"], crs=division.version.crs)
    else:
        frame = division.ws.table(division.version, columns=columns).to_pandas()
    return Pieces(np.arange(len(frame)), frame[_AREA].to_numpy(dtype=np.float64), shapes), pd.DataFrame(frame)


def _shares(division: Division, pieces: Pieces, zones: ZoneIndex, progress: Progress) -> pd.DataFrame:
    """Overlay the stored file; `pieces` are whole parcels of it, not cut before, perhaps not all."""
    file = division.ws.path(division.version)
    found = shares_of_file(file, {"": zones}, progress=progress)[""].frame
    place = np.full(division.version.rows, -1)
    place[pieces.parcel] = np.arange(len(pieces.parcel))
    found = found.assign(parcel=place[found["parcel"]])
    return found[found["parcel"] >= 0]


def _zones(ws: Workspace, ground: Ground, version: LayerVersion) -> tuple[ZoneIndex, NDArray[np.object_]]:
    """Give the polygons that divide, as they are kept prepared, and their codes; without a code, a row of its own."""
    frame = ws.table(ground.version, columns=[ground.code]).to_pandas()
    codes = [_NO_CODE if pd.isna(code) else str(code).strip() or _NO_CODE for code in frame[ground.code]]
    if ground.of_units:
        codes = [short_admin_code(code) or code for code in codes]
    return ws.indexes.of(ground.version, version.crs), np.array(codes, dtype=object)
