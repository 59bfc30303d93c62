"""GCJ-02: coordinates shifted for internet maps, found by comparing a layer with a sound outline.

A shifted layer looks sound: it has a system, plausible coordinates and the right area. Only against a
reference does the shift show, and it is GCJ-02 when it has the length and the direction that the published
formula gives at that place. Nothing is shifted back: the inverse is not exact, and statutory data may not
come from such a source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from tuban.errors import Text
from tuban.geo.crs_examine import Fault

if TYPE_CHECKING:
    from scipy.spatial import KDTree

Verdict = Literal["agrees", "gcj02", "reference_gcj02", "shifted", "unclear"]
# The formula's ellipsoid is Krassovsky's.
_A_M, _E2 = 6_378_245.0, 0.00669342162296594323
_STEP_M = 100.0
_REFERENCE_STEP_M = 20.0
_SAMPLE = 3_000
_REACH_M = 1_000.0
# Points farther than this from the reference belong to no common boundary: they count alike.
_CAP_M = 250.0
# A county's outline drawn twice differs by 60-185 m (measured), so that a shift under this says nothing.
_LEAST_SHIFT_M = 250.0
# Share of the reference's length that a layer's outline must have to be compared at all.
_LEAST_SHARED = 0.3


@dataclass(frozen=True, slots=True)
class Comparison:
    """A layer against a reference. Shifts are east, north in metres; residuals are medians in metres.

    `shift_m` is the best fit; `theory_m` what GCJ-02 would be there; `residual_m` what is left at the
    best fit, `unshifted_m` without any shift, `restored_m` after the formula's shift is taken off each point.
    """

    verdict: Verdict
    shift_m: tuple[float, float]
    theory_m: tuple[float, float]
    residual_m: float
    unshifted_m: float
    restored_m: float


def gcj02(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the GCJ-02 longitude and latitude of places on WGS 84 or CGCS2000, in degrees.

    Source: the formula as published in 2010 and since, without its rule on where China ends.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = lon - 105.0, lat - 35.0
    pi = np.pi

    def waves(u: np.ndarray, *terms: tuple[float, float]) -> np.ndarray:
        return np.sum([2.0 / 3.0 * scale * np.sin(u * pi / period) for scale, period in terms], axis=0)

    common = 2.0 / 3.0 * (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + common
    north = north + waves(y, (20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + common
    east = east + waves(x, (20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0))
    phi = np.radians(lat)
    w2 = 1.0 - _E2 * np.sin(phi) ** 2
    dlat = np.degrees(north * w2 * np.sqrt(w2) / (_A_M * (1.0 - _E2)))
    dlon = np.degrees(east * np.sqrt(w2) / (_A_M * np.cos(phi)))
    return lon + dlon, lat + dlat


def compare(layer: np.ndarray, reference: np.ndarray) -> Comparison | None:
    """Slide the outline of a layer over a reference to the best fit; None where they share no boundary.

    Parameters
    ----------
    layer, reference : polygons in longitude and latitude.
    """
    ours, theirs = _outline(layer), _outline(reference)
    if ours is None or theirs is None:
        return None
    west, south, east, north = ours.bounds
    plane = _Plane((west + east) / 2, (south + north) / 2)
    reach = shapely.box(west, south, east, north).buffer(0.05)
    theirs = theirs.intersection(reach)
    if theirs.is_empty:
        return None
    here, there = plane.from_degrees(ours), plane.from_degrees(theirs)
    # A small object fits somewhere along any boundary: that would prove nothing.
    if here.length < _LEAST_SHARED * there.length:
        return None
    # The plainer of two drawings lies closer to the finer one than the other way round: take the better way.
    ways = [_fit(here, there, plane, +1), _fit(there, here, plane, -1)]
    return min(ways, key=lambda found: found.residual_m)


def _fit(moving: Any, fixed: Any, plane: _Plane, sign: Literal[1, -1]) -> Comparison:
    """Fit one outline to the other; `sign` is -1 where it is the reference that moves."""
    from scipy.spatial import KDTree  # half a second that only a comparison needs

    points = _along(moving, _STEP_M)
    tree = KDTree(_along(fixed, _REFERENCE_STEP_M, most=200_000))
    lonlat = plane.to_degrees(points)
    theory = plane.shift(np.column_stack(gcj02(*lonlat.T)) - lonlat)
    unshifted = _median(tree, points)
    # Half of the points lie closer than any shift worth a word would leave them: no need to search far.
    shift = _best_shift(points, tree, far=unshifted >= _LEAST_SHIFT_M / 2)
    fitted, mended = (_median(tree, p) for p in (points - shift, points - sign * theory))
    shift, mean = sign * shift, theory.mean(axis=0)
    return Comparison(
        _verdict(shift, mean, fitted, unshifted, mended),
        (float(shift[0]), float(shift[1])),
        (float(mean[0]), float(mean[1])),
        fitted,
        unshifted,
        mended,
    )


def _verdict(
    shift: np.ndarray, theory: np.ndarray, fitted: float, unshifted: float, restored: float
) -> Verdict:
    size, expected = float(np.hypot(*shift)), float(np.hypot(*theory))
    if fitted > 0.6 * _CAP_M:
        return "unclear"
    # Within the spread of two honest drawings of one boundary nothing can be said.
    if size < max(_LEAST_SHIFT_M, fitted) or unshifted < 1.8 * fitted:
        return "agrees"
    tolerance = max(0.35 * expected, 1.5 * fitted)
    if np.hypot(*(shift - theory)) <= tolerance and restored < 0.6 * unshifted:
        return "gcj02"
    if np.hypot(*(shift + theory)) <= tolerance:
        return "reference_gcj02"
    return "shifted" if fitted < 100 and unshifted > 3 * fitted else "unclear"


def faults(found: Comparison) -> tuple[Fault, ...]:
    """Say what a comparison means for the layer; nothing where it agrees or tells nothing."""
    if found.verdict in {"agrees", "unclear"}:
        return ()
    east, north = found.shift_m
    there_e, there_n = found.theory_m
    measured = Text(
        f"与参照边界最佳吻合时整体偏移 东 {east:+.0f} 米、北 {north:+.0f} 米"
        f"(吻合后中位残差 {found.residual_m:.0f} 米,不移动则 {found.unshifted_m:.0f} 米);"
        f"该处 GCJ-02 理论偏移 东 {there_e:+.0f}、北 {there_n:+.0f} 米",
        f"it fits the reference best when moved back by {east:+.0f} m east and {north:+.0f} m north "
        f"(median residual {found.residual_m:.0f} m, {found.unshifted_m:.0f} m unmoved); "
        f"GCJ-02 is {there_e:+.0f} m east, {there_n:+.0f} m north there",
    )
    facts = {
        "shift_m": found.shift_m,
        "theory_m": found.theory_m,
        "residual_m": found.residual_m,
        "unshifted_m": found.unshifted_m,
        "restored_m": found.restored_m,
    }
    if found.verdict == "gcj02":
        return (
            Fault(
                "gcj02",
                Text(f"图层是 GCJ-02(火星坐标):{measured.zh}。", f"The layer is in GCJ-02: {measured.en}."),
                Text(
                    "GCJ-02 无法精确还原,不能作为法定数据。请向数据提供单位索取 CGCS2000 坐标的原始数据。",
                    "GCJ-02 cannot be undone exactly and is no statutory source: ask for CGCS2000.",
                ),
                facts,
            ),
        )
    if found.verdict == "reference_gcj02":
        return (
            Fault(
                "reference_gcj02",
                Text(
                    f"图层与参照边界的偏移正好与 GCJ-02 相反:{measured.zh}。",
                    f"The layer is off the reference by the reverse of GCJ-02: {measured.en}.",
                ),
                Text(
                    "参照边界可能是 GCJ-02,请先核实工作区的行政区界线。",
                    "The reference itself may be in GCJ-02: check the workspace's boundary first.",
                ),
                facts,
            ),
        )
    return (
        Fault(
            "shifted",
            Text(f"图层整体偏移:{measured.zh}。", f"The layer is shifted as a whole: {measured.en}."),
            Text(
                "偏移不是 GCJ-02,可能是 1954 北京或 1980 西安坐标系;请向数据提供单位核实。",
                "Not GCJ-02; perhaps Beijing 1954 or Xi'an 1980. Ask whoever made it.",
            ),
            facts,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Plane:
    """A plane of metres around one place, true to a few per mille over a county."""

    lon: float
    lat: float

    @property
    def scale(self) -> np.ndarray:
        return np.array([111_320.0 * np.cos(np.radians(self.lat)), 110_946.0])

    @property
    def centre(self) -> np.ndarray:
        return np.array([self.lon, self.lat])

    def metres(self, lonlat: np.ndarray) -> np.ndarray:
        return (lonlat - self.centre) * self.scale

    def to_degrees(self, metres: np.ndarray) -> np.ndarray:
        return metres / self.scale + self.centre

    def shift(self, degrees: np.ndarray) -> np.ndarray:
        return degrees * self.scale

    def from_degrees(self, geom: Any) -> Any:
        return shapely.transform(geom, self.metres)


def _outline(geoms: np.ndarray) -> Any:
    """Give the outer boundary of all polygons together; None without polygons or of faulty ones."""
    polygons = geoms[np.isin(shapely.get_type_id(geoms), (3, 6)) & shapely.is_valid(geoms)]
    if not len(polygons):
        return None
    try:
        # Parcels that tile a county dissolve fast; where they overlap only the slow way is right.
        whole = shapely.coverage_union_all(polygons) if len(polygons) > 2_000 else shapely.union_all(polygons)
    except shapely.errors.GEOSException:
        return None
    rings = shapely.get_exterior_ring(shapely.get_parts(whole))
    return None if not len(rings) else shapely.multilinestrings(rings)


def _along(lines: Any, step: float, most: int = _SAMPLE) -> np.ndarray:
    """Give points every `step` metres (fewer where there would be more than `most`)."""
    coords, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    gone = np.hypot(*np.diff(coords, axis=0, prepend=coords[:1]).T)
    gone[np.flatnonzero(np.diff(line, prepend=line[:1]))] = 0.0  # no way leads from one line to the next
    way = np.cumsum(gone)
    step = max(step, float(way[-1]) / most)
    at = np.arange(0.0, way[-1] + step / 2, step)
    return np.column_stack([np.interp(at, way, coords[:, 0]), np.interp(at, way, coords[:, 1])])


def _costs(tree: KDTree, points: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Give, for each shift, the mean distance of the points moved back by it (all in one query)."""
    moved = (points[None, :, :] - shifts[:, None, :]).reshape(-1, 2)
    distance, _ = tree.query(moved, distance_upper_bound=_CAP_M, workers=-1)
    return np.minimum(distance, _CAP_M).reshape(len(shifts), -1).mean(axis=1)


def _median(tree: KDTree, points: np.ndarray) -> float:
    return float(np.median(tree.query(points)[0]))


def _best_shift(points: np.ndarray, tree: KDTree, *, far: bool) -> np.ndarray:
    """Find how far the points are off: a coarse grid first where that is `far`, then ever finer around the best."""
    best, step = np.zeros(2), 100.0
    if far:
        axis = np.arange(-_REACH_M, _REACH_M + 1, step)
        grid = np.array([(e, n) for e in axis for n in axis])
        best = grid[int(np.argmin(_costs(tree, points[:: max(len(points) // 300, 1)], grid)))]
    while step > 2:
        step /= 2
        around = np.array([(e, n) for e in (-step, 0, step) for n in (-step, 0, step)]) + best
        best = around[int(np.argmin(_costs(tree, points, around)))]
    return best
