"""Measuring on the ellipsoid, against an independent geodesic."""

from __future__ import annotations

import pytest
from pyproj import Geod

from given import lonlat

CGCS2000 = Geod(a=6378137.0, rf=298.257222101)


def measure(client, kind: str, points: list) -> dict:
    answer = client.post("/api/measure", json={"type": kind, "coordinates": points})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_square_hectare_is_a_hectare(client):
    found = measure(client, "area", [lonlat(0, 0), lonlat(100, 0), lonlat(100, 100), lonlat(0, 100)])
    assert found["area_m2"] == pytest.approx(10_000, abs=0.05)
    assert found["area_mu"] == pytest.approx(15, abs=0.0001)
    assert found["length_m"] == pytest.approx(400, abs=0.01)


def test_a_ring_may_be_closed_and_turn_either_way(client):
    ring = [lonlat(0, 0), lonlat(100, 0), lonlat(100, 100), lonlat(0, 100)]
    areas = {measure(client, "area", points)["area_m2"] for points in (ring, [*ring, ring[0]], ring[::-1])}
    assert max(areas) - min(areas) <= 0.02


def test_a_long_line_is_the_geodesic(client):
    points = [[113.5, 33.3], [114.5, 34.3]]
    expected = CGCS2000.line_length([113.5, 114.5], [33.3, 34.3])
    found = measure(client, "length", points)
    assert found["length_m"] == pytest.approx(expected, abs=0.01)
    assert found["area_m2"] is None


@pytest.mark.parametrize(
    "drawing",
    [
        {"type": "area", "coordinates": [[0, 0], [1, 1], [0, 0]]},
        {"type": "area", "coordinates": [[0, 0], [1, 1], [1, 0], [0, 1]]},
        {"type": "length", "coordinates": [[0, 0]]},
        {"type": "length", "coordinates": [[0, 0], [200, 0]]},
        {"type": "volume", "coordinates": [[0, 0], [1, 1]]},
        {"type": "length", "coordinates": [[0, 0], ["a", 1]]},
        {"type": "length"},
        [],
    ],
)
def test_what_is_no_drawing_is_refused(client, drawing):
    answer = client.post("/api/measure", json=drawing)
    assert answer.status_code == 400
    assert answer.json()["error"]["fix"]


def test_a_body_that_is_no_json_is_refused(client):
    answer = client.post("/api/measure", content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 400
