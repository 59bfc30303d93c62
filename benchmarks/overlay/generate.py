"""A made-up county for the overlay benchmarks: parcels (a planar partition) and control layers, as the store keeps them.

python benchmarks/overlay/generate.py FOLDER 100000 1000000

Parcels are Voronoi cells whose edges are divided and displaced once an edge, so both neighbours share the same
vertices. A displaced edge stays inside the kite (edge, site p, site q); kites of different edges never overlap,
so the result is a partition by construction. Coordinates: EPSG:4547, rounded to 0.1 mm.

Lines that cut parcels at random: `ecored` (30 parts, 200,000 vertices), `farm` (20,000 polygons), `town` (60 with
holes). Lines that follow parcel edges, as real ones mostly do: `follow_N`, parcels of N dissolved by a field.
"""

import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import Delaunay, cKDTree

from tuban.geo.area import area_m2

CRS = "EPSG:4547"
CX, CY, RADIUS = 520_000.0, 3_380_000.0, 25_000.0  # ~2,000 km2
GRID = 1e-4


def spectrum(rng, t, n=24, decay=1.1):
    """Smooth periodic 1/f noise on angle t, about [-1, 1]."""
    k = np.arange(1, n + 1)
    a = rng.normal(size=n) / k**decay
    ph = rng.uniform(0, 2 * np.pi, n)
    v = (a * np.sin(np.outer(t, k) + ph)).sum(1)
    return v / (np.abs(v).max() + 1e-12)


def angles(rng, n):
    return 2 * np.pi * (np.arange(n) + 0.7 * rng.uniform(size=n)) / n


def county(rng, n=720):
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    r = RADIUS * (1 + 0.18 * spectrum(rng, t, 12))
    return shapely.polygons(np.c_[CX + r * np.cos(t), CY + r * np.sin(t)])


def field(xy, seed):
    """Smooth scalar field in [0,1], for density and clumping."""
    rng = np.random.default_rng(seed)
    v = np.zeros(len(xy))
    for _ in range(14):
        w = rng.uniform(2000, 15000)
        a = rng.uniform(0, 2 * np.pi)
        v += (
            np.sin((xy[:, 0] * np.cos(a) + xy[:, 1] * np.sin(a)) * 2 * np.pi / w + rng.uniform(0, 6.28))
            * (w / 15000) ** 0.5
        )
    return (v - v.min()) / (v.max() - v.min())


def partition(n, region, seed, pts_per_edge=5.0, contrast=3.0):
    rng = np.random.default_rng(seed)
    x0, y0, x1, y1 = region.bounds
    pad = 12 * np.sqrt(region.area / n)
    box_area = (x1 - x0 + 2 * pad) * (y1 - y0 + 2 * pad)
    m = int(n * box_area / region.area)
    pts = np.empty((0, 2))
    while len(pts) < m:  # denser in "villages"
        c = rng.uniform((x0 - pad, y0 - pad), (x1 + pad, y1 + pad), (m, 2))
        keep = rng.uniform(0, 1 + contrast, m) < 1 + contrast * field(c, seed) ** 4
        pts = np.r_[pts, c[keep]]
    pts = pts[:m]
    _d, i = cKDTree(pts).query(pts, k=2)  # one relaxation-like step: push apart close pairs
    pts = pts + (pts - pts[i[:, 1]]) * 0.35
    tri = Delaunay(pts)
    A, B, C = (pts[tri.simplices[:, k]] for k in range(3))
    b, c = B - A, C - A
    dd = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    bb, cc = (b**2).sum(1), (c**2).sum(1)
    cen = A + np.c_[(c[:, 1] * bb - b[:, 1] * cc) / dd, (b[:, 0] * cc - c[:, 0] * bb) / dd]
    t1 = np.repeat(np.arange(len(tri.simplices)), 3)
    t2 = tri.neighbors.ravel()
    kk = np.tile([0, 1, 2], len(tri.simplices))
    ok = t2 > t1
    t1, t2, kk = t1[ok], t2[ok], kk[ok]  # each interior Delaunay edge once
    p = tri.simplices[t1, (kk + 1) % 3]
    q = tri.simplices[t1, (kk + 2) % 3]
    va, vb = cen[t1], cen[t2]
    shapely.prepare(region)
    inside = shapely.contains_xy(region, pts[:, 0], pts[:, 1])
    use = inside[p] | inside[q]
    p, q, va, vb = p[use], q[use], va[use], vb[use]
    t1, t2 = t1[use], t2[use]
    e = vb - va
    L = np.hypot(*e.T)
    ok = L > 0
    # interior points per edge
    k = np.clip(np.round(pts_per_edge * L / np.median(L)), 1, 10).astype(int)
    k[L < 0.05] = 0
    eid = np.repeat(np.arange(len(L)), k)
    start = np.r_[0, np.cumsum(k)[:-1]]
    j = np.arange(len(eid)) - start[eid]
    t = (j + 1) / (k[eid] + 1)
    nrm = np.c_[-e[:, 1], e[:, 0]] / np.where(L > 0, L, 1)[:, None]
    cap = []
    for s in (p, q):  # room towards each site
        w = pts[s] - va
        h = np.abs((w * nrm).sum(1))[eid]
        f = ((w * e).sum(1) / np.where(L > 0, L * L, 1))[eid]
        with np.errstate(divide="ignore"):
            cap.append(
                h * np.minimum(np.where(f > 0, t / f, np.inf), np.where(f < 1, (1 - t) / (1 - f), np.inf))
            )
    sgn = np.sign(((pts[p] - va) * nrm).sum(1))[eid]
    u = rng.uniform(-1, 1, len(L))[eid] * 0.5 + rng.uniform(-0.5, 0.5, len(eid))
    lim = np.where(np.sign(u) == sgn, cap[0], cap[1])
    disp = np.clip(u * 0.30 * L[eid], -0.75 * lim, 0.75 * lim)
    P = va[eid] + t[:, None] * e[eid] + disp[:, None] * nrm[eid]
    P = np.round(P / GRID) * GRID
    VA = np.round(va / GRID) * GRID
    VB = np.round(vb / GRID) * GRID
    # half edges, ordered around each site
    he_cell = np.r_[p, q]
    he_edge = np.tile(np.arange(len(L)), 2)
    keep = inside[he_cell]
    he_cell, he_edge = he_cell[keep], he_edge[keep]
    s = pts[he_cell]
    wa, wb = va[he_edge] - s, vb[he_edge] - s
    fwd = (wa[:, 0] * wb[:, 1] - wa[:, 1] * wb[:, 0]) > 0
    # angle of the half edge's start vertex orders the ring (cells are convex, the site is inside)
    mid = wa / np.hypot(*wa.T)[:, None] + wb / np.hypot(*wb.T)[:, None]
    ang = np.arctan2(mid[:, 1], mid[:, 0])
    o = np.lexsort((ang, he_cell))
    he_cell, he_edge, fwd = he_cell[o], he_edge[o], fwd[o]
    cnt = k[he_edge] + 1
    off = np.r_[0, np.cumsum(cnt)]
    hid = np.repeat(np.arange(len(cnt)), cnt)
    jj = np.arange(off[-1]) - off[hid]
    first = jj == 0
    ed = he_edge[hid]
    f = fwd[hid]
    src = np.where(f, start[ed] + jj - 1, start[ed] + k[ed] - jj)
    xy = np.empty((off[-1], 2))
    xy[first] = np.where(fwd[:, None], VA[he_edge], VB[he_edge])
    xy[~first] = P[src[~first]]
    _cells, ring = np.unique(he_cell[hid], return_inverse=True)
    keepv = np.ones(len(xy), bool)  # drop repeats made by rounding
    keepv[1:] = (ring[1:] != ring[:-1]) | (xy[1:] != xy[:-1]).any(1)
    xy, ring = xy[keepv], ring[keepv]
    g = shapely.polygons(shapely.linearrings(xy, indices=ring))
    bad = ~shapely.is_valid(g)
    return g, int(bad.sum()), bad


def warp(xy, seed, amp=350.0, wl=3500.0):
    r = np.random.default_rng(seed)
    out = xy.copy()
    for _ in range(3):
        a, ph = r.uniform(0, 6.28, 2)
        w = wl * r.uniform(0.7, 1.6)
        s = np.sin((xy[:, 0] * np.cos(a) + xy[:, 1] * np.sin(a)) * 6.283 / w + ph) * amp / 3
        out = out + np.c_[-np.sin(a) * s, np.cos(a) * s]  # shear flow: area-preserving, one-to-one
        xy = out
    return out


def blob(rng, cx, cy, R, nv, rough, holes, hv, seed):
    """Fractal star-shaped ring with holes, then a one-to-one warp: always valid."""
    t = angles(rng, nv)
    r = R * (1 + rough * spectrum(rng, t, min(160, nv // 6), 0.9))
    rings = [np.c_[cx + r * np.cos(t), cy + r * np.sin(t)]]
    rmin = R * (1 - rough)
    for h in range(holes):
        a = 2 * np.pi * (h + rng.uniform(0.1, 0.9)) / holes
        d = rmin * 0.55
        hr = min(rmin * 0.28, d * np.sin(np.pi / max(holes, 2)) * 0.6)
        n = max(20, int(hv * rng.uniform(0.5, 1.5)))
        th = angles(rng, n)
        rr = hr * (0.7 + 0.3 * spectrum(rng, th, min(60, n // 6), 0.9))
        rings.append(np.c_[cx + d * np.cos(a) + rr * np.cos(th), cy + d * np.sin(a) + rr * np.sin(th)])
    rings = [np.round(warp(x, seed) / GRID) * GRID for x in rings]
    return shapely.Polygon(rings[0], rings[1:])


def scatter(rng, region, n, rlo, rhi, gap=60):
    out = []
    x0, y0, x1, y1 = region.bounds
    for tries in range(400000):
        if len(out) == n:
            break
        R = rng.uniform(rlo, rhi) * (1 - 0.6 * tries / 400000)
        c = rng.uniform((x0, y0), (x1, y1))
        if shapely.contains_xy(region, *c) and all(np.hypot(*(c - o[:2])) > R + o[2] + gap for o in out):
            out.append((*c, R))
    return out


def valid(g):
    """A few displaced spikes cross themselves (as real red lines do): repair, keep polygons."""
    g = shapely.make_valid(g, method="structure", keep_collapsed=False)
    assert np.isin(shapely.get_type_id(g), (3, 6)).all() and shapely.is_valid(g).all()
    return g


def redline(region, seed=7, parts=30, nv=200_000):
    rng = np.random.default_rng(seed)
    disks = scatter(rng, region, parts, 2000, 4600)
    w = np.array([d[2] for d in disks])
    w = w / w.sum()
    ps = []
    for (x, y, R), f in zip(disks, w, strict=False):
        n = int(nv * f)
        h = int(rng.integers(2, 9))
        ps.append(blob(rng, x, y, R / 1.28, int(n * 0.75), 0.28, h, n * 0.25 / h, seed))
    return valid(shapely.MultiPolygon(ps))


def towns(region, seed=11, n=60):
    rng = np.random.default_rng(seed)
    return valid(
        [
            blob(rng, x, y, R / 1.25, int(rng.integers(400, 4200)), 0.25, int(rng.integers(1, 6)), 120, seed)
            for x, y, R in scatter(rng, region, n, 500, 1700)
        ]
    )


def write(gdf, path, rows=20_000):
    o = np.argsort(gdf.hilbert_distance().values, kind="stable")
    gdf.iloc[o].reset_index(drop=True).to_parquet(
        path, write_covering_bbox=True, schema_version="1.1.0", row_group_size=rows, compression="zstd"
    )


def lines(folder: Path, region: shapely.Polygon) -> None:
    """Write the layers that cut parcels at random."""
    red = np.array([redline(region)], dtype=object)
    farm, _, bad = partition(50_000, region, 21)
    value = field(shapely.get_coordinates(shapely.centroid(farm)), 99)
    farm = farm[(value < np.quantile(value, 0.4)) & ~bad]
    for name, shapes in (("ecored", red), ("farm", farm), ("town", towns(region))):
        layer(shapes, name, folder)


def layer(shapes: np.ndarray, name: str, folder: Path) -> None:
    frame = gpd.GeoDataFrame({"ctrl_id": np.arange(len(shapes)), "kind": name}, geometry=shapes, crs=CRS)
    write(frame, folder / f"{name}.parquet")
    print(f"{name}: {len(shapes):,} polygons, {shapely.get_num_coordinates(shapes).sum():,} vertices")


def main() -> None:
    folder, scales = Path(sys.argv[1]), [int(n) for n in sys.argv[2:]] or [100_000]
    folder.mkdir(parents=True, exist_ok=True)
    region = county(np.random.default_rng(3))
    if not (folder / "town.parquet").exists():
        lines(folder, region)
    for n in scales:
        begun = time.perf_counter()
        shapes, invalid, _ = partition(n, region, 1000 + n)
        frame = gpd.GeoDataFrame(
            {"parcel_id": np.arange(len(shapes)), "_area_m2": area_m2(shapes, CRS)}, geometry=shapes, crs=CRS
        )
        write(frame, folder / f"parcels_{n}.parquet")
        print(
            f"parcels_{n}: {len(shapes):,}, {shapely.get_num_coordinates(shapes).sum():,} vertices, "
            f"{invalid} invalid, {time.perf_counter() - begun:.0f} s"
        )
        chosen = shapes[field(shapely.get_coordinates(shapely.centroid(shapes)), 41) > 0.55]
        layer(shapely.get_parts(shapely.coverage_union_all(chosen)), f"follow_{n}", folder)


if __name__ == "__main__":
    main()
