"""The mesh under the parcels: whatever is cut, the faces stay an exact tiling."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tuban.sample import mesh
from tuban.sample.cutting import cut
from tuban.sample.fabric import Fabric
from tuban.sample.ground import Ground


def squares(n: int, side: float = 100.0):
    return shapely.box(
        *[
            np.array(v, float) + o
            for v, o in zip(
                (
                    [side * (i % n) for i in range(n * n)],
                    [side * (i // n) for i in range(n * n)],
                    [side * (i % n + 1) for i in range(n * n)],
                    [side * (i // n + 1) for i in range(n * n)],
                ),
                (450_000, 3_680_000, 450_000, 3_680_000),
                strict=True,
            )
        ]
    )


def ground(n: int = 3) -> Ground:
    m = mesh.from_polygons(squares(n), 400)
    room = len(m.first)
    ints = [np.zeros(room, t) for t in (np.int16, np.int16, np.int32, np.int16, np.int32, bool)]
    return Ground(Fabric(m, *ints), "EPSG:4547")


def test_polygons_come_back_as_they_went_in():
    shapes = squares(3)
    back = mesh.to_polygons(mesh.from_polygons(shapes, 10))
    assert all(a.equals(b) for a, b in zip(shapes, back, strict=True))


def test_every_inner_edge_has_a_face_on_both_sides():
    left, right, length = mesh.borders(mesh.from_polygons(squares(2), 10))
    assert length.sum() == pytest.approx(1200)  # 2 × 2 squares of 100 m: 12 sides
    assert length[(left >= 0) & (right >= 0)].sum() == pytest.approx(400)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 8), st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.floats(0, 6.28), st.floats(0, 0.2)
        ),
        max_size=25,
    )
)
def test_cuts_of_any_kind_leave_an_exact_tiling(cuts):
    m = mesh.from_polygons(squares(3), 400)
    state = np.ones(1, np.uint64)
    for face, u, v, angle, wiggle in cuts:
        x, y = 450_000 + 100 * (face % 3 + u), 3_680_000 + 100 * (face // 3 + v)
        cut(m, face, x, y, np.cos(angle), np.sin(angle), wiggle, 15.0, 1.0, 0.05, state)
    shapes = mesh.to_polygons(m)
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(90_000, abs=0.01)
    area, *_ = mesh.measures(m)
    assert np.allclose(area, shapely.area(shapes), atol=1e-4)


@pytest.mark.parametrize("wanted_m2", [1.0, 3333.33, 9000.0, 12_345.67, 89_000.0])
def test_faces_are_taken_to_the_last_square_metre(wanted_m2):
    g = ground()
    taken = g.take(np.arange(g.count), wanted_m2)
    assert g["area"][taken].sum() == pytest.approx(wanted_m2, abs=0.03)
    assert g["area"].sum() == pytest.approx(ground()["area"].sum(), abs=1e-6)
    assert shapely.coverage_is_valid(g.polygons())


def test_taking_by_weight_counts_the_weighted_area():
    g = ground()
    g.add("net", 0.9)
    taken = g.take(np.arange(g.count), 20_000.0, weight="net")
    assert 0.9 * g["area"][taken].sum() == pytest.approx(20_000.0, abs=0.03)


def test_all_is_taken_where_there_is_not_enough():
    g = ground(1)
    assert len(g.take(np.arange(1), 1e9)) == 1


def test_a_cut_that_ends_at_a_corner_does_not_cross_the_edges_of_that_corner():
    # A dead-end road, 8 m wide, runs into the ground: its sides are long edges to swing back across.
    x, y = 450_000.0, 3_680_000.0
    road = shapely.Polygon([(x, y + 96), (x + 200, y + 96), (x + 200, y + 104), (x, y + 104)])
    land = shapely.box(x, y, x + 250, y + 200).difference(road)
    # Along the road, a little off its direction: the line meets its side four metres before the corner.
    east, north = np.array([196, -8]) / np.hypot(196, 8)
    parts = []
    for seed in range(1, 200):
        m = mesh.from_polygons(np.array([land, road]), 400)
        state, way = np.full(1, seed, np.uint64), 1 if seed % 2 else -1
        cut(m, 0, x + 98, y + 108, way * east, way * north, 0.05, 15.0, 6.0, 0.02, state)
        shapes = mesh.to_polygons(m)
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
        parts.append(len(shapes))
    assert parts.count(3) > 50  # most wiggles find a way
