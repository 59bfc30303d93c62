"""Do the coordinates agree with the system they are said to be in? Evidence and the fix, never a repair.

Every system that files from China turn out to be in is tried as a reading of the same numbers. The reading
that was named stands while it is plausible; else the plausible ones are the explanation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import shapely
from pyproj import Transformer

from tuban.errors import Text
from tuban.geo.crs import (
    FALSE_EASTING_M,
    GEOGRAPHIC,
    ZONE_STEP_M,
    ZONES,
    Understood,
    epsg_for,
    gauss_kruger,
    parse,
    to_lonlat,
    understand,
)

Bounds = tuple[float, float, float, float]
FaultKind = Literal[
    "zone_number_unsaid",
    "zone_number_missing",
    "other_zone",
    "swapped_axes",
    "web_mercator",
    "degrees",
    "metres",
    "some_outside",
    "outside",
    "elsewhere",
    "gcj02",
    "reference_gcj02",
    "shifted",
]
# Land and sea of China, generously, in degrees: west, south, east, north.
CHINA: Bounds = (73.0, 3.0, 136.0, 54.0)
# A province may reach this far from the meridian of the zone it is kept in.
_FROM_MERIDIAN_DEG = 4.5
_EASTING_M = (50_000.0, 950_000.0)
_NORTHING_M = (300_000.0, 6_000_000.0)
_MERCATOR_M = (8_100_000.0, 330_000.0, 15_200_000.0, 7_200_000.0)
_EARTH_M = 6_378_137.0
# How much of a layer may lie out of place before the layer as a whole is in doubt.
_MOST = 0.99
_NEAR_DEG = 0.5
_MANY = 50_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which coordinates contradict their system: what, the fix, and the evidence.

    `refuse` tells whether the layer must not be taken in.
    """

    kind: FaultKind
    problem: Text
    fix: Text
    facts: dict[str, Any] = field(default_factory=dict)
    refuse: bool = True


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read the numbers, with the longitudes and latitudes that it gives."""

    kind: FaultKind
    system: Understood | None
    lon: np.ndarray
    lat: np.ndarray
    swapped: bool = False


def places_of(geoms: np.ndarray) -> np.ndarray:
    """Give two places (x, y) per geometry, the corners of its box; of very many, an even choice."""
    if len(geoms) > _MANY:
        geoms = geoms[:: len(geoms) // _MANY + 1]
    return shapely.bounds(geoms).reshape(-1, 2)


def examine(places: np.ndarray, crs: Any, *, around: Bounds | None = None) -> tuple[Fault, ...]:
    """Give what is wrong with coordinates that are said to be in `crs`; nothing where they agree.

    Parameters
    ----------
    places : n × 2, as the file has them (x first), such as `places_of` gives.
    crs : anything `understand` takes.
    around : west, south, east, north in degrees of where the layer should lie; without it a zone that is
        wrong by one cannot be seen.

    Raises
    ------
    UnknownCRS
    """
    places = np.asarray(places, dtype=float)
    places = places[np.isfinite(places).all(axis=1)]
    label = understand(crs)
    if not len(places):
        return ()
    x, y = places.T
    lon, lat = _as_named(x, y, label, crs)
    fine = _plausible(lon, lat, label, crs)
    if not parse(crs).is_geographic:
        # Numbers this small are degrees, wherever a system of metres would put them.
        fine &= ~_within(x, y, CHINA)
    share = float(fine.mean())
    if share >= _MOST and (around is None or _near(lon, lat, around)):
        return () if share == 1 else (_some(label, fine, places),)
    readings = [r for r in _readings(x, y, label, around) if _holds(r, around)]
    if readings:
        return (_explain(label, readings, places),)
    if share >= _MOST:
        return (_elsewhere(lon, lat),)
    if share > 0.5:
        return (_some(label, fine, places),)
    return (_outside(label, places),)


def _as_named(x: np.ndarray, y: np.ndarray, label: Understood, crs: Any) -> tuple[np.ndarray, np.ndarray]:
    if label.is_cgcs2000:
        return to_lonlat(x, y, label)
    if parse(crs).is_geographic:
        return x, y
    return Transformer.from_crs(parse(crs), 4326, always_xy=True).transform(x, y)


def _plausible(lon: np.ndarray, lat: np.ndarray, label: Understood, crs: Any) -> np.ndarray:
    if label.is_cgcs2000:
        return _in_china(lon, lat, label)
    area = parse(crs).area_of_use
    if area is None or area.east <= area.west:
        return (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    room = 0.0 if parse(crs).is_geographic else 5.0
    return _within(lon, lat, (area.west - room, area.south - room, area.east + room, area.north + room))


def _in_china(lon: np.ndarray, lat: np.ndarray, system: Understood) -> np.ndarray:
    inside = _within(lon, lat, CHINA)
    if system.central_meridian is not None:
        inside &= np.abs(lon - system.central_meridian) <= _FROM_MERIDIAN_DEG
    return inside


def _within(x: np.ndarray, y: np.ndarray, box: Bounds) -> np.ndarray:
    return (x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3])


def _near(lon: np.ndarray, lat: np.ndarray, around: Bounds) -> bool:
    """Say whether the middle 90 % of the places reach the box, give or take half a degree."""
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return False
    west, east = np.quantile(lon[known], [0.05, 0.95])
    south, north = np.quantile(lat[known], [0.05, 0.95])
    return bool(
        west <= around[2] + _NEAR_DEG
        and east >= around[0] - _NEAR_DEG
        and south <= around[3] + _NEAR_DEG
        and north >= around[1] - _NEAR_DEG
    )


def _holds(reading: _Reading, around: Bounds | None) -> bool:
    system = reading.system or Understood(None, "geographic", "")
    if float(_in_china(reading.lon, reading.lat, system).mean()) < _MOST:
        return False
    return around is None or _near(reading.lon, reading.lat, around)


def _readings(x: np.ndarray, y: np.ndarray, label: Understood, around: Bounds | None) -> list[_Reading]:
    """List other readings of the numbers, the likeliest first."""
    straight = list(_straight(x, y, label, around))
    turned = [
        _Reading("swapped_axes", r.system, r.lon, r.lat, swapped=True)
        for r in _straight(y, x, label, around)
        if r.kind != "web_mercator"
    ]
    # The same system with its axes exchanged explains more simply than another system and an exchange.
    turned.sort(key=lambda r: r.system != label)
    found = [r for r in straight if r.system != label] + turned
    if label.central_meridian is not None:
        # Zones 13 to 15 of 6° and Web Mercator share eastings: the nearer to the meridian, the likelier.
        meridian = label.central_meridian
        found.sort(key=lambda r: (r.swapped, abs(float(np.median(r.lon)) - meridian) > _FROM_MERIDIAN_DEG))
    return found


def _straight(x: np.ndarray, y: np.ndarray, label: Understood, around: Bounds | None) -> Iterator[_Reading]:
    geographic = understand(GEOGRAPHIC)
    if _mostly(_within(x, y, CHINA)):
        yield _Reading("degrees", geographic, x, y)
    if _mostly(_within(x, y, _MERCATOR_M)):
        lon = np.degrees(x / _EARTH_M)
        lat = np.degrees(2 * np.arctan(np.exp(y / _EARTH_M)) - np.pi / 2)
        yield _Reading("web_mercator", None, lon, lat)
    if not _mostly((y >= _NORTHING_M[0]) & (y <= _NORTHING_M[1])):
        return
    for system in _zones(x, label, around):
        if label.kind in {"gk3", "gk6"} and label.zone == system.zone and label.kind == system.kind:
            kind: FaultKind = "zone_number_unsaid" if system.with_zone_number else "zone_number_missing"
        else:
            kind = "metres" if label.central_meridian is None else "other_zone"
        yield _Reading(kind, system, *to_lonlat(x, y, system))


def _zones(x: np.ndarray, label: Understood, around: Bounds | None) -> Iterator[Understood]:
    """List the zones whose eastings look like `x`."""
    prefix = np.floor(x / ZONE_STEP_M)
    rest = x - prefix * ZONE_STEP_M
    if not _mostly((rest >= _EASTING_M[0]) & (rest <= _EASTING_M[1])):
        return
    number = int(np.median(prefix))
    if number == 0:
        if label.kind in {"gk3", "gk6"} and label.zone is not None:
            yield gauss_kruger(label.zone, int(label.kind[-1]), with_zone_number=False)
        if around is not None:
            lon = (around[0] + around[2]) / 2
            # First what one would expect there, then the neighbours, then 6°, by the width of the label.
            near = [epsg_for(lon + beside) for beside in (0, -3, 3)]
            wide = [epsg_for(lon, 6)]
            seen: set[float | None] = set()
            for epsg in wide + near if label.kind == "gk6" else near + wide:
                system = understand(epsg)
                if system.central_meridian not in seen:
                    seen.add(system.central_meridian)
                    yield system
        return
    for width, (first, last, _, _) in ZONES.items():
        if first <= number <= last:
            yield gauss_kruger(number, width, with_zone_number=True)


def _mostly(where: np.ndarray) -> bool:
    return float(where.mean()) >= _MOST


def _at(places: np.ndarray) -> str:
    x, y = np.median(places, axis=0)
    return f"({x:,.6g}, {y:,.6g})" if abs(x) < 1000 else f"({x:,.0f}, {y:,.0f})"


def _explain(label: Understood, readings: list[_Reading], places: np.ndarray) -> Fault:
    first = readings[0]
    at = _at(places)
    where = f"{float(np.median(first.lon)):.3f}°E {float(np.median(first.lat)):.3f}°N"
    option, rest = _option(first, label), [_option(r, label) for r in readings[1:3]]
    rest = [other for other in dict.fromkeys(rest) if other != option]
    seen = _seen(first, label, at)
    also_zh = f"(也可能是:{'、'.join(rest)})" if rest else ""
    also_en = f" (or perhaps: {', '.join(rest)})" if rest else ""
    return Fault(
        first.kind,
        Text(
            f"坐标与所写坐标系 {label.code} 不符:{seen.zh}。",
            f"The coordinates contradict their system {label.code}: {seen.en}.",
        ),
        Text(
            f"若该图层确在 {where} 一带,请用 {option} 重新导入{also_zh};否则请向数据提供单位核实。",
            f"If the layer lies near {where}, import again with {option}{also_en}; else ask whoever made it.",
        ),
        {
            "label": label.code,
            "typical": [float(v) for v in np.median(places, axis=0)],
            "suggested": option,
            "lon": float(np.median(first.lon)),
            "lat": float(np.median(first.lat)),
        },
    )


def _option(reading: _Reading, label: Understood) -> str:
    if reading.kind == "web_mercator" or reading.system is None:
        return "--crs EPSG:3857 --convert-to EPSG:4490"
    if reading.swapped:
        return "--swap-axes" + ("" if reading.system == label else f" --crs {reading.system.code}")
    return f"--crs {reading.system.code}"


def _seen(reading: _Reading, label: Understood, at: str) -> Text:
    system = reading.system
    name = system.title if system else Text("", "")
    zone, theirs = (system.zone if system else None), label.zone
    return {
        "zone_number_unsaid": Text(
            f"横坐标带有带号 {zone}(例如 {at}),而 {label.code} 不带带号",
            f"the eastings carry the zone number {zone} (for example {at}), {label.code} has none",
        ),
        "zone_number_missing": Text(
            f"横坐标不带带号(例如 {at}),而 {label.code} 应以带号 {theirs} 开头",
            f"the eastings carry no zone number (for example {at}); in {label.code} they begin with {theirs}",
        ),
        "other_zone": Text(
            f"坐标(例如 {at})属于另一带:{name.zh}",
            f"the coordinates (for example {at}) belong to another zone: {name.en}",
        ),
        "swapped_axes": Text(
            f"两个坐标轴颠倒了(例如 {at}):第一个数应是{'经度' if _is_degrees(system) else '横坐标(东)'}",
            f"the axes are exchanged (for example {at}): the first number should be the "
            + ("longitude" if _is_degrees(system) else "easting"),
        ),
        "web_mercator": Text(
            f"坐标(例如 {at})是网络墨卡托(EPSG:3857)的米",
            f"the coordinates (for example {at}) are metres of Web Mercator (EPSG:3857)",
        ),
        "degrees": Text(
            f"坐标(例如 {at})是经纬度的度,不是米",
            f"the coordinates (for example {at}) are degrees, not metres",
        ),
        "metres": Text(
            f"坐标(例如 {at})是米,不是度:{name.zh}",
            f"the coordinates (for example {at}) are metres, not degrees: {name.en}",
        ),
    }[reading.kind]


def _is_degrees(system: Understood | None) -> bool:
    return system is not None and system.kind == "geographic"


def _some(label: Understood, fine: np.ndarray, places: np.ndarray) -> Fault:
    wrong = places[~fine]
    return Fault(
        "some_outside",
        Text(
            f"有 {len(wrong)} 处坐标不在 {label.code} 的合理范围内,例如 {_at(wrong[:1])}。",
            f"{len(wrong)} places lie where {label.code} cannot be, for example {_at(wrong[:1])}.",
        ),
        Text(
            "请改正或删除这些坐标所在的对象后重新导入。",
            "Correct or remove their objects, then import again.",
        ),
        {"label": label.code, "count": len(wrong), "first": [float(v) for v in wrong[0]]},
    )


def _outside(label: Understood, places: np.ndarray) -> Fault:
    x = float(np.median(places[:, 0]))
    plain = _EASTING_M[0] <= x <= _EASTING_M[1]
    hint_zh = (
        f"看起来是不带带号的高斯坐标(横坐标约 {FALSE_EASTING_M:,.0f}),请问清中央经线,"
        "再用 --crs 指明,例如 114°E 为 EPSG:4547。"
    )
    hint_en = (
        "They look like Gauss-Krüger without zone number: ask for the central meridian and pass --crs, "
        "for example EPSG:4547 for 114°E."
    )
    return Fault(
        "metres" if plain and label.central_meridian is None else "outside",
        Text(
            f"坐标(例如 {_at(places)})与所写坐标系 {label.code} 不符,不在其适用范围内。",
            f"The coordinates (for example {_at(places)}) cannot be in {label.code}: out of its area of use.",
        ),
        Text(
            hint_zh if plain else "请向数据提供单位核实坐标系,再用 --crs 指明正确的代码。",
            hint_en if plain else "Ask whoever made it for the right system and pass it with --crs.",
        ),
        {"label": label.code, "typical": [float(v) for v in np.median(places, axis=0)]},
    )


def _elsewhere(lon: np.ndarray, lat: np.ndarray) -> Fault:
    where = f"{float(np.median(lon)):.3f}°E {float(np.median(lat)):.3f}°N"
    return Fault(
        "elsewhere",
        Text(
            f"图层位于 {where} 一带,不在工作区范围内。",
            f"The layer lies near {where}, away from the workspace.",
        ),
        Text("请确认没有选错文件或坐标系。", "Check that file and coordinate system are the right ones."),
        {"lon": float(np.median(lon)), "lat": float(np.median(lat))},
        refuse=False,
    )


def likely(places: np.ndarray, around: Bounds | None = None) -> tuple[str, ...]:
    """Give the options (`--crs …`) that coordinates without a named system suggest, the likeliest first."""
    places = np.asarray(places, dtype=float)
    places = places[np.isfinite(places).all(axis=1)]
    if not len(places):
        return ()
    nothing = Understood(None, "foreign", "")
    found = [r for r in _readings(places[:, 0], places[:, 1], nothing, around) if _holds(r, around)]
    return tuple(dict.fromkeys(_option(reading, nothing) for reading in found))[:3]
