"""Overlay kernels on plain shapely arrays: (parcels, control polygons) -> pieces.

A piece is (parcel index, control index, geometry, area).  Three kernels:
  naive     STRtree bbox pairs -> intersection
  shortcut  STRtree pairs, prepared predicate: parcel inside control -> the parcel itself, no clipping
  tiled     control polygons are cut once into windows (grid cell + halo as wide as the widest parcel of
            that level); every parcel is owned by exactly one window that wholly covers it, so one
            intersection with a small sub-polygon gives the exact piece: no seams, nothing to re-union.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import shapely


def _map(fn, jobs, threads):
    if threads <= 1:
        return [fn(j) for j in jobs]
    with ThreadPoolExecutor(threads) as ex:
        return list(ex.map(fn, jobs))


def polygons_only(g):
    """Intersections that touch along an edge as well give collections: keep the areal part."""
    t = shapely.get_type_id(g)
    mixed = np.flatnonzero(t == 7)
    if len(mixed):
        g = g.copy()
        for i in mixed:
            parts = shapely.get_parts(g[i])
            parts = parts[shapely.area(parts) > 0]
            g[i] = shapely.multipolygons(parts) if len(parts) != 1 else parts[0]
    return g


def finish(pi, ci, g, inside, parea):
    a = np.where(inside, parea[pi], 0.0)
    cut = np.flatnonzero(~inside)
    a[cut] = shapely.area(g[cut])
    ok = a > 0
    pi, ci, g, a = pi[ok], ci[ok], g[ok], a[ok]
    return pi, ci, polygons_only(g), a


def explode(ctrl):
    parts, owner = shapely.get_parts(ctrl, return_index=True)
    return parts, owner


def shortcut(parcels, ctrl, threads=1, chunk=4096, parea=None):
    """Multipolygons exploded; prepared test first; clip only what crosses the line."""
    parea = shapely.area(parcels) if parea is None else parea
    parts, owner = explode(ctrl)
    if len(parts) < len(parcels):
        tree = shapely.STRtree(parcels)
        ci, pi = tree.query(parts)
    else:
        tree = shapely.STRtree(parts)
        pi, ci = tree.query(parcels)
    shapely.prepare(parts)
    o = np.argsort(ci, kind="stable")
    ci, pi = ci[o], pi[o]

    def work(s):
        c, p = parts[ci[s]], parcels[pi[s]]
        inside = shapely.contains_properly(c, p)
        cut = np.flatnonzero(~inside)
        cut = cut[shapely.intersects(c[cut], p[cut])]
        g = p.copy()
        keep = inside.copy()
        keep[cut] = True
        g[cut] = shapely.intersection(p[cut], c[cut])
        k = np.flatnonzero(keep)
        return finish(pi[s][k], owner[ci[s][k]], g[k], inside[k], parea)

    # A prepared geometry must never be touched by two threads: GEOS fills its indexes lazily, without a lock
    # (sharing one: 3 segfaults and 1 run without a result in 5 runs; none in the runs since).  So jobs break only where the control polygon changes.
    edge = np.flatnonzero(np.r_[True, ci[1:] != ci[:-1]]) if len(ci) else np.array([], int)
    edge = (
        edge[np.unique(np.searchsorted(edge, np.arange(0, len(ci), chunk)).clip(max=len(edge) - 1))]
        if len(ci)
        else edge
    )
    jobs = [slice(a, b) for a, b in zip(edge, np.r_[edge[1:], len(ci)], strict=False)]
    res = _map(work, jobs, threads)
    return [np.concatenate(x) for x in zip(*res, strict=False)] if res else [np.array([])] * 4


def _split(poly, x0, y0, x1, y1, size, hx, hy, out, key, rect_ok=True):
    """Recursive halving of window [x0,x1)x[y0,y1) (in cells), clipped with the halo; out[(ix,iy)] = sub-polygon."""
    if x1 - x0 == 1 and y1 - y0 == 1:
        out.append((x0, y0, poly))
        return
    if x1 - x0 >= y1 - y0:
        m = (x0 + x1) // 2
        halves = ((x0, y0, m, y1), (m, y0, x1, y1))
    else:
        m = (y0 + y1) // 2
        halves = ((x0, y0, x1, m), (x0, m, x1, y1))
    ox, oy = key
    for a, b, c, d in halves:
        w = (ox + a * size, oy + b * size, ox + c * size + hx, oy + d * size + hy)
        bx = poly.bounds
        if bx[0] >= w[2] or bx[2] <= w[0] or bx[1] >= w[3] or bx[3] <= w[1]:
            continue
        if bx[0] >= w[0] and bx[2] <= w[2] and bx[1] >= w[1] and bx[3] <= w[3]:
            sub = poly
        else:
            sub = shapely.intersection(poly, shapely.box(*w))
            if sub.is_empty or sub.area == 0:
                continue
            if (
                shapely.get_num_coordinates(sub) == 5
                and abs(sub.area - (w[2] - w[0]) * (w[3] - w[1])) <= 1e-9 * sub.area
            ):
                for ix in range(a, c):
                    for iy in range(b, d):
                        out.append((ix, iy, None))  # the window is wholly inside
                continue
        _split(sub, a, b, c, d, size, hx, hy, out, key)


def tiled(parcels, ctrl, threads=1, parea=None, per_tile=150, big=256, stats=None):
    """Polygons with more than `big` vertices go through windows; the rest through `shortcut`."""
    parea = shapely.area(parcels) if parea is None else parea
    parts, owner = explode(ctrl)
    large = shapely.get_num_coordinates(parts) > big
    results = []
    if (~large).any():
        r = shortcut(parcels, parts[~large], threads, parea=parea)
        results.append((r[0], owner[np.flatnonzero(~large)[r[1].astype(int)]], r[2], r[3]))
    if large.any():
        b = shapely.bounds(parcels)
        w, h = b[:, 2] - b[:, 0], b[:, 3] - b[:, 1]
        ext = np.maximum(w, h)
        ox, oy = b[:, 0].min(), b[:, 1].min()
        span = max(b[:, 2].max() - ox, b[:, 3].max() - oy)
        base = max(span / max(1, np.sqrt(len(parcels) / per_tile)), np.quantile(ext, 0.999))
        level = np.maximum(0, np.ceil(np.log2(np.maximum(ext / base, 1e-9)))).astype(int)
        tiles = 0
        for lv in np.unique(level):
            idx = np.flatnonzero(level == lv)
            size = base * 2.0**lv
            halo = float(ext[idx].max()) * (1 + 1e-9) + 1e-6
            n = int(span // size) + 1
            ix = ((b[idx, 0] - ox) // size).astype(np.int64)
            iy = ((b[idx, 1] - oy) // size).astype(np.int64)
            cell = ix * n + iy
            o = np.argsort(cell, kind="stable")
            idx, cell = idx[o], cell[o]
            ucell, first = np.unique(cell, return_index=True)
            last = np.r_[first[1:], len(cell)]
            where = dict(zip(ucell.tolist(), zip(first.tolist(), last.tolist(), strict=False), strict=False))

            def work(k, size=size, halo=halo, n=n, idx=idx, where=where):
                out = []
                bx = parts[k].bounds
                a = max(0, int((bx[0] - halo - ox) // size))
                bb = max(0, int((bx[1] - halo - oy) // size))
                c = min(n, int((bx[2] - ox) // size) + 1)
                d = min(n, int((bx[3] - oy) // size) + 1)
                if c <= a or d <= bb:
                    return None, 0
                _split(parts[k], a, bb, c, d, size, halo, halo, out, (ox, oy))
                pi, gg, ins = [], [], []
                for tx, ty, sub in out:
                    f = where.get(tx * n + ty)
                    if f is None:
                        continue
                    p = idx[f[0] : f[1]]
                    g = parcels[p]
                    if sub is None:
                        pi.append(p)
                        gg.append(g)
                        ins.append(np.ones(len(p), bool))
                        continue
                    shapely.prepare(sub)
                    hit = shapely.intersects(sub, g)
                    p, g = p[hit], g[hit]
                    inside = shapely.contains_properly(sub, g)
                    cut = np.flatnonzero(~inside)
                    if len(cut):
                        g = g.copy()
                        g[cut] = shapely.intersection(g[cut], sub)
                    pi.append(p)
                    gg.append(g)
                    ins.append(inside)
                if not pi:
                    return None, len(out)
                pi = np.concatenate(pi)
                ins = np.concatenate(ins)
                return finish(pi, np.full(len(pi), owner[k]), np.concatenate(gg), ins, parea), len(out)

            ks = np.flatnonzero(large)
            ks = ks[np.argsort(-shapely.get_num_coordinates(parts[ks]))]
            for r, nt in _map(work, ks.tolist(), threads):
                tiles += nt
                if r is not None:
                    results.append(r)
        if stats is not None:
            stats["tiles"] = stats.get("tiles", 0) + tiles
    if not results:
        return [np.array([])] * 4
    return [np.concatenate(x) for x in zip(*results, strict=False)]
