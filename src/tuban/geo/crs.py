"""CGCS2000 and its zones: what a coordinate reference system is, whoever wrote its name.

Stored layers are geographic (EPSG:4490) or Gauss-Krüger, 3° (4513-4554) or 6° (4491-4512), with or
without the zone number in the easting. Everything else is foreign: taken in only when the caller
names the system to convert to.

Source: EPSG registry; zone formulas checked by computation.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import CRSError, ProjError

from tuban.errors import ForeignCRS, Text, UnknownCRS, WrongUse

Kind = Literal["geographic", "gk3", "gk6", "foreign"]

GEOGRAPHIC = 4490
FALSE_EASTING_M = 500_000.0
ZONE_STEP_M = 1_000_000.0
# Width of a zone in degrees → (first zone, last zone, EPSG of the first with zone number, without).
ZONES: dict[int, tuple[int, int, int, int]] = {3: (25, 45, 4513, 4534), 6: (13, 23, 4491, 4502)}
# Datum and system names in use for CGCS2000 (EPSG, ESRI, GDAL, domestic software), letters and digits only.
_DATUM_NAMES = frozenset(
    {
        "china2000",
        "dchina2000",
        "cgcs2000",
        "dcgcs2000",
        "chinageodeticcoordinatesystem2000",
        "dchinageodeticcoordinatesystem2000",
        "gcschinageodeticcoordinatesystem2000",
        "chinesegeodeticcoordinatesystem2000",
        "2000国家大地坐标系",
        "国家2000大地坐标系",
    }
)
_SEMI_MAJOR_M = 6_378_137.0
_INVERSE_FLATTENING = 298.257_222_101
_WORST_ACCURACY_M = 5.0


@dataclass(frozen=True, slots=True)
class Understood:
    """What a coordinate reference system is.

    `epsg` is the registry's code (None where it has none), `central_meridian` is in degrees;
    `zone` and `central_meridian` are None unless Gauss-Krüger. `foreign` is all that is not CGCS2000.
    """

    epsg: int | None
    kind: Kind
    name: str
    zone: int | None = None
    central_meridian: float | None = None
    with_zone_number: bool = False

    @property
    def code(self) -> str:
        """Give `EPSG:n`, or the name where the registry has no number."""
        return f"EPSG:{self.epsg}" if self.epsg else self.name

    @property
    def is_cgcs2000(self) -> bool:
        """Say whether layers may be stored in it."""
        return self.kind != "foreign"

    @property
    def title(self) -> Text:
        """Give the name as one says it."""
        if self.kind == "geographic":
            return Text("CGCS2000 经纬度", "CGCS2000 longitude/latitude")
        if self.kind == "foreign":
            return Text(self.name, self.name)
        width = self.kind[-1]
        zh = f"CGCS2000 {width} 度带 中央经线 {self.central_meridian:g}°"
        en = f"CGCS2000 {width}-degree zone, central meridian {self.central_meridian:g}E"
        if self.with_zone_number:
            return Text(f"{zh},坐标带带号 {self.zone}", f"{en}, zone number {self.zone} in the easting")
        return Text(f"{zh},坐标不带带号", f"{en}, no zone number in the easting")


def epsg_for(lon: float, width: int = 3, with_zone_number: bool = False) -> int:
    """Give the EPSG code of the Gauss-Krüger zone, `width` degrees wide (3 or 6), that holds `lon`.

    A longitude on the edge belongs to the zone east of it.

    Raises
    ------
    WrongUse : no such width, or no zone of CGCS2000 there.
    """
    if width not in ZONES:
        raise WrongUse(
            Text(f"没有 {width} 度分带。", f"There are no zones {width} degrees wide."),
            Text("分带宽度取 3 或 6。", "Use 3 or 6."),
        )
    zone = math.floor(lon / 3 + 0.5) if width == 3 else math.floor(lon / 6) + 1
    first, last, with_number, without = ZONES[width]
    if not first <= zone <= last:
        raise WrongUse(
            Text(f"经度 {lon:g}° 不在 CGCS2000 各分带之内。", f"No CGCS2000 zone holds longitude {lon:g}."),
            Text(
                "经度应在 73.5° 至 136.5° 之间,请检查坐标。", "Expect 73.5 to 136.5; check the coordinates."
            ),
        )
    return (with_number if with_zone_number else without) + zone - first


def gauss_kruger(zone: int, width: int, with_zone_number: bool) -> Understood:
    """Give the system of zone `zone`; the zone must exist."""
    first, _, with_number, without = ZONES[width]
    epsg = (with_number if with_zone_number else without) + zone - first
    meridian = 3.0 * zone if width == 3 else 6.0 * zone - 3
    kind: Kind = "gk3" if width == 3 else "gk6"
    return Understood(epsg, kind, _name(epsg), zone, meridian, with_zone_number)


@lru_cache(maxsize=256)
def _name(epsg: int) -> str:
    return CRS.from_epsg(epsg).name


def understand(crs_input: Any) -> Understood:
    """Say what `crs_input` is: EPSG number or code, WKT of any dialect (.prj too), PROJJSON or a pyproj CRS.

    Raises
    ------
    UnknownCRS : nothing is named, or nobody can read what is named.
    """
    crs = parse(crs_input)
    for part in crs.sub_crs_list:
        # Compound: the plan database is 4490 + 5737; the height system says nothing about the plane.
        if part.is_geographic or part.is_projected:
            return understand(part)
    if crs.is_bound and crs.source_crs is not None:
        return understand(crs.source_crs)
    if crs.is_geographic and _is_cgcs2000(crs) and _plain_degrees(crs):
        return Understood(GEOGRAPHIC, "geographic", _name(GEOGRAPHIC))
    if crs.is_projected and _is_cgcs2000(crs) and (found := _zone(crs)) is not None:
        return found
    return Understood(crs.to_epsg(min_confidence=70), "foreign", crs.name)


def parse(crs_input: Any) -> CRS:
    """Give the pyproj CRS of anything that names one; raises UnknownCRS."""
    if isinstance(crs_input, str) and re.fullmatch(r"\s*\d+\s*", crs_input):
        crs_input = int(crs_input)
    nothing = crs_input is None or (isinstance(crs_input, str) and not crs_input.strip())
    try:
        crs = None if nothing else CRS.from_user_input(crs_input)
    except (CRSError, ProjError, ValueError, TypeError):
        said = str(crs_input).strip()[:60]
        raise UnknownCRS(
            Text(f"看不懂坐标系“{said}”。", f"Nobody can read the coordinate system “{said}”."),
            Text(
                "请写成 EPSG 代码,例如 EPSG:4490 或 EPSG:4547。",
                "Write an EPSG code, for example EPSG:4490 or EPSG:4547.",
            ),
        ) from None
    # GeoPackage marks "no system" by systems called "Undefined ..."; shapefiles by local ones.
    if crs is None or crs.name.lower().startswith(("undefined", "unknown crs")) or crs.is_engineering:
        raise UnknownCRS(
            Text("图层没有写明坐标系。", "The layer names no coordinate system."),
            Text(
                "请向数据提供单位问清后,用 --crs 指明,例如 --crs EPSG:4490。",
                "Ask whoever made it, then pass --crs, for example --crs EPSG:4490.",
            ),
        )
    return crs


def _plainly(name: str | None) -> str:
    return re.sub(r"[\W_]+", "", name or "").lower()


def _is_cgcs2000(crs: CRS) -> bool:
    base = crs.geodetic_crs
    if base is None or base.ellipsoid is None or base.datum is None:
        return False
    ellipsoid = base.ellipsoid
    same_figure = (
        abs(ellipsoid.semi_major_metre - _SEMI_MAJOR_M) < 1e-3
        and abs(ellipsoid.inverse_flattening - _INVERSE_FLATTENING) < 1e-6
    )
    meridian = base.prime_meridian
    greenwich = meridian is None or abs(meridian.longitude) < 1e-12
    # The figure alone does not tell: ETRS89 and NAD83 use the same GRS80 ellipsoid.
    named = {_plainly(base.datum.name), _plainly(base.name), _plainly(ellipsoid.name)}
    return same_figure and greenwich and bool(named & _DATUM_NAMES)


def _plain_degrees(crs: CRS) -> bool:
    return len(crs.axis_info) >= 2 and all(
        abs(axis.unit_conversion_factor - math.pi / 180) < 1e-9 for axis in crs.axis_info[:2]
    )


def _zone(crs: CRS) -> Understood | None:
    """Recognise a standard zone by its parameters, since names and codes are missing or wrong too often."""
    operation = crs.coordinate_operation
    if operation is None or not re.search("transverse mercator|gauss", operation.method_name, re.I):
        return None
    if any(abs(axis.unit_conversion_factor - 1) > 1e-12 for axis in crs.axis_info):
        return None
    # Keyed by the registry's parameter codes; angles to degrees, lengths to metres.
    value = {}
    for param in operation.params:
        angle = param.name.lower().startswith(("latitude", "longitude"))
        factor = param.unit_conversion_factor * (180 / math.pi if angle else 1)
        value[param.name.lower()] = float(param.value) * factor
    meridian = value.get("longitude of natural origin")
    easting = value.get("false easting")
    if meridian is None or easting is None:
        return None
    if (
        abs(value.get("latitude of natural origin", 0)) > 1e-9
        or abs(value.get("scale factor at natural origin", 1) - 1) > 1e-9
        or abs(value.get("false northing", 0)) > 1e-6
    ):
        return None
    six_first = not re.search(r"3[\s_-]*deg", crs.name, re.I) and bool(
        re.search("6[\\s_-]*deg|GK_|Gauss", crs.name)
    )
    for width in (6, 3) if six_first else (3, 6):
        zone = meridian / 3 if width == 3 else (meridian + 3) / 6
        first, last, _, _ = ZONES[width]
        if abs(zone - round(zone)) > 1e-9 or not first <= round(zone) <= last:
            continue
        zone = round(zone)
        if abs(easting - FALSE_EASTING_M) < 1e-6:
            return gauss_kruger(zone, width, with_zone_number=False)
        if abs(easting - FALSE_EASTING_M - zone * ZONE_STEP_M) < 1e-6:
            return gauss_kruger(zone, width, with_zone_number=True)
    return None


@lru_cache(maxsize=64)
def _projection(epsg: int) -> Transformer:
    """Give the projection of a CGCS2000 system from its own longitude/latitude."""
    return Transformer.from_crs(CRS.from_epsg(GEOGRAPHIC), CRS.from_epsg(epsg), always_xy=True)


def to_lonlat(x: np.ndarray, y: np.ndarray, system: Understood) -> tuple[np.ndarray, np.ndarray]:
    """Turn coordinates of a CGCS2000 system into longitude and latitude in degrees (inf where none)."""
    if system.kind == "geographic" or system.epsg is None:
        return x, y
    return _projection(system.epsg).transform(x, y, direction="INVERSE")


def convert(geoms: np.ndarray, source: Any, target: Any) -> tuple[np.ndarray, Text]:
    """Move geometries from one system to a CGCS2000 one; also say how, and how exactly.

    Parameters
    ----------
    geoms : n shapely geometries; missing ones stay missing.
    source, target : anything `understand` takes; `target` must be CGCS2000.

    Returns
    -------
    n geometries and the sentence for the record.

    Raises
    ------
    ForeignCRS : `target` is not CGCS2000, or no published transformation leads from `source` to it.
    """
    start, goal = understand(source), understand(target)
    if not goal.is_cgcs2000 or goal.epsg is None:
        raise ForeignCRS(
            Text(
                f"不能转换到 {goal.code}:它不是 CGCS2000。", f"Cannot convert to {goal.code}: not CGCS2000."
            ),
            Text("请用 --convert-to EPSG:4490。", "Pass --convert-to EPSG:4490."),
        )
    if start.is_cgcs2000:
        to_degrees, accuracy = (None if start.epsg is None else _projection(start.epsg)), 0.0
        steps = ((to_degrees, "INVERSE"), (_projection(goal.epsg), "FORWARD"))
    else:
        # The registry has no operation from WGS 84 to CGCS2000: both realise ITRF and agree within about a
        # metre, so that longitudes and latitudes pass unchanged.
        to_degrees, accuracy = _to_wgs84(geoms, parse(source), start)
        steps = ((to_degrees, "FORWARD"), (_projection(goal.epsg), "FORWARD"))

    def move(places: np.ndarray) -> np.ndarray:
        x, y = places.T
        for step, direction in steps:
            if step is not None:
                x, y = step.transform(x, y, direction=direction)
        return np.column_stack([x, y])

    moved = shapely.transform(geoms, move)
    accuracy = max(accuracy, 0.0 if start.is_cgcs2000 else 1.0)
    return moved, Text(
        f"坐标由 {start.code} 转换到 {goal.code}"
        + (f",精度约 {accuracy:g} 米。" if accuracy else ",无精度损失。"),
        f"Converted from {start.code} to {goal.code}"
        + (f", good to about {accuracy:g} m." if accuracy else ", without loss."),
    )


def _to_wgs84(geoms: np.ndarray, crs: CRS, said: Understood) -> tuple[Transformer, float]:
    wgs84 = CRS.from_epsg(4326)
    try:
        area = None
        known = geoms[~(shapely.is_missing(geoms) | shapely.is_empty(geoms))]
        if len(known):
            west, south, east, north = shapely.total_bounds(known)
            rough = Transformer.from_crs(crs, wgs84, always_xy=True)
            lon, lat = rough.transform([west, east, west, east], [south, south, north, north])
            if np.isfinite([*lon, *lat]).all():
                area = (min(lon), min(lat), max(lon), max(lat))
        here = AreaOfInterest(*area) if area else None
        # pyproj's stub knows its own AreaOfInterest, not the public one.
        kept: Any = {"area_of_interest": here, "allow_ballpark": False}
        best = Transformer.from_crs(crs, wgs84, always_xy=True, **kept)
        accuracy = best.accuracy if best.accuracy is not None and best.accuracy >= 0 else 0.0
        if accuracy <= _WORST_ACCURACY_M:
            return best, accuracy
        why = Text(
            f"公开的转换参数精度只有 {accuracy:g} 米", f"published parameters are only good to {accuracy:g} m"
        )
    except (ProjError, ValueError):
        why = Text("没有公开的转换参数", "there are no published parameters")
    raise ForeignCRS(
        Text(
            f"{said.code} 无法可靠地转换到 CGCS2000:{why.zh}。",
            f"{said.code} cannot be converted to CGCS2000 reliably: {why.en}.",
        ),
        Text(
            "请由测绘部门用当地转换参数转换后再导入。",
            "Have the surveying office convert it with its local parameters, then import the result.",
        ),
        crs=said.code,
    )
