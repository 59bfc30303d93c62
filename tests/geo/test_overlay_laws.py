"""What must hold for any polygons: the area kernel against GEOS, and the laws of areas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, affinity, box

from tuban.geo.area import area_m2
from tuban.geo.coords import from_shapes
from tuban.geo.overlay import shares
from tuban.geo.overlay_pairs import PARCEL, measure_pairs
from tuban.geo.zone_index import ZoneIndex

E, N, CRS = 455_000.0, 3_685_000.0, "EPSG:4547"
laws = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 2**32 - 1)
# A coarse grid brings about what is rare otherwise: equal x, vertices on edges, shared and opposite edges.
grids = st.sampled_from([0.0, 1e-4, 1.0, 10.0, 25.0])


def star(rng: np.random.Generator, middle: np.ndarray, reach: float, corners: int) -> Polygon:
    turn = (np.arange(corners) + rng.uniform(0, 0.9, corners)) * 2 * np.pi / corners
    radius = reach * rng.uniform(0.3, 1, corners)
    ring = middle + np.column_stack([radius * np.cos(turn), radius * np.sin(turn)])
    holes = [middle + (ring - middle)[::-1] * 0.3] if rng.random() < 0.3 else []
    return Polygon(ring, holes)


def some(rng: np.random.Generator, count: int, reach: float, corners: int, grid: float) -> np.ndarray:
    made = []
    for _ in range(count):
        middle = rng.uniform(0, 1000, 2)
        if rng.random() < 0.3:
            west, south = np.round(middle / 25) * 25
            shape = box(west, south, west + 25 * rng.integers(1, 20), south + 25 * rng.integers(1, 20))
        else:
            shape = star(rng, middle, reach, int(rng.integers(3, corners)))
        if grid and shape.is_valid:
            shape = shapely.set_precision(shapely.set_precision(shape, grid), 0)
        if rng.random() < 0.5:
            shape = shape.reverse()
        if shape.is_valid and not shape.is_empty:
            made.append(affinity.translate(shape, E, N))
    return np.array([*made, box(E + 200, N + 200, E + 700, N + 700)], dtype=object)


def world(seed: int, grid: float) -> tuple[np.ndarray, np.ndarray]:
    """Parcels and zones over each other; some zones are parcels themselves, some zones have many edges."""
    rng = np.random.default_rng(seed)
    parcels = some(rng, 8, float(rng.choice([60, 400])), int(rng.choice([6, 40, 300])), grid)
    zones = some(rng, 4, float(rng.choice([150, 700])), int(rng.choice([6, 60, 1500])), grid)
    return parcels, np.concatenate([zones, parcels[:2]])


def matrix(parcels: np.ndarray, zones: np.ndarray, measure: str = "plane", crs: str = CRS) -> np.ndarray:
    """Parcels × zones, m²: dense, from the kernel."""
    index = ZoneIndex.of(gpd.GeoSeries(zones, crs=crs))
    pairs = measure_pairs(from_shapes(parcels, PARCEL), index, measure=measure)
    table = np.zeros((len(parcels), len(zones)))
    table[pairs.parcel, pairs.zone] = pairs.common_m2
    return table


def agree(found: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-6)


@laws
@given(seeds, grids)
def test_every_pair_agrees_with_geos(seed, grid):
    parcels, zones = world(seed, grid)
    agree(matrix(parcels, zones), shapely.area(shapely.intersection(parcels[:, None], zones[None, :])))


@laws
@given(seeds, grids)
def test_who_is_asked_about_whom_does_not_matter(seed, grid):
    parcels, zones = world(seed, grid)
    agree(matrix(parcels, zones), matrix(zones, parcels).T)


@laws
@given(seeds, grids)
def test_row_order_ring_starts_and_direction_do_not_matter(seed, grid):
    parcels, zones = world(seed, grid)
    rng = np.random.default_rng(seed + 1)
    rows, columns = rng.permutation(len(parcels)), rng.permutation(len(zones))

    def started_elsewhere(shape):
        rings = [
            np.asarray(ring.coords)[:-1] for part in shapely.get_parts(shape) for ring in [part.exterior]
        ]
        if shape.geom_type != "Polygon":
            return shape.reverse()
        turned = [np.roll(ring, int(rng.integers(len(ring))), axis=0)[::-1] for ring in rings]
        return Polygon(turned[0], [hole.coords[::-1] for hole in shape.interiors])

    changed = np.array([started_elsewhere(shape) for shape in parcels], dtype=object)
    agree(matrix(changed[rows], zones[columns]), matrix(parcels, zones)[np.ix_(rows, columns)])


@laws
@given(seeds, st.sampled_from([1.0, 10.0, 25.0]), st.integers(-40_000, 40_000), st.integers(-90_000, 90_000))
def test_a_shift_of_the_whole_grid_does_not_matter(seed, grid, east, north):
    parcels, zones = world(seed, grid)
    moved = [
        np.array([affinity.translate(s, east, north) for s in shapes], dtype=object)
        for shapes in (parcels, zones)
    ]
    agree(matrix(*moved), matrix(parcels, zones))


@laws
@given(seeds, grids, st.floats(100, 900), st.floats(-300, 300))
def test_splitting_changes_no_total(seed, grid, at, tilt):
    parcels, zones = world(seed, grid)
    left = Polygon(
        [(E - 2000, N - 2000), (E + at - tilt, N - 2000), (E + at + tilt, N + 3000), (E - 2000, N + 3000)]
    )
    whole = matrix(parcels, zones)
    agree(
        matrix(shapely.intersection(parcels, left), zones) + matrix(shapely.difference(parcels, left), zones),
        whole,
    )
    agree(
        matrix(parcels, shapely.intersection(zones, left)) + matrix(parcels, shapely.difference(zones, left)),
        whole,
    )


@laws
@given(seeds, grids)
def test_areas_conserve_on_the_ellipsoid_to_a_hundredth(seed, grid):
    parcels, _ = world(seed, grid)
    ground = box(E - 1500, N - 1500, E + 2500, N + 2500)
    rng = np.random.default_rng(seed)
    pieces = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(rng.uniform(0, 1000, (7, 2)) + [E, N]), extend_to=ground)
    )
    frame = shares(gpd.GeoSeries(parcels, crs=CRS), gpd.GeoSeries(pieces, crs=CRS)).frame
    sums = frame.groupby("parcel")["area_m2"].sum().to_numpy()
    np.testing.assert_allclose(sums, area_m2(parcels, CRS), atol=0.01, rtol=0)


@pytest.mark.parametrize(
    ("crs", "east", "north", "metre"),
    [
        ("EPSG:4547", 360_000, 3_685_000, 1.0),  # 140 km west of the central meridian
        ("EPSG:4547", 640_000, 5_400_000, 1.0),  # far north
        ("EPSG:4525", 37_640_000, 2_000_000, 1.0),  # with zone number, far south
        ("EPSG:4490", 113.4, 33.3, 1 / 111_000),
    ],
)
@pytest.mark.parametrize("reach_m", [60, 400])
def test_pieces_are_true_ellipsoid_area(crs, east, north, metre, reach_m):
    rng = np.random.default_rng(reach_m)
    parcels, zones = (
        np.array(
            [
                star(rng, np.array([east, north]) + rng.uniform(-3, 3, 2) * reach_m * metre, size * metre, n)
                for _ in range(count)
            ],
            dtype=object,
        )
        for count, size, n in ((60, reach_m, 30), (4, 2 * reach_m, 120))
    )
    pieces = shapely.intersection(parcels[:, None], zones[None, :])
    # Divided until a chord is as good as the edge, the statutory trapezoids sum to the same.
    fine = area_m2(shapely.segmentize(pieces.ravel(), 2 * metre), crs, rounding="none").reshape(pieces.shape)
    np.testing.assert_allclose(matrix(parcels, zones, "ellipsoid", crs), fine, rtol=1e-7, atol=5e-4)


def test_what_is_printed_is_within_the_rounding_of_the_statutory_rule():
    """A piece measured by itself is rounded, and divided at 70 m, anew: up to 0.03 m² from its share."""
    rng = np.random.default_rng(3)
    parcels = gpd.GeoSeries(some(rng, 150, 120.0, 40, 0.0), crs=CRS)
    zones = gpd.GeoSeries(some(rng, 4, 500.0, 90, 0.0), crs=CRS)
    frame = shares(parcels, zones, geometry=True).frame
    statutory = area_m2(frame["geometry"].to_numpy(), CRS)
    np.testing.assert_allclose(frame["area_m2"], statutory, atol=0.03, rtol=1e-7)
    inside = frame["share"] == 1
    assert inside.any()
    assert (frame["area_m2"][inside] == statutory[inside]).all()
