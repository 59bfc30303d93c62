"""The hard cases of JTS through our functions: areas by the kernel, pieces by `shares`, what is invalid refused."""

from __future__ import annotations

import gzip
import io
from fractions import Fraction
from itertools import pairwise, product

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tuban.errors import InvalidGeometry
from tuban.geo.coords import from_shapes
from tuban.geo.overlay import Tolerance, shares
from tuban.geo.overlay_pairs import PARCEL, measure_pairs
from tuban.geo.zone_index import ZoneIndex

pytestmark = pytest.mark.shared
CRS = "EPSG:4547"


@pytest.fixture(scope="module")
def cases(shared) -> pd.DataFrame:
    text = gzip.decompress((shared / "data" / "hard" / "jts_test_geometries.csv.gz").read_bytes())
    frame = pd.read_csv(io.BytesIO(text), dtype=str)
    frame["shape"] = shapely.from_wkt(frame["wkt"].to_numpy(), on_invalid="ignore")
    areal = shapely.get_dimensions(frame["shape"].to_numpy()) == 2
    flat = shapely.get_type_id(frame["shape"].to_numpy()) != 7
    return frame[areal & flat & ~shapely.is_empty(frame["shape"].to_numpy())]


def exact_common(a, b) -> float:
    """Area of A ∩ B in rational arithmetic: no rounding anywhere."""

    def edges(shape):
        made = []
        for part in shapely.get_parts(shape):
            for place, ring in enumerate([part.exterior, *part.interiors]):
                points = [(Fraction(x), Fraction(y)) for x, y in ring.coords]
                twice = sum(p[0] * q[1] - q[0] * p[1] for p, q in pairwise(points))
                turn = 1 if (twice > 0) == (place == 0) else -1
                made += [
                    (p, q, -turn) if p[0] < q[0] else (q, p, turn)
                    for p, q in pairwise(points)
                    if p[0] != q[0]
                ]
        return made

    floor = Fraction(min(a.bounds[1], b.bounds[1]))
    total = Fraction(0)
    for (p, q, s), (u, v, t) in product(edges(a), edges(b)):
        left, right = max(p[0], u[0]), min(q[0], v[0])
        if right <= left:
            continue
        one, other = (
            [f[1] + (g[1] - f[1]) / (g[0] - f[0]) * (x - f[0]) - floor for x in (left, right)]
            for f, g in ((p, q), (u, v))
        )
        first, last = one[0] - other[0], one[1] - other[1]
        if first * last >= 0:
            lower = one if first + last <= 0 else other
            under = (lower[0] + lower[1]) / 2 * (right - left)
        else:
            share = first / (first - last)
            height = one[0] + share * (one[1] - one[0])
            ends = (one[0], other[1]) if first < 0 else (other[0], one[1])
            under = ((ends[0] + height) * share + (height + ends[1]) * (1 - share)) / 2 * (right - left)
        total += s * t * under
    return float(total)


def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Area of each pair, in the plane."""
    index = ZoneIndex.of(gpd.GeoSeries(b, crs=CRS))
    found = measure_pairs(from_shapes(a, PARCEL), index, measure="plane")
    table = np.zeros((len(a), len(b)))
    table[found.parcel, found.zone] = found.common_m2
    return table


def test_every_pair_of_valid_operands_agrees_with_geos(cases):
    checked = 0
    for (file, _), group in cases.groupby(["file", "case"]):
        shapes = group["shape"].to_numpy()
        shapes = shapes[shapely.is_valid(shapes)]
        for shape in shapes:
            size = max(shape.area, 1e-12)
            own = kernel(np.array([shape]), np.array([shape]))[0, 0]
            assert own == pytest.approx(size, rel=1e-9, abs=1e-6), file
        for a, b in pairwise(shapes):
            expected = shapely.area(shapely.intersection(a, b))
            one, other = (kernel(np.array([x]), np.array([y]))[0, 0] for x, y in ((a, b), (b, a)))
            extent = shapely.box(*shapely.total_bounds([a, b])).area
            close = {"rel": 1e-9, "abs": 1e-6 + 1e-12 * extent}
            if one != pytest.approx(expected, **close):
                # GEOS falls back to snapping where its own arithmetic fails: then only exact arithmetic judges.
                expected = exact_common(a, b)
            assert one == pytest.approx(expected, **close), file
            assert other == pytest.approx(expected, **close), file
            checked += 1
    assert checked >= 20


def test_every_invalid_operand_is_refused_as_a_zone_and_as_a_parcel_that_is_cut(cases):
    shapes = cases["shape"].to_numpy()
    invalid = shapes[~shapely.is_valid(shapes)]
    assert len(invalid) > 50
    for shape in invalid:
        with pytest.raises(InvalidGeometry):
            ZoneIndex.of(gpd.GeoSeries([shape], crs=CRS))
        west, south, east, north = shape.bounds
        if not np.isfinite([west, south, east, north]).all() or not (east > west and north > south):
            continue  # no extent: no ground that could be measured wrongly
        # A zone that cuts it through the middle.
        half = shapely.box(west - 1, south - 1, (west + east) / 2, north + 1)
        with pytest.raises(InvalidGeometry):
            shares(gpd.GeoSeries([shape], crs=CRS), gpd.GeoSeries([half], crs=CRS), parcel_m2=np.array([1.0]))


@pytest.mark.parametrize("grid", [1.0, 0.01])
def test_every_pair_in_fixed_precision_is_on_its_grid_and_no_farther_from_geos_than_the_grid(cases, grid):
    """Operands reduced to the precision, as fixed-precision cases are; pieces on the same grid."""
    checked = 0
    for (file, _), group in cases.groupby(["file", "case"]):
        shapes = group["shape"].to_numpy()
        shapes = shapes[shapely.is_valid(shapes)]
        shapes = shapely.set_precision(shapely.set_precision(shapes, grid), 0)
        shapes = shapes[shapely.is_valid(shapes) & (shapely.area(shapes) > 0)]
        for a, b in pairwise(shapes):
            if max(abs(v) for v in (*a.bounds, *b.bounds)) > 9e6:
                continue  # beyond any plane of ours
            one, other = (gpd.GeoSeries([shape], crs=CRS) for shape in (a, b))
            frame = shares(
                one, other, parcel_m2=np.array([1.0]), tolerance=Tolerance(grid=grid), geometry=True
            ).frame
            expected = shapely.intersection(a, b, grid_size=grid)
            noise = grid * (shapely.length(a) + shapely.length(b)) + 1e-6
            if frame.empty:
                assert expected.area <= noise, file
                continue
            piece = frame["geometry"][0]
            assert piece.is_valid, file
            if frame["share"][0] < 1:
                steps = shapely.get_coordinates(piece) / grid
                assert np.abs(steps - np.round(steps)).max(initial=0) < 1e-6, file
            assert shapely.area(shapely.symmetric_difference(piece, expected)) <= noise, file
            checked += 1
    assert checked >= 20


def test_reduced_polygons_keep_their_area_by_our_kernel(cases):
    reduced = cases[cases["ops"] == "reducePrecision"]["shape"].to_numpy()
    assert len(reduced) >= 5
    for shape in reduced[shapely.is_valid(reduced)]:
        for grid in (1.0, 0.1):
            small = shapely.set_precision(shapely.set_precision(shape, grid), 0)
            own = kernel(np.array([small]), np.array([small]))[0, 0]
            assert own == pytest.approx(small.area, rel=1e-9, abs=1e-6)
