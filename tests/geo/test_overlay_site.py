"""One site against many layers in one call: what each layer gives alone."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from tuban.errors import InvalidGeometry, WrongUse
from tuban.geo.area import area_m2
from tuban.geo.overlay import site_shares
from tuban.geo.overlay_site import Layers
from tuban.geo.zone_index import ZoneIndex

E, N, CRS = 455_000, 3_685_000, "EPSG:4547"


def prepared(*shapes, crs=CRS) -> ZoneIndex:
    return ZoneIndex.of(gpd.GeoSeries(list(shapes), crs=crs))


def cells(count: int, seed: int) -> list[Polygon]:
    points = np.random.default_rng(seed).uniform(0, 1000, (count, 2)) + [E, N]
    return list(shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points))))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_all_layers_at_once_say_what_each_says_alone(seed):
    rng = np.random.default_rng(seed)
    zones = {
        "cells": prepared(*cells(60, seed)),
        "none near": prepared(box(E + 9000, N, E + 9100, N + 100)),
        "parts": prepared(
            None,
            MultiPolygon([box(E, N, E + 300, N + 900), box(E + 500, N, E + 600, N + 700)]),
            shapely.Point(E + 500, N + 500).buffer(400, quad_segs=400) - box(E + 450, N, E + 470, N + 900),
        ),
    }
    middle = rng.uniform(100, 900, 2) + [E, N]
    site = shapely.Point(middle).buffer(rng.uniform(5, 300), quad_segs=int(rng.integers(2, 60)))
    alone = site_shares(gpd.GeoSeries([site], crs=CRS), zones)
    together = Layers.of(zones).shares(site)
    assert [(hit.layer, hit.zone) for hit in together] == list(
        zip(alone["layer"], alone["zone"], strict=True)
    )
    assert site_shares(gpd.GeoSeries([site], crs=CRS), Layers.of(zones))["zone"].equals(alone["zone"])
    np.testing.assert_allclose([hit.area_m2 for hit in together], alone["area_m2"], rtol=1e-12, atol=1e-9)


def test_wholly_inside_is_the_statutory_area_and_beside_is_nothing():
    layers = Layers.of(
        {"a": prepared(box(E, N, E + 100, N + 100)), "b": prepared(box(E + 100, N, E + 200, N + 100))}
    )
    site = box(E + 10, N + 10, E + 100, N + 90)
    assert layers.shares(site) == [("a", 0, area_m2([site], CRS)[0], 1.0)]
    assert layers.shares(site, site_m2=5.0)[0].area_m2 == 5.0
    assert layers.shares(box(E - 90, N, E, N + 50)) == []
    assert layers.shares(Polygon()) == []


def test_a_site_that_crosses_itself_and_layers_of_two_systems_are_refused():
    layers = {"a": prepared(box(E, N, E + 100, N + 100))}
    with pytest.raises(InvalidGeometry):
        Layers.of(layers).shares(Polygon([(E, N), (E + 10, N + 10), (E + 10, N), (E, N + 10)]))
    with pytest.raises(WrongUse):
        Layers.of({**layers, "b": prepared(box(113, 33, 114, 34), crs=4490)})
    with pytest.raises(WrongUse):
        Layers.of({})
