"""Ground that is covered twice or less than never is found, and nothing else: against winding numbers of faces."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from tuban.errors import InvalidGeometry
from tuban.geo.coords import from_arrow, from_shapes
from tuban.geo.overlay_sound import PARCEL, must_be_sound, sound, unsound
from tuban.geo.zone_index import ZoneIndex

E, N, CRS = 455_000.0, 3_685_000.0, "EPSG:4547"


def winding(ring: np.ndarray, x: float, y: float) -> int:
    """How often a ring goes around a point, by counting crossings of a ray."""
    turns = 0
    for (ax, ay), (bx, by) in pairwise(ring):
        if (ay <= y) != (by <= y):
            at = ax + (y - ay) / (by - ay) * (bx - ax)
            turns += (1 if by > ay else -1) if at > x else 0
    return turns


def signed_area(ring: np.ndarray) -> float:
    """The area that a ring goes around, by the shoelace formula; below zero where it goes clockwise."""
    x, y = (ring - ring[0]).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)


def wrong_by(shape: Polygon | MultiPolygon) -> float:
    """∫w² − ∫w from the faces that all rings make together; rings count by their own direction."""
    rings = [
        (np.asarray(ring.coords), place == 0)
        for part in shapely.get_parts(shape)
        for place, ring in enumerate([part.exterior, *part.interiors])
    ]
    faces = shapely.get_parts(
        shapely.polygonize([shapely.unary_union([shapely.LineString(r) for r, _ in rings])])
    )
    total = 0.0
    for face in shapely.get_parts(faces):
        point = face.representative_point()
        cover = 0
        for ring, shell in rings:
            # By the signed area: a ring with a spike at its highest place is no guide to `is_ccw`.
            turn = 1 if (signed_area(ring) > 0) == shell else -1
            cover += winding(ring, point.x, point.y) * turn
        total += (cover * cover - cover) * face.area
    return total


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 10.0]), st.integers(3, 9))
def test_a_polygon_is_unsound_just_where_its_rings_do_not_cover_the_ground_once(seed, grid, corners):
    rng = np.random.default_rng(seed)

    def ring(reach: float, middle) -> np.ndarray:
        turn = np.sort(rng.uniform(0, 2 * np.pi, corners))
        if rng.random() < 0.5:
            i, j = rng.integers(0, corners, 2)
            turn[[i, j]] = turn[[j, i]]
        made = middle + reach * rng.uniform(0.4, 1, (corners, 1)) * np.column_stack(
            [np.cos(turn), np.sin(turn)]
        )
        made = np.round(made / grid) * grid if grid else made
        return np.vstack([made, made[:1]]) + [E, N]

    holes = [ring(30, rng.uniform(-80, 80, 2)) for _ in range(int(rng.integers(0, 3)))]
    shape = Polygon(ring(100, [0, 0]), holes)
    if rng.random() < 0.3:
        shape = MultiPolygon([shape, Polygon(ring(60, rng.uniform(-150, 150, 2)))])
    signed = [
        shapely.Polygon(r).area for part in shapely.get_parts(shape) for r in (part.exterior, *part.interiors)
    ]
    if min(signed) < 1e-6:
        return  # a ring of no ground has no direction
    wrong = wrong_by(shape)
    if 1e-9 < abs(wrong) < 1e-4:
        return
    found = unsound(from_shapes(np.array([shape], dtype=object), PARCEL), CRS)
    assert found.tolist() == ([0] if wrong > 1e-4 else [])
    if shape.is_valid:
        assert not len(found)


def test_a_large_outline_is_looked_at_in_strips_and_a_small_fault_in_it_is_found():
    turn = np.linspace(0, 2 * np.pi, 30_000, endpoint=False)
    ring = np.column_stack([E + 5000 * np.cos(turn), N + 5000 * np.sin(turn)])
    assert len(unsound(from_shapes(np.array([Polygon(ring)]), PARCEL), CRS)) == 0
    ring[[7_000, 7_020]] = ring[
        [7_020, 7_000]
    ]  # two vertices 20 m apart exchanged: loops of some hundredths of a m²
    assert unsound(from_shapes(np.array([box(E, N, E + 1, N + 1), Polygon(ring)]), PARCEL), CRS).tolist() == [
        1
    ]


def test_degrees_are_judged_in_square_metres():
    bowtie = Polygon([(113.5, 33.3), (113.50001, 33.30001), (113.50001, 33.3), (113.5, 33.30001)])
    assert unsound(from_shapes(np.array([bowtie]), PARCEL), "EPSG:4490").tolist() == [0]
    assert len(unsound(from_shapes(np.array([box(113, 33, 114, 34)]), PARCEL), "EPSG:4490")) == 0


def test_the_message_names_the_row_of_the_file_and_counts():
    bowtie = Polygon([(E, N), (E + 10, N + 10), (E + 10, N), (E, N + 10)])
    rings = from_shapes(np.array([box(E, N, E + 1, N + 1), bowtie, bowtie]), PARCEL)
    with pytest.raises(InvalidGeometry) as caught:
        must_be_sound(rings, CRS, PARCEL, first_row=500)
    assert caught.value.facts["row"] == 501
    assert "502" in caught.value.problem.zh
    assert "2 个" in caught.value.problem.zh
    with pytest.raises(InvalidGeometry):
        ZoneIndex.of_wkb(pa.array([bowtie.wkb]), CRS)
    assert from_arrow(pa.array([bowtie.wkb]), PARCEL).row_off.tolist() == [0, 1]


def test_left_out_or_repaired_only_as_asked():
    bowtie = Polygon([(E, N), (E + 10, N + 10), (E + 10, N), (E, N + 10)])
    shapes = np.array([box(E, N, E + 1, N + 1), bowtie], dtype=object)
    with pytest.raises(InvalidGeometry):
        sound(shapes, CRS, PARCEL)
    assert sound(shapes, CRS, PARCEL, "leave_out").shapes.tolist() == [shapes[0], None]
    mended = sound(shapes, CRS, PARCEL, "repair")
    assert mended.rows.tolist() == [1]
    assert mended.shapes[1].area == pytest.approx(50)
    assert shapes[1] is bowtie
