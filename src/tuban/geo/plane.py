"""Which CGCS2000 system coordinates are in, as far as measuring needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from tuban.errors import ForeignCRS, Text, UnknownCRS
from tuban.geo.ellipsoid import INVERSE_FLATTENING, SEMI_MAJOR_M

# How registries and GIS products write the datum.
_DATUM_WORDS = ("china_2000", "china_geodetic_coordinate_system_2000", "cgcs2000", "cgcs_2000")


@dataclass(frozen=True, slots=True)
class Plane:
    """A Gauss-Krüger plane; `central_meridian_deg` None stands for longitude and latitude in degrees.

    `false_easting_m` holds the zone number where the easting carries one (zone × 1 000 000 + 500 000).
    """

    central_meridian_deg: float | None
    false_easting_m: float = 0.0


def plane_of(crs: Any) -> Plane:
    """Recognise a CGCS2000 system, whatever product wrote its name.

    Parameters
    ----------
    crs : anything pyproj understands (EPSG code, WKT, CRS), or None.

    Raises
    ------
    UnknownCRS : None, or nothing pyproj understands.
    ForeignCRS : another datum, another projection than Gauss-Krüger, or not in degrees or metres.
    """
    if crs is None:
        raise UnknownCRS(
            Text(
                "图层没有坐标系,无法量算面积。",
                "The layer names no reference system, so it cannot be measured.",
            ),
            Text("请指明坐标系,例如 --crs EPSG:4547。", "State it, for example --crs EPSG:4547."),
        )
    try:
        known = crs if isinstance(crs, CRS) else CRS.from_user_input(crs)
    except CRSError as error:
        raise UnknownCRS(
            Text(f"看不懂坐标系“{crs}”。", f"Reference system {crs!r} is not understood."),
            Text("请用 EPSG 代码指明,例如 EPSG:4490。", "Name it by its EPSG code, for example EPSG:4490."),
        ) from error
    return _recognise(known)


@lru_cache(maxsize=64)
def _recognise(crs: CRS) -> Plane:
    flat = crs.sub_crs_list[0] if crs.is_compound else crs  # with heights: the horizontal part measures
    base = flat.geodetic_crs
    if base is None or not _is_cgcs2000(base):
        raise _foreign(crs)
    if flat.is_geographic:
        if any(
            abs(axis.unit_conversion_factor - 0.017453292519943295) > 1e-12 for axis in flat.axis_info[:2]
        ):
            raise _foreign(crs)
        return Plane(None)
    operation = flat.coordinate_operation
    if not flat.is_projected or operation is None or operation.method_name not in _GAUSS_NAMES:
        raise _foreign(crs)
    values = {p.name.lower().replace("_", " "): p.value * p.unit_conversion_factor for p in operation.params}
    metres = all(abs(axis.unit_conversion_factor - 1) < 1e-12 for axis in flat.axis_info[:2])
    scale = next((v for k, v in values.items() if "scale" in k), 1.0)
    origin = next((v for k, v in values.items() if "latitude" in k), 0.0)
    north = next((v for k, v in values.items() if "false northing" in k), 0.0)
    if not metres or abs(scale - 1) > 1e-12 or origin or north:
        raise _foreign(crs)
    meridian = next((v for k, v in values.items() if "longitude" in k or "meridian" in k), None)
    east = next((v for k, v in values.items() if "false easting" in k), None)
    if meridian is None or east is None:
        raise _foreign(crs)
    # Parameters come in radians; meridians are whole degrees, or minutes at most in local 1.5° zones.
    return Plane(round(meridian * 180 / 3.141592653589793, 9), float(east))


_GAUSS_NAMES = ("Transverse Mercator", "Gauss_Kruger", "Gauss-Kruger", "Gauss Kruger")


def _is_cgcs2000(base: CRS) -> bool:
    datum, shape = base.datum, base.ellipsoid
    if datum is None or shape is None:
        return False
    if (
        abs(shape.semi_major_metre - SEMI_MAJOR_M) > 1e-3
        or abs(shape.inverse_flattening - INVERSE_FLATTENING) > 1e-7
    ):
        return False
    names = f"{datum.name} {base.name}".lower().replace(" ", "_")
    return any(word in names for word in _DATUM_WORDS)


def _foreign(crs: CRS) -> ForeignCRS:
    return ForeignCRS(
        Text(
            f"坐标系“{crs.name}”不是 CGCS2000 经纬度或高斯-克吕格投影,不能用于法定面积。",
            f"{crs.name} is not CGCS2000 in degrees or Gauss-Krüger; no statutory area can be taken in it.",
        ),
        Text(
            "先转换到 CGCS2000,例如 --convert-to EPSG:4547。",
            "Convert it first, for example --convert-to EPSG:4547.",
        ),
        crs=crs.to_string(),
    )
