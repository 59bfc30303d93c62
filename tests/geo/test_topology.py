"""Covering a place once."""

import numpy as np
import pytest
from shapely import Polygon

from given import CRS, square
from tuban.geo.topology import tiling


def quarters(side_m: float = 50.0) -> np.ndarray:
    return np.array([square(e, n, side_m) for e in (0, side_m) for n in (0, side_m)], dtype=object)


def test_four_quarters_tile_their_square():
    found = tiling(quarters(), np.array([square()]), CRS)
    assert found.unmatched_edges == 0
    assert found.difference_m2 == pytest.approx(0, abs=1e-4)
    assert found.exact(0.01)


def test_a_missing_quarter_is_a_quarter_less():
    found = tiling(quarters()[:3], np.array([square()]), CRS)
    assert found.difference_m2 == pytest.approx(-2500, rel=1e-3)
    assert not found.exact(0.01)


def test_an_overlap_is_found_even_where_a_gap_of_the_same_area_hides_it_in_the_sum():
    shifted = quarters()
    shifted[0] = square(1, 0, 50)  # 1 m gap on one side, 1 m overlap on the other
    found = tiling(shifted, np.array([square()]), CRS)
    assert abs(found.difference_m2) < 0.05
    assert found.unmatched_edges >= 2
    assert not found.exact(0.05)


def test_a_vertex_on_one_side_only_is_an_unmatched_edge():
    parts = quarters()
    x, y = 500_050.0, 3_680_025.0
    parts[0] = Polygon(
        [*list(parts[0].exterior.coords)[:2], (x + 0.01, y), *list(parts[0].exterior.coords)[2:]]
    )
    assert tiling(parts, np.array([square()]), CRS).unmatched_edges >= 1
