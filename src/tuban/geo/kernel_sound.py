"""Whether polygons cover their ground once: what an area may be trusted for, from the edges alone. Compiled.

With w the number of times that a polygon's rings cover a place (shells counted +1, holes −1), its area is ∫w.
Ground is covered once or not at all just where ∫w² = ∫w: each place with another w, −1 or 2 or more, adds at
least one to the difference. ∫w² is what the polygon has in common with itself, the sum over pairs of edges of
`kernel_area`. So a ring that crosses itself, a hole outside its shell, parts over one another are all found by one
number, which is the area that is wrong.
"""

from __future__ import annotations

from tuban.geo.kernel import compiled
from tuban.geo.kernel_area import EDGES_A_STRIP, STRIPED, cut_to_strip, edges_of, list_strips
from tuban.geo.kernel_density import density


@compiled
def _from_west(own, n, order):
    """List a strip's edges by where they begin: few, so each moves to its place."""
    for i in range(n):
        left = own[i, 0]
        j = i
        while j > 0 and own[order[j - 1], 0] > left:
            order[j] = order[j - 1]
            j -= 1
        order[j] = i


@compiled
def _lower(own, n, order):
    """Sum what lies under both lines over all pairs of a strip's edges, each with itself included."""
    total = 0.0
    for k in range(n):
        i = order[k]
        left_i, right_i, a, slope, sign = own[i, 0], own[i, 1], own[i, 2], own[i, 5], own[i, 4]
        total += 0.5 * (a + own[i, 3]) * (right_i - left_i)
        for m in range(k + 1, n):
            j = order[m]
            left = own[j, 0]
            if left >= right_i:
                break
            right = min(right_i, own[j, 1])
            a0, a1 = a + slope * (left - left_i), a + slope * (right - left_i)
            b0, b1 = own[j, 2], own[j, 2] + own[j, 5] * (right - left)
            d0, d1 = a0 - b0, a1 - b1
            if d0 <= 0 and d1 <= 0:
                under = a0 + a1
            elif d0 >= 0 and d1 >= 0:
                under = b0 + b1
            else:
                # Half the sum of both, less half of the two triangles between them.
                under = 0.5 * (a0 + a1 + b0 + b1 - (d0 * d0 + d1 * d1) / abs(d0 - d1))
            total += sign * own[j, 4] * under * (right - left)
    return total


@compiled
def wrong_area(xy, ring_off, part_off, row_off, row_box, rows, kind, false_easting, scratch, wrong, own_m2):
    """Set ∫w² − ∫w and ∫w of some rows, in square metres, into `wrong` and `own_m2`.

    Returns
    -------
    how many of `rows` were done, and the length of `scratch.listed` that the next one needs: call again with it.
    """
    edges, own, off, listed = scratch.edges, scratch.own, scratch.off, scratch.listed
    for at in range(len(rows)):
        row = rows[at]
        wrong[at], own_m2[at] = 0.0, 0.0
        west, south, east, north = row_box[row, 0], row_box[row, 1], row_box[row, 2], row_box[row, 3]
        if not (west < east and south < north):
            continue
        n = edges_of(row, xy, ring_off, part_off, row_off, edges)
        strips = max(n // EDGES_A_STRIP, 1) if n > STRIPED else 1
        need = list_strips(edges, n, west, east, strips, off, listed)
        if need:
            return at, need
        step = (east - west) / strips
        for k in range(strips):
            x0 = west + k * step
            x1 = east if k == strips - 1 else west + (k + 1) * step
            m, y0, y1 = cut_to_strip(edges, listed, off[k], off[k + 1], x0, x1, own)
            if m == 0 or not y1 > y0:
                continue
            _from_west(own, m, scratch.order)
            once = 0.0
            for i in range(m):
                once += own[i, 4] * 0.5 * (own[i, 2] + own[i, 3]) * (own[i, 1] - own[i, 0])
            rho = density(kind, false_easting, 0.5 * (x0 + x1), 0.5 * (y0 + y1))[0]
            wrong[at] += (_lower(own, m, scratch.order) - once) * rho
            own_m2[at] += once * rho
    return len(rows), 0
