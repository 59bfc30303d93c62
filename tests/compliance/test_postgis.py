"""Ten thousand random sites: the same ground, to 0.01 m², as PostGIS takes of the same lines."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from compliance_given import CRS, X, Y, layer
from tuban.compliance.policy import Policy
from tuban.compliance.site import Site
from tuban.compliance.taking import Asking, joined

SITES = 10_000
EXTENT_M = 4_000.0


def blob(rng: np.random.Generator, centre: np.ndarray, radius: float, corners: int) -> shapely.Polygon:
    """A star around a point; no two corners are half a turn apart, so it never crosses itself."""
    angle = (np.arange(corners) + rng.uniform(0.1, 0.9, corners)) * 2 * np.pi / corners
    far = radius * rng.uniform(0.4, 1.0, corners)
    return shapely.Polygon(centre + np.column_stack([far * np.cos(angle), far * np.sin(angle)]))


def lines(rng: np.random.Generator) -> list[shapely.Geometry]:
    """Sixty lines with holes and parts, as control lines have; they do not overlap one another."""
    found: list[shapely.Geometry] = []
    taken = shapely.Polygon()
    while len(found) < 60:
        centre = np.array([X, Y]) + rng.uniform(0, EXTENT_M, 2)
        shape = blob(rng, centre, 500, 60).difference(blob(rng, centre, 120, 20)).difference(taken)
        parts = [part for part in shapely.get_parts(shape) if part.area > 100]
        if parts:
            found.append(shapely.multipolygons(parts))
            taken = taken.union(found[-1])
    return found


@pytest.mark.postgres
def test_random_sites_take_the_ground_that_postgis_says(postgres):
    rng = np.random.default_rng(20261120)
    zones = lines(rng)
    sites = [
        blob(rng, np.array([X, Y]) + rng.uniform(0, EXTENT_M, 2), rng.uniform(20, 300), 12)
        for _ in range(SITES)
    ]
    engine = sa.create_engine(postgres().replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        try:
            connection.execute(sa.text("CREATE EXTENSION postgis"))
        except sa.exc.DBAPIError:
            pytest.skip("PostgreSQL is here, its extension PostGIS is not")
        connection.execute(sa.text("CREATE TABLE zone (id int, shape geometry)"))
        connection.execute(sa.text("CREATE TABLE site (id int, shape geometry)"))
        for table, shapes in (("zone", zones), ("site", sites)):
            rows = [{"id": at, "shape": shape.wkb_hex} for at, shape in enumerate(shapes)]
            insert = f"INSERT INTO {table} VALUES (:id, ST_GeomFromWKB(decode(:shape, 'hex')))"
            connection.execute(sa.text(insert), rows)
        connection.execute(sa.text("CREATE INDEX ON zone USING gist (shape)"))
        query = (
            "SELECT s.id, sum(ST_Area(ST_Intersection(s.shape, z.shape))) "
            "FROM site s JOIN zone z ON ST_Intersects(s.shape, z.shape) GROUP BY s.id"
        )
        # In the plane, the only area that PostGIS has: the lines do not overlap, so pieces may be summed.
        expected = {row[0]: float(row[1]) for row in connection.execute(sa.text(query))}
    engine.dispose()
    one = layer("A", zones)
    all_at_once = joined((one,))
    nothing = Policy(0.0, 0.0, 0.0)
    worst, scale, concerned = 0.0, [], 0
    for at, shape in enumerate(sites):
        taken = Asking(Site(shape, CRS), nothing, lambda _: all_at_once).taking(one)
        concerned += not taken.nothing
        plane_m2 = 0.0 if taken.ground is None else shapely.area(taken.ground)
        worst = max(worst, abs(plane_m2 - expected.get(at, 0.0)))
        if plane_m2 > 10_000:
            scale.append(taken.area_m2 / plane_m2)
    assert worst <= 0.01
    # 4.5 km from the meridian the plane is (4.5/6371)² = 5e-7 larger; 0.01 m² of a hectare is another 1e-6.
    assert max(scale) <= 1 + 1e-6
    assert min(scale) >= 1 - 1.5e-6
    assert concerned == sum(area > 1e-6 for area in expected.values())
    assert concerned > SITES / 4
